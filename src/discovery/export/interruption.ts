import { hash } from 'node:crypto'
import type { ArchiveReader } from '../../archive/types.ts'
import { explain } from '../../query/kql/explain.ts'
import type { ExportPorts } from './ports.ts'
import type { ExportRequest } from './request.ts'
import type { WorkFolder } from './work-folder.ts'

/** Raised when the same export is cut into other parts: an interrupted one could not go on at its part then. */
const SLICING = 2

/** What makes two exports the same: the request, and everything that it finds. */
export function fingerprintOf(
  request: ExportRequest,
  { index, software, actor }: ExportPorts,
  readers: readonly ArchiveReader[],
): string {
  const { query, unit, format, fields, raw, proofs, minimise, profile, purpose, zip } = request
  return hash(
    'sha256',
    JSON.stringify([
      SLICING,
      software,
      actor,
      explain(query),
      request.queries,
      [unit, format.name, raw, proofs, minimise.users, minimise.dates, profile, purpose, zip],
      fields.map(({ name }) => name),
      readers.map((reader) => [reader.tenant, reader.nextSequence('records')]),
      [...index.watermarks()],
    ]),
    'hex',
  )
}

/** What has to be told of an interrupted run. */
export function noteOf(
  work: Pick<WorkFolder, 'before' | 'isFinished'>,
  { format, textsOnly }: Pick<ExportRequest, 'format' | 'textsOnly'>,
): string | null {
  if (work.before === 'nothing') return null
  if (work.before === 'removed')
    return 'An interrupted export was of another query, or of what the archive held then: it begins anew.'
  return format.beginsAnew === true && !textsOnly && !work.isFinished('data')
    ? `The interrupted export goes on; a file in ${format.name} cannot be gone on with and begins anew.`
    : 'The interrupted export goes on where it stopped.'
}

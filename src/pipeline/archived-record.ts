import { decodeLine, rawOf } from '../archive/line.ts'
import { servedText } from '../platform/served-text.ts'
import type { RecordLine } from '../archive/types.ts'
import { intake } from '../interactions/intake.ts'
import { RECORD_FORMATS, type ReadContext, type RecordFormat } from '../interactions/record.ts'
import type { OwnedPart } from './held-batch.ts'
import { identityOf, identityText } from './identity.ts'
import type { Contexts } from './protocol.ts'

/** An archived line, read again: same text, same facts. */
export interface ArchivedRecord {
  readonly part: OwnedPart
  readonly identity: Buffer
  readonly bytes: Uint8Array
  readonly raw: string
  readonly context: ReadContext
  /** Id of the file or answer that it came in. */
  readonly container: string
}

/** Name of a source as a line keeps it: which interface served the record, and how its text is to be read. */
export const sourceName = (origin: string, format: RecordFormat): string => `${origin}.${format}`

// A handful of sources serve millions of records.
const MAX_CONTEXTS = 50_000
const formatOfSource = new Map<string, ReadContext>()

/**
 * The id of a container. Whose history its records were served from is part of it: nothing else that is archived says so,
 * and the records cannot be read again without.
 */
export const containerId = (id: string, custodian: string | undefined): string =>
  custodian === undefined ? id : `${id}@${custodian}`

/** How an archived record is read: by the format in its source's name, for rows with the columns of its container. */
function contextOf(source: string, container: string, contexts: Contexts): ReadContext {
  const own = contexts[container]
  if (own !== undefined) return own
  const at = container.indexOf('@')
  const key = at < 0 ? source : `${source} ${container.slice(at + 1)}`
  let context = formatOfSource.get(key)
  if (context === undefined) {
    const format = RECORD_FORMATS.find((known) => source.endsWith(`.${known}`)) ?? 'audit'
    context = at < 0 ? { format } : { format, custodian: container.slice(at + 1) }
    if (formatOfSource.size >= MAX_CONTEXTS) formatOfSource.clear()
    formatOfSource.set(key, context)
  }
  return context
}

export function readArchived(line: Uint8Array, contexts: Contexts): ArchivedRecord {
  return readRecord(decodeLine(line), contexts)
}

/** The same of a line that was parsed already. */
export function readRecord(record: RecordLine, contexts: Contexts): ArchivedRecord {
  const bytes = rawOf(record)
  const raw = record.raw ?? servedText(bytes)
  const context = contextOf(record.source, record.container, contexts)
  const { facts } = intake(raw, context)
  const identity = identityOf(record.tenant, record.namespace, record.id ?? null, bytes)
  return {
    part: {
      tenant: record.tenant,
      sequence: record.sequence,
      receivedAt: record.receivedAt,
      source: record.source,
      identity: identityText(identity),
      facts,
    },
    identity,
    bytes,
    raw,
    context,
    container: record.container,
  }
}

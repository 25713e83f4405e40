import { hash } from 'node:crypto'
import { CodedError } from '../platform/errors.ts'
import { readPart, sizeOf } from '../platform/files.ts'
import { toBase64 } from '../archive/base64.ts'
import { inspectSealed } from '../archive/inspect.ts'
import { MAX_FILE_BYTES } from '../archive/layout.ts'
import { parseHeader } from '../archive/segment-file.ts'
import type { Manifest } from '../archive/types.ts'
import type { FindingCode } from './findings.ts'

/** One sealed file to check: plain data, posted to workers. */
export interface SegmentTask {
  readonly file: string
  readonly object: string
  readonly manifest: Manifest
  /** The file in force: the manifest's, or the replacement that a disposition names. */
  readonly sha256: string
  readonly bytes: number
  readonly replaced: boolean
}

export interface SegmentResult {
  readonly object: string
  readonly records: number
  readonly disposed: number
  readonly fault?: { readonly finding: FindingCode; readonly message: string }
}

/** Checks one sealed file against its manifest: every hash is computed anew. Synchronous, for worker threads. */
export function checkSegment(task: SegmentTask): SegmentResult {
  const { object, manifest } = task
  const failed = (finding: FindingCode, message: string): SegmentResult => ({
    object,
    records: 0,
    disposed: 0,
    fault: { finding, message },
  })
  let bytes: Buffer
  try {
    const size = sizeOf(task.file)
    if (size > MAX_FILE_BYTES)
      return failed('SEGMENT_CHANGED', `it has ${size} bytes, not ${task.bytes}`)
    bytes = readPart(task.file, 0, size)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return error.code === 'FILE_NOT_FOUND'
      ? failed('SEGMENT_MISSING', `the file is missing: ${describe(manifest)}`)
      : failed('UNREADABLE', error.message)
  }
  const intact =
    bytes.length === task.bytes && toBase64(hash('sha256', bytes, 'buffer')) === task.sha256
  const inspected = inspectSealed(bytes, { allowDisposed: task.replaced })
  if (!intact) {
    const other = parseHeader(bytes)?.header.segment
    if (other !== undefined && other !== manifest.segment)
      return failed('SEGMENT_SWAPPED', `it holds segment ${other}`)
    const what =
      bytes.length === task.bytes
        ? 'its SHA-256 is not the one in the log'
        : `it has ${bytes.length} bytes, not ${task.bytes}`
    const where = typeof inspected === 'string' ? `; ${inspected}` : ''
    return failed('SEGMENT_CHANGED', `${what}${where} (${describe(manifest)})`)
  }
  if (typeof inspected === 'string') return failed('SEGMENT_INVALID', inspected)
  const { header, records, root, disposed } = inspected
  const agrees =
    header.segment === manifest.segment &&
    header.kind === manifest.kind &&
    header.tenant === manifest.tenant &&
    header.class === manifest.class &&
    header.quarter === manifest.quarter &&
    header.first === manifest.first &&
    header.epoch === manifest.epoch &&
    header.openedAt === manifest.openedAt
  if (!agrees) return failed('SEGMENT_INVALID', 'its header contradicts its manifest')
  if (records !== manifest.count)
    return failed('SEGMENT_INVALID', `it holds ${records} records, not ${manifest.count}`)
  if (toBase64(root) !== manifest.recordsRoot)
    return failed('SEGMENT_INVALID', 'its records do not lead to the root in its manifest')
  return { object, records, disposed }
}

function describe({ kind, first, count }: Manifest): string {
  const what = kind === 'segment' ? 'records' : 'activities'
  return `${what} ${first} to ${first + count - 1}`
}

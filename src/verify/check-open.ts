import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { readPart, sizeOf } from '../platform/files.ts'
import { headerChain, inspectGroups } from '../archive/inspect.ts'
import { MAX_FILE_BYTES } from '../archive/layout.ts'
import { parseHeader, type SegmentHeader, walkGroups } from '../archive/segment-file.ts'
import type { FindingCode } from './findings.ts'

export type CheckedOpen =
  | {
      readonly header: SegmentHeader
      readonly records: number
      /** Bytes behind the last whole group: never acknowledged. */
      readonly unfinished: number
    }
  | { readonly finding: FindingCode; readonly message: string }
  /** Nothing in it was acknowledged yet, or it is gone by now. */
  | undefined

/** Checks a segment that is still being written: its groups' running hash and every frame. */
export function checkOpen(directory: string, path: string, tenant: string): CheckedOpen {
  let bytes: Buffer
  try {
    const file = join(directory, path)
    bytes = readPart(file, 0, Math.min(sizeOf(file), MAX_FILE_BYTES))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return error.code === 'FILE_NOT_FOUND'
      ? undefined
      : { finding: 'UNREADABLE', message: error.message }
  }
  const start = parseHeader(bytes)
  if (start === undefined)
    return walkGroups(bytes, 0, Buffer.alloc(32)).stopped === 'damaged'
      ? { finding: 'OPEN_DAMAGED', message: 'its header was changed' }
      : undefined
  const { header, end } = start
  if (header.tenant !== tenant || path !== `open/${header.segment}.open`)
    return {
      finding: 'OPEN_MISPLACED',
      message: `it holds segment ${header.segment} of "${header.tenant}"`,
    }
  const walk = walkGroups(bytes.subarray(end), end, headerChain(bytes, end))
  if (walk.stopped === 'damaged')
    return { finding: 'OPEN_DAMAGED', message: `the bytes from ${walk.end} on were changed` }
  const inspected = inspectGroups(bytes, 0, header, walk.groups)
  if (typeof inspected === 'string') return { finding: 'OPEN_DAMAGED', message: inspected }
  return { header, records: inspected.records, unfinished: bytes.length - walk.end }
}

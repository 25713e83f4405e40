import { CodedError } from '../platform/errors.ts'
import type { Stream } from './types.ts'

// Names and limits of the format: docs/spec/archive-format.md sections 2 and 3.

export const MAX_SEGMENT_RECORDS = 65_536
export const MAX_SEGMENT_BYTES = 64 * 1024 * 1024
/** Uncompressed: bounds what a reader of a hostile file has to decompress. */
export const MAX_SEGMENT_RAW_BYTES = 4 * 1024 * 1024 * 1024
export const MAX_SEGMENT_AGE_MS = 60_000
export const FRAME_LINES = 64
/** A frame is closed early once it holds this much, so that one record stays cheap to read. */
export const FRAME_RAW_BYTES = 1024 * 1024
/** The longest line; a frame is never longer than this plus `FRAME_RAW_BYTES`. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024
export const MAX_FRAME_RAW_BYTES = MAX_LINE_BYTES + FRAME_RAW_BYTES
/** No honest segment file is longer: the limit, one more frame, and the table. */
export const MAX_FILE_BYTES = 192 * 1024 * 1024
export const MAX_ENTRY_BYTES = 2048
export const MAX_MANIFEST_BYTES = 700

const TENANT = /^[a-z0-9][a-z0-9.-]{0,63}$/
const CLASS = /^[a-z0-9][a-z0-9-]{0,31}$/
const QUARTER = /^\d{4}-q[1-4]$/
const SEGMENT = /^([ra])(\d{12,16})-(\d{6,16})$/

export const ORIGIN_PREFIX = 'daybook/'

/** Folders of a tenant, relative to it. */
export const SEGMENTS = 'segments'
export const OPEN = 'open'
export const CHECKPOINT = 'log/checkpoint'
export const VKEY = 'log/vkey'
export const ANCHORS = 'log/anchors'
export const TEMPORARY = 'tmp'

export const isTenantId = (text: string): boolean => TENANT.test(text) && !text.includes('..')
export const isClass = (text: string): boolean => CLASS.test(text)
export const isQuarter = (text: string): boolean => QUARTER.test(text)

/** The calendar quarter (UTC) of a retention start: `2026-q1`. */
export function quarterOf(at: Date): string {
  const year = at.getUTCFullYear()
  // Beyond four digits lies only nonsense; it is kept under the nearest quarter that has a name.
  if (!(year >= 0)) return '0000-q1'
  if (year > 9999) return '9999-q4'
  return `${String(year).padStart(4, '0')}-q${Math.floor(at.getUTCMonth() / 3) + 1}`
}

/** Sorts by creation within a stream; the writer's epoch keeps a second try at the same sequence apart. */
export function segmentId(stream: Stream, first: number, epoch: number): string {
  return `${stream === 'records' ? 'r' : 'a'}${String(first).padStart(12, '0')}-${String(epoch).padStart(6, '0')}`
}

/** What an id says, or undefined when it is none. */
export function parseSegmentId(
  id: string,
): { stream: Stream; first: number; epoch: number } | undefined {
  const match = SEGMENT.exec(id)
  if (match === null) return undefined
  const parsed = {
    stream: match[1] === 'r' ? ('records' as const) : ('activity' as const),
    first: Number(match[2]),
    epoch: Number(match[3]),
  }
  return segmentId(parsed.stream, parsed.first, parsed.epoch) === id ? parsed : undefined
}

export const segmentFolder = (retentionClass: string, quarter: string): string =>
  `${SEGMENTS}/${retentionClass}/${quarter}`

export const sealedPath = (retentionClass: string, quarter: string, id: string): string =>
  `${segmentFolder(retentionClass, quarter)}/${id}.zst`

export const openPath = (id: string): string => `${OPEN}/${id}.open`

export const kindOf = (stream: Stream): 'segment' | 'activity' =>
  stream === 'records' ? 'segment' : 'activity'

export const streamOf = (kind: 'segment' | 'activity'): Stream =>
  kind === 'segment' ? 'records' : 'activity'

/** `contoso` of `daybook/contoso`. Throws BAD_TENANT. */
export function tenantOf(origin: string): string {
  const tenant = origin.startsWith(ORIGIN_PREFIX) ? origin.slice(ORIGIN_PREFIX.length) : ''
  checkTenant(tenant)
  return tenant
}

/** Throws BAD_TENANT unless the id can name a folder: lower-case letters, digits, `.` and `-`. */
export function checkTenant(tenant: string): void {
  if (!isTenantId(tenant))
    throw new CodedError(
      'BAD_TENANT',
      `Cannot use ${JSON.stringify(tenant.slice(0, 100))} as a tenant: give its id, in lower-case letters, digits, "." and "-", at most 64 characters`,
    )
}

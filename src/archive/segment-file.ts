import { createHash } from 'node:crypto'
import { canonicalJson, isWellFormed } from '../platform/jcs.ts'
import { parseObject } from '../platform/json-object.ts'
import { frameAt, skippableFrame } from '../platform/zstd-frames.ts'
import {
  isClass,
  isQuarter,
  isTenantId,
  MAX_FRAME_RAW_BYTES,
  MAX_SEGMENT_RECORDS,
  parseSegmentId,
} from './layout.ts'
import { HASH_BYTES } from './merkle.ts'
import { endsWith, skippableAt, startsWith } from './bytes.ts'
import { FOOTER_BYTES, FOOTER_MAGIC, type FramePlace, TABLE_MAGIC } from './segment-table.ts'

// Binary layout: docs/spec/archive-format.md section 4. Integers are little-endian, as in zstd.

const HEADER_MAGIC = Buffer.from('DBKH')
const GROUP_MAGIC = Buffer.from('DBKG')
const GROUP_ENTRY_BYTES = 12

/** What a segment file says about itself in its first frame. */
export interface SegmentHeader {
  readonly v: 1
  readonly kind: 'segment' | 'activity'
  readonly segment: string
  readonly tenant: string
  readonly class: string
  readonly quarter: string
  readonly first: number
  readonly epoch: number
  readonly openedAt: string
}

export function encodeHeader(header: SegmentHeader): Buffer {
  return skippableFrame(Buffer.concat([HEADER_MAGIC, Buffer.from(canonicalJson(header))]))
}

/** Reads the header at the start of a file; undefined when it is none. `end`: where the first group begins. */
export function parseHeader(bytes: Buffer): { header: SegmentHeader; end: number } | undefined {
  const frame = bytes.length < 8 ? 'cut' : skippableAt(bytes, 0)
  if (frame === 'cut' || frame === undefined) return undefined
  const payload = bytes.subarray(8, frame.end)
  if (!startsWith(payload, HEADER_MAGIC)) return undefined
  const text = payload.subarray(4).toString('utf8')
  const value = parseObject(text)
  if (value === undefined || !isHeader(value)) return undefined
  const canonical = encodeHeader(value).equals(bytes.subarray(0, frame.end))
  return canonical ? { header: value, end: frame.end } : undefined
}

type Fields = Readonly<Record<string, unknown>>

function isHeader(value: Fields): value is Fields & SegmentHeader {
  const { kind, first, epoch } = value
  const id = parseSegmentId(String(value['segment']))
  return (
    value['v'] === 1 &&
    id?.first === first &&
    id?.epoch === epoch &&
    kind === (id?.stream === 'records' ? 'segment' : 'activity') &&
    isTenantId(String(value['tenant'])) &&
    isClass(String(value['class'])) &&
    isQuarter(String(value['quarter'])) &&
    // Only members that are JSON texts pass the comparison with the canonical form.
    ['segment', 'tenant', 'class', 'quarter', 'openedAt'].every(
      (name) => typeof value[name] === 'string' && isWellFormed(value[name]),
    ) &&
    Object.values(value).every((member) => typeof member === 'string' || typeof member === 'number')
  )
}

/** The running hash before the first group: that of the header's frame. */
export function firstChain(headerFrame: Uint8Array): Buffer {
  return createHash('sha256').update(headerFrame).digest()
}

/** The bytes of one group commit: its frames and the trailer that makes them count. */
export function encodeGroup(
  frames: readonly {
    readonly bytes: Uint8Array
    readonly rawBytes: number
    readonly count: number
  }[],
  chain: Uint8Array,
): { bytes: Buffer; chain: Buffer } {
  const payload = Buffer.alloc(8 + frames.length * GROUP_ENTRY_BYTES + HASH_BYTES + 8)
  GROUP_MAGIC.copy(payload)
  payload.writeUInt32LE(frames.length, 4)
  frames.forEach((frame, index) => {
    const at = 8 + index * GROUP_ENTRY_BYTES
    payload.writeUInt32LE(frame.bytes.length, at)
    payload.writeUInt32LE(frame.rawBytes, at + 4)
    payload.writeUInt32LE(frame.count, at + 8)
  })
  payload.writeUInt32LE(payload.length + 8, payload.length - 8)
  GROUP_MAGIC.copy(payload, payload.length - 4)
  const trailer = skippableFrame(payload)
  const bytes = Buffer.concat([...frames.map((frame) => frame.bytes), trailer])
  const next = groupChain(chain, bytes)
  next.copy(bytes, bytes.length - 8 - HASH_BYTES)
  return { bytes, chain: next }
}

/** Chain = SHA-256(previous chain ‖ the group's bytes up to the chain itself). */
function groupChain(previous: Uint8Array, group: Buffer): Buffer {
  return createHash('sha256')
    .update(previous)
    .update(group.subarray(0, group.length - 8 - HASH_BYTES))
    .digest()
}

export interface Group {
  readonly frames: readonly FramePlace[]
  readonly records: number
  readonly start: number
  readonly end: number
  readonly chain: Buffer
}

/** Why walking groups stopped: the end, bytes of a write that never finished, a sealed file's table, or bytes that no writer leaves. */
type WalkEnd = 'end' | 'torn' | 'table' | 'damaged'

export interface Walk {
  readonly groups: readonly Group[]
  /** After the last whole group. */
  readonly end: number
  readonly chain: Buffer
  readonly stopped: WalkEnd
}

/**
 * Walks the groups in `bytes`, which lie at `base` in their file.
 * A write that a crash interrupted leaves a strict beginning of a group ('torn'); anything else that does not
 * check out is 'damaged', so that a flipped bit in a recorded group is never taken for an unfinished write.
 */
export function walkGroups(bytes: Buffer, base: number, chain: Buffer): Walk {
  const groups: Group[] = []
  let [at, last] = [0, chain]
  for (;;) {
    const group = groupAt(bytes, at, base, last)
    if (typeof group === 'string')
      return { groups, end: base + at, chain: last, stopped: torn(bytes, at, group) }
    groups.push(group)
    at = group.end - base
    last = group.chain
  }
}

/** A crash cuts a write short, so its trailer's last bytes are missing: if they stand at the very end, a bit was changed. */
function torn(bytes: Buffer, at: number, stopped: WalkEnd): WalkEnd {
  if (stopped !== 'torn' || bytes.length - at < 8) return stopped
  const lastBytes = bytes.subarray(-FOOTER_BYTES)
  const closed = lastBytes.subarray(-4).equals(GROUP_MAGIC) || endsWith(lastBytes, FOOTER_MAGIC)
  return closed ? 'damaged' : 'torn'
}

function groupAt(bytes: Buffer, start: number, base: number, chain: Buffer): Group | WalkEnd {
  const frames: { offset: number; length: number }[] = []
  let at = start
  for (;;) {
    if (at === bytes.length) return frames.length === 0 ? 'end' : 'torn'
    let frame
    try {
      frame = frameAt(bytes, at)
    } catch {
      return 'damaged'
    }
    if (frame === 'cut') return 'torn'
    if (frame.kind === 'skippable') {
      const payload = bytes.subarray(at + 8, frame.end)
      if (frames.length === 0 && startsWith(payload, TABLE_MAGIC)) return 'table'
      const places = groupPlaces(payload, frames, base)
      const next = groupChain(chain, bytes.subarray(start, frame.end))
      if (places === undefined || !payload.subarray(-8 - HASH_BYTES, -8).equals(next))
        return 'damaged'
      return {
        frames: places,
        records: places.reduce((sum, place) => sum + place.count, 0),
        start: base + start,
        end: base + frame.end,
        chain: next,
      }
    }
    // Every frame holds a line, so an honest file never comes here.
    if (frames.length === MAX_SEGMENT_RECORDS) return 'damaged'
    frames.push({ offset: at, length: frame.end - frame.start })
    at = frame.end
  }
}

function groupPlaces(
  payload: Buffer,
  frames: readonly { offset: number; length: number }[],
  base: number,
): FramePlace[] | undefined {
  const length = 8 + frames.length * GROUP_ENTRY_BYTES + HASH_BYTES + 8
  if (payload.length !== length || !startsWith(payload, GROUP_MAGIC)) return undefined
  if (payload.readUInt32LE(4) !== frames.length || frames.length === 0) return undefined
  if (payload.readUInt32LE(length - 8) !== length + 8) return undefined
  if (!endsWith(payload, GROUP_MAGIC)) return undefined
  const places = frames.map((frame, index) => {
    const at = 8 + index * GROUP_ENTRY_BYTES
    return {
      offset: base + frame.offset,
      length: payload.readUInt32LE(at),
      rawBytes: payload.readUInt32LE(at + 4),
      count: payload.readUInt32LE(at + 8),
    }
  })
  const right = places.every(
    (place, index) =>
      place.length === frames[index]?.length &&
      place.count > 0 &&
      place.rawBytes <= MAX_FRAME_RAW_BYTES,
  )
  return right ? places : undefined
}

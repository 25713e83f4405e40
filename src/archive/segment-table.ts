import { skippableFrame } from '../platform/zstd-frames.ts'
import { endsWith, skippableAt, startsWith } from './bytes.ts'
import { MAX_FRAME_RAW_BYTES, MAX_SEGMENT_RECORDS } from './layout.ts'
import { HASH_BYTES } from './merkle.ts'
import { BLOCK_LEAVES } from './record-tree.ts'

// Binary layout: docs/spec/archive-format.md section 4.

export const TABLE_MAGIC = Buffer.from('DBKT')
export const FOOTER_MAGIC = Buffer.from('DAYBOOK1')
const FORMAT_VERSION = 1
const TABLE_ENTRY_BYTES = 16
/** Frame size, version, magic: the last bytes of every sealed file. */
export const FOOTER_BYTES = 16

/** A frame's place in its segment file. */
export interface FramePlace {
  readonly offset: number
  readonly length: number
  readonly rawBytes: number
  readonly count: number
}

export interface SegmentTable {
  readonly frames: readonly FramePlace[]
  readonly records: number
  /** Hash per block of 64 leaves. */
  readonly blocks: Buffer
  /** Where the table's own frame begins. */
  readonly start: number
}

/** The last frame of a sealed file. */
export function encodeTable(frames: readonly FramePlace[], blocks: Uint8Array): Buffer {
  const records = frames.reduce((sum, frame) => sum + frame.count, 0)
  const entries = 12 + frames.length * TABLE_ENTRY_BYTES
  const payload = Buffer.alloc(entries + blocks.length + FOOTER_BYTES)
  TABLE_MAGIC.copy(payload)
  payload.writeUInt32LE(frames.length, 4)
  payload.writeUInt32LE(records, 8)
  frames.forEach((frame, index) => {
    const at = 12 + index * TABLE_ENTRY_BYTES
    payload.writeUInt32LE(frame.offset, at)
    payload.writeUInt32LE(frame.length, at + 4)
    payload.writeUInt32LE(frame.rawBytes, at + 8)
    payload.writeUInt32LE(frame.count, at + 12)
  })
  payload.set(blocks, entries)
  payload.writeUInt32LE(payload.length + 8, payload.length - FOOTER_BYTES)
  payload.writeUInt32LE(FORMAT_VERSION, payload.length - FOOTER_BYTES + 4)
  FOOTER_MAGIC.copy(payload, payload.length - FOOTER_MAGIC.length)
  return skippableFrame(payload)
}

/** Length of the table's frame, from a file's last `FOOTER_BYTES`; undefined when the file is not sealed. */
export function tableLength(footer: Buffer): number | undefined {
  if (footer.length !== FOOTER_BYTES || !endsWith(footer, FOOTER_MAGIC)) return undefined
  if (footer.readUInt32LE(4) !== FORMAT_VERSION) return undefined
  return footer.readUInt32LE(0)
}

/** Reads the table's frame, which lies at `start` in its file; undefined when it is malformed. */
export function parseTable(frame: Buffer, start: number): SegmentTable | undefined {
  const whole = frame.length < 8 ? 'cut' : skippableAt(frame, 0)
  if (whole === 'cut' || whole === undefined || whole.end !== frame.length) return undefined
  const payload = frame.subarray(8)
  if (payload.length < 12 + FOOTER_BYTES || !startsWith(payload, TABLE_MAGIC)) return undefined
  if (tableLength(payload.subarray(-FOOTER_BYTES)) !== frame.length) return undefined
  const count = payload.readUInt32LE(4)
  const records = payload.readUInt32LE(8)
  if (count > MAX_SEGMENT_RECORDS || records > MAX_SEGMENT_RECORDS) return undefined
  const entries = 12 + count * TABLE_ENTRY_BYTES
  const blockBytes = Math.ceil(records / BLOCK_LEAVES) * HASH_BYTES
  if (entries + blockBytes + FOOTER_BYTES !== payload.length) return undefined
  const frames: FramePlace[] = []
  let seen = 0
  for (let at = 12; at < entries; at += TABLE_ENTRY_BYTES) {
    const place = {
      offset: payload.readUInt32LE(at),
      length: payload.readUInt32LE(at + 4),
      rawBytes: payload.readUInt32LE(at + 8),
      count: payload.readUInt32LE(at + 12),
    }
    if (place.rawBytes > MAX_FRAME_RAW_BYTES || place.offset + place.length > start)
      return undefined
    seen += place.count
    frames.push(place)
  }
  if (seen !== records) return undefined
  return { frames, records, blocks: payload.subarray(entries, entries + blockBytes), start }
}

import { CodedError } from './errors.ts'

const FRAME_MAGIC = 0xfd2fb528
/** The least of the 16 magic numbers of skippable frames; we write this one. */
const SKIPPABLE_MAGIC = 0x184d2a50

/** One zstd or skippable frame inside a buffer (RFC 8878 §3.1). */
export interface ZstdFrame {
  readonly kind: 'data' | 'skippable'
  readonly start: number
  readonly end: number
}

/**
 * The frame that starts at `start`, found by walking its blocks without decompressing them.
 * `cut`: the buffer ends inside it. Throws BAD_ZSTD when the bytes are no frame.
 */
export function frameAt(bytes: Buffer, start: number): ZstdFrame | 'cut' {
  if (start + 4 > bytes.length) return 'cut'
  const magic = bytes.readUInt32LE(start)
  // Bitwise operators are signed in JavaScript: `>>> 0` takes the comparison back to 32 unsigned bits.
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
    if (start + 8 > bytes.length) return 'cut'
    const end = start + 8 + bytes.readUInt32LE(start + 4)
    return end > bytes.length ? 'cut' : { kind: 'skippable', start, end }
  }
  if (magic !== FRAME_MAGIC) throw bad(`no zstd frame at byte ${start}`)
  return dataFrame(bytes, start)
}

/** A skippable frame around `payload`: every zstd decoder passes over it. */
export function skippableFrame(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(8 + payload.length)
  frame.writeUInt32LE(SKIPPABLE_MAGIC, 0)
  frame.writeUInt32LE(payload.length, 4)
  frame.set(payload, 8)
  return frame
}

function dataFrame(bytes: Buffer, start: number): ZstdFrame | 'cut' {
  if (start + 5 > bytes.length) return 'cut'
  const descriptor = bytes.readUInt8(start + 4)
  if ((descriptor & 0x08) !== 0) throw bad(`a reserved bit is set at byte ${start + 4}`)
  const singleSegment = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  let at = start + 5 + (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes
  for (;;) {
    if (at + 3 > bytes.length) return 'cut'
    const header = bytes.readUIntLE(at, 3)
    const type = (header >> 1) & 3
    if (type === 3) throw bad(`a reserved block type at byte ${at}`)
    // An RLE block holds one byte, however long it grows.
    at += 3 + (type === 1 ? 1 : header >> 3)
    if ((header & 1) === 1) break
  }
  if ((descriptor & 0x04) !== 0) at += 4
  return at > bytes.length ? 'cut' : { kind: 'data', start, end: at }
}

function bad(what: string): CodedError<'BAD_ZSTD'> {
  return new CodedError('BAD_ZSTD', `Cannot read zstd data: ${what}`)
}

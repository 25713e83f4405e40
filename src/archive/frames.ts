import { hash } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { CodedError } from '../platform/errors.ts'
import { readPart } from '../platform/files.ts'
import { frameAt } from '../platform/zstd-frames.ts'
import { FRAME_LINES, FRAME_RAW_BYTES, MAX_FRAME_RAW_BYTES, MAX_LINE_BYTES } from './layout.ts'
import { HASH_BYTES } from './merkle.ts'
import type { Frame, FrameRef } from './types.ts'

type FrameErrorCode = 'LINE_TOO_LONG' | 'BAD_FRAME' | 'FRAME_MOVED'

// Level 3 with tables that stay in the processor's cache and matches of 5 bytes: three times as fast as level 4 on
// frames of this size, for 1.6 % more of what is kept (docs/reference/performance.md).
const LEVEL = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 3,
    [constants.ZSTD_c_hashLog]: 16,
    [constants.ZSTD_c_chainLog]: 14,
    [constants.ZSTD_c_minMatch]: 5,
  },
}
const LINE_FEED = 10

/**
 * Packs lines (each without a line feed) into frames. Pure: made for worker threads, the buffers may be transferred.
 * Lines that are made while they are asked for are dropped as soon as they are packed.
 */
export function encodeFrames(lines: Iterable<string | Uint8Array>): Frame[] {
  const frames: Frame[] = []
  const rest = lines[Symbol.iterator]()
  for (;;) {
    const frame = packFrame(rest)
    if (frame === null) return frames
    frames.push(frame)
  }
}

// Kept between calls: a new buffer of this size per frame costs more than filling it.
let scratch = Buffer.alloc(0)

function packFrame(lines: Iterator<string | Uint8Array>): Frame | null {
  const leaves = Buffer.from(new ArrayBuffer(FRAME_LINES * HASH_BYTES))
  // A place for the leaf prefix before the first line; the others use the line feed before them.
  let end = 1
  let count = 0
  while (count < FRAME_LINES) {
    const next = lines.next()
    if (next.done === true) break
    const line = next.value
    reserve(end, line.length * 3 + 1)
    const start = end
    if (typeof line === 'string') end += scratch.write(line, start)
    else {
      scratch.set(line, start)
      end += line.length
    }
    if (end - start > MAX_LINE_BYTES) throw tooLong(end - start)
    leaves.write(leafInPlace(scratch, start, end), count * HASH_BYTES, 'latin1')
    scratch[end] = LINE_FEED
    end += 1
    count += 1
    if (end > FRAME_RAW_BYTES) break
  }
  if (count === 0) return null
  const lineBytes = scratch.subarray(1, end)
  const compressed = zstdCompressSync(lineBytes, {
    ...LEVEL,
    pledgedSrcSize: lineBytes.length,
    // More than the worst case (zstd.h, ZSTD_COMPRESSBOUND). When the output fills Node's chunk to the last byte, Node
    // asks zstd to finish once more, and zstd starts a second, empty frame (seen with Node 24.21).
    chunkSize: lineBytes.length + (lineBytes.length >>> 7) + 1_024,
  })
  return {
    // Copied: a buffer of the pool could not be transferred to another thread.
    bytes: new Uint8Array(compressed),
    count,
    rawBytes: lineBytes.length,
    leaves: new Uint8Array(leaves.subarray(0, count * HASH_BYTES)),
  }
}

/**
 * RFC 6962 leaf hash of `bytes[start, end)` as latin1 text, without a copy: the byte before it becomes the prefix
 * for a moment. (`hash` with a text result is a third faster than with a Buffer.)
 */
function leafInPlace(bytes: Buffer, start: number, end: number): string {
  const before = bytes[start - 1] ?? 0
  bytes[start - 1] = 0
  const leaf = hash('sha256', bytes.subarray(start - 1, end), 'binary')
  bytes[start - 1] = before
  return leaf
}

/** A decompressed frame: the lines, each with its line feed. */
export interface FrameText {
  readonly bytes: Buffer
  /** Where each line ends (its line feed), within `bytes`. */
  readonly ends: readonly number[]
}

/** Decompresses one frame. Throws BAD_FRAME unless it holds exactly `rawBytes` bytes in `count` lines. */
export function openFrame(compressed: Buffer, rawBytes: number, count: number): FrameText {
  if (rawBytes > MAX_FRAME_RAW_BYTES) throw badFrame('it says it holds more than a frame may')
  let plain: Buffer
  try {
    const frame = frameAt(compressed, 0)
    if (frame === 'cut' || frame.kind !== 'data' || frame.end !== compressed.length)
      throw badFrame('it is not one whole frame')
    plain = zstdDecompressSync(compressed, {
      // One chunk with a little to spare: the decoder then never copies.
      chunkSize: Math.max(64, rawBytes + 64),
      maxOutputLength: Math.max(1, rawBytes),
    })
  } catch (error) {
    if (error instanceof CodedError && error.code === 'BAD_FRAME') throw error
    throw badFrame('it does not decompress to what the table says')
  }
  if (plain.length !== rawBytes) throw badFrame('its length is not the one in the table')
  const ends: number[] = []
  for (let at = plain.indexOf(LINE_FEED); at >= 0; at = plain.indexOf(LINE_FEED, at + 1))
    ends.push(at)
  if (ends.length !== count || ends.at(-1) !== plain.length - 1)
    throw badFrame('it does not hold the number of lines in the table')
  return { bytes: plain, ends }
}

/** One line of an opened frame, without its line feed; a view. */
export function lineIn({ bytes, ends }: FrameText, index: number): Buffer {
  return bytes.subarray(index === 0 ? 0 : (ends[index - 1] ?? 0) + 1, ends[index])
}

/** The lines of an opened frame, without their line feeds; views, not copies. */
export function linesOf(text: FrameText): Buffer[] {
  return text.ends.map((_, index) => lineIn(text, index))
}

/** Leaf hashes of every line of an opened frame, 32 bytes each. `disposed` gives the hash that a line stands for. */
export function frameLeaves(
  text: FrameText,
  disposed?: (line: Buffer) => Uint8Array | undefined,
): Buffer {
  const { bytes, ends } = text
  const leaves = Buffer.allocUnsafe(ends.length * HASH_BYTES)
  let start = 0
  for (let index = 0; index < ends.length; index += 1) {
    const end = ends[index] ?? 0
    const stands = disposed?.(bytes.subarray(start, end))
    if (stands !== undefined) leaves.set(stands, index * HASH_BYTES)
    else if (start === 0) leaves.set(firstLeaf(bytes, end), 0)
    else leaves.write(leafInPlace(bytes, start, end), index * HASH_BYTES, 'latin1')
    start = end + 1
  }
  return leaves
}

function firstLeaf(bytes: Buffer, end: number): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(0), bytes.subarray(0, end)]), 'buffer')
}

/** Reads and opens a frame by its place: synchronous, for worker threads. Throws BAD_FRAME, FRAME_MOVED or a file error. */
export function decodeFrame(ref: FrameRef): Buffer[] {
  return linesOf(openFrame(readFrame(ref), ref.rawBytes, ref.count))
}

/** The compressed bytes of a frame. FRAME_MOVED: the segment was repacked when it was sealed; locate it again. */
export function readFrame(ref: FrameRef): Buffer {
  let bytes: Buffer
  try {
    bytes = readPart(ref.file, ref.offset, ref.length)
  } catch (error) {
    const gone = error instanceof CodedError && error.code === 'FILE_NOT_FOUND'
    if (!gone || ref.sealedFile === ref.file) throw error
    bytes = readPart(ref.sealedFile, ref.offset, ref.length)
    if (!isWholeFrame(bytes, ref.length)) throw moved(ref)
  }
  if (bytes.length !== ref.length) throw badFrame(`"${ref.file}" ends before it`)
  return bytes
}

function isWholeFrame(bytes: Buffer, length: number): boolean {
  try {
    const frame = frameAt(bytes, 0)
    return frame !== 'cut' && frame.kind === 'data' && frame.end === length
  } catch {
    return false
  }
}

function reserve(used: number, more: number): void {
  if (scratch.length >= used + more) return
  const grown = Buffer.allocUnsafeSlow(Math.max(2 * FRAME_RAW_BYTES, (used + more) * 2))
  scratch.copy(grown, 0, 0, used)
  scratch = grown
}

function tooLong(bytes: number): CodedError<FrameErrorCode> {
  return new CodedError(
    'LINE_TOO_LONG',
    `Cannot archive a record of ${bytes} bytes: the limit of the format is ${MAX_LINE_BYTES}; split the file it came in`,
  )
}

function badFrame(why: string): CodedError<FrameErrorCode> {
  return new CodedError(
    'BAD_FRAME',
    `Cannot read a frame of the archive: ${why}; run "daybook verify"`,
  )
}

function moved(ref: FrameRef): CodedError<FrameErrorCode> {
  return new CodedError(
    'FRAME_MOVED',
    `Cannot read a frame of "${ref.sealedFile}" at its old place: the segment was sealed since; refresh the reader`,
  )
}

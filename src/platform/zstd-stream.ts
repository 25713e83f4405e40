import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib'
import { DecoderPump } from './decoder-pump.ts'
import { CodedError } from './errors.ts'

/** `ZSTD_TRUNCATED`: the data ends early. `ZSTD_BROKEN`: it is damaged, or something else follows it. */
export class ZstdError extends CodedError<'ZSTD_TRUNCATED' | 'ZSTD_BROKEN'> {}

/** Frames up to this packed size are unpacked in one call: much cheaper than a stream for the many small ones. */
const SMALL_FRAME_BYTES = 1 << 20
/** Refuses to unpack a small frame in one call when it grows beyond this; it is streamed instead. */
const SMALL_FRAME_UNPACKED_BYTES = 8 << 20
/** A run-length block of 4 bytes unpacks to 128 kB, so the stream is fed little at a time. */
const PIECE_BYTES = 4096
const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a5
const options = { params: { [constants.ZSTD_d_windowLogMax]: 27 }, chunkSize: 128 << 10 }

/**
 * Unpacks all frames of a `.zst` file, one after the other (Node's own stream stops silently after the first).
 * Everything that can be unpacked is yielded before a `ZstdError` is thrown. Skippable frames are skipped.
 */
export async function* zstdStream(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walker = new FrameWalker()
  let parts: Uint8Array[] = []
  let partBytes = 0
  let pump: DecoderPump | null = null

  for await (const bytes of input) {
    let from = 0
    while (from < bytes.length) {
      const { end, isFrameEnd, isSkippable, isBroken } = walker.walk(bytes, from)
      const part = bytes.subarray(from, end)
      from = end
      if (isSkippable) {
        parts = []
        partBytes = 0
      } else if (part.length > 0) {
        if (pump !== null) yield* feed(pump, part)
        else {
          parts.push(part)
          partBytes += part.length
        }
      }
      if (pump === null && (partBytes > SMALL_FRAME_BYTES || isBroken)) {
        pump = new DecoderPump(createZstdDecompress(options))
        for (const waiting of parts) yield* feed(pump, waiting)
        parts = []
        partBytes = 0
      }
      if (isBroken) {
        pump?.destroy()
        throw new ZstdError('ZSTD_BROKEN', 'the zstd data is damaged, or other bytes follow it')
      }
      if (!isFrameEnd) continue
      if (pump !== null) yield* finish(pump)
      else if (partBytes > 0) yield* unpackSmall(parts, partBytes)
      parts = []
      partBytes = 0
      pump = null
    }
  }
  if (walker.isBetweenFrames) return
  if (!walker.isSkippable) {
    pump ??= new DecoderPump(createZstdDecompress(options))
    for (const waiting of parts) yield* feed(pump, waiting)
    yield* pump.finish()
    pump.destroy()
  }
  throw new ZstdError('ZSTD_TRUNCATED', 'the zstd data ends inside a frame')
}

async function* feed(pump: DecoderPump, part: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < part.length; at += PIECE_BYTES) {
    yield* pump.feed(part.subarray(at, at + PIECE_BYTES))
    if (pump.error !== null) throw broken(pump.error)
  }
}

async function* finish(pump: DecoderPump): AsyncGenerator<Uint8Array> {
  yield* pump.finish()
  if (pump.error !== null) throw broken(pump.error)
}

async function* unpackSmall(
  parts: readonly Uint8Array[],
  size: number,
): AsyncGenerator<Uint8Array> {
  const [first] = parts
  const frame = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts, size)
  let unpacked: Uint8Array | null = null
  try {
    unpacked = zstdDecompressSync(frame, {
      ...options,
      maxOutputLength: SMALL_FRAME_UNPACKED_BYTES,
    })
  } catch {
    // Too large for one call, or damaged: the stream yields what can be had and then says which.
  }
  if (unpacked !== null) {
    yield unpacked
    return
  }
  const pump = new DecoderPump(createZstdDecompress(options))
  yield* feed(pump, frame)
  yield* finish(pump)
}

function broken(cause: Error): ZstdError {
  return new ZstdError('ZSTD_BROKEN', 'the zstd data is damaged', { cause })
}

type Step = {
  readonly end: number
  readonly isFrameEnd: boolean
  readonly isSkippable: boolean
  readonly isBroken: boolean
}
type State = 'magic' | 'skip-size' | 'descriptor' | 'header' | 'block' | 'body' | 'checksum'

/** Finds the ends of frames by their headers (RFC 8878 section 3.1), without unpacking anything. */
class FrameWalker {
  isSkippable = false
  #state: State = 'magic'
  /** Bytes of the present field still to come, and the value of those that came (little endian). */
  #left = 4
  #value = 0
  #shift = 1
  #hasChecksum = false
  #isLastBlock = false

  get isBetweenFrames(): boolean {
    return this.#state === 'magic' && this.#left === 4
  }

  /** Goes on from `from` to the end of the frame or of `bytes`, whichever comes first. */
  walk(bytes: Uint8Array, from: number): Step {
    let at = from
    while (at < bytes.length) {
      if (this.#state === 'body' || this.#state === 'checksum' || this.#state === 'header') {
        const step = Math.min(this.#left, bytes.length - at)
        at += step
        this.#left -= step
      } else {
        this.#value += (bytes[at] ?? 0) * this.#shift
        this.#shift *= 256
        this.#left -= 1
        at += 1
      }
      while (this.#left === 0) {
        const outcome = this.#next()
        if (outcome === 'on') continue
        const isSkippable = this.isSkippable
        this.isSkippable = false
        return {
          end: at,
          isFrameEnd: outcome === 'end',
          isSkippable,
          isBroken: outcome === 'broken',
        }
      }
    }
    return { end: at, isFrameEnd: false, isSkippable: this.isSkippable, isBroken: false }
  }

  #expect(state: State, left: number): void {
    this.#state = state
    this.#left = left
    this.#value = 0
    this.#shift = 1
  }

  #next(): 'on' | 'end' | 'broken' {
    const value = this.#value
    switch (this.#state) {
      case 'magic':
        if (Math.floor(value / 16) === SKIPPABLE) {
          this.isSkippable = true
          this.#expect('skip-size', 4)
        } else if (value === MAGIC) {
          this.isSkippable = false
          this.#expect('descriptor', 1)
        } else return 'broken'
        return 'on'
      case 'skip-size':
        this.#isLastBlock = true
        this.#hasChecksum = false
        this.#expect('body', value)
        return 'on'
      case 'descriptor': {
        const isSingle = (value & 0x20) !== 0
        const sizeFlag = value >> 6
        this.#hasChecksum = (value & 4) !== 0
        const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag
        const dictionaryBytes = [0, 1, 2, 4][value & 3] ?? 0
        this.#expect('header', (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes)
        return 'on'
      }
      case 'header':
        this.#expect('block', 3)
        return 'on'
      case 'block': {
        const type = (value >> 1) & 3
        if (type === 3) return 'broken'
        this.#isLastBlock = (value & 1) === 1
        this.#expect('body', type === 1 ? 1 : value >> 3)
        return 'on'
      }
      case 'body':
        if (this.#isLastBlock && !this.#hasChecksum) break
        if (this.#isLastBlock) this.#expect('checksum', 4)
        else this.#expect('block', 3)
        return 'on'
      case 'checksum':
        break
    }
    this.#expect('magic', 4)
    return 'end'
  }
}

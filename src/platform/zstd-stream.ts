import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib'
import { DecoderPump } from './decoder-pump.ts'
import { CodedError } from './errors.ts'
import { ZstdFrameWalker } from './zstd-frame-walker.ts'

/** `ZSTD_TRUNCATED`: the data ends early. `ZSTD_BROKEN`: it is damaged, or something else follows it. */
export class ZstdError extends CodedError<'ZSTD_TRUNCATED' | 'ZSTD_BROKEN'> {}

/** Frames up to this packed size are unpacked in one call: much cheaper than a stream for the many small ones. */
const SMALL_FRAME_BYTES = 1 << 20
/** Refuses to unpack a small frame in one call when it grows beyond this; it is streamed instead. */
const SMALL_FRAME_UNPACKED_BYTES = 8 << 20
/** A run-length block of 4 bytes unpacks to 128 kB, so the stream is fed little at a time. */
const PIECE_BYTES = 4096
const options = { params: { [constants.ZSTD_d_windowLogMax]: 27 }, chunkSize: 128 << 10 }

/**
 * Unpacks all frames of a `.zst` file, one after the other (Node's own stream stops silently after the first).
 * Everything that can be unpacked is yielded before a `ZstdError` is thrown. Skippable frames are skipped.
 */
export async function* zstdStream(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walker = new ZstdFrameWalker()
  let frame = new FrameDecoder()
  try {
    for await (const bytes of input) {
      let from = 0
      while (from < bytes.length) {
        const { end, isFrameEnd, isSkippable, isBroken } = walker.walk(bytes, from)
        if (isSkippable) frame = new FrameDecoder()
        else yield* frame.add(bytes.subarray(from, end))
        from = end
        if (isBroken) {
          yield* frame.rest()
          throw new ZstdError('ZSTD_BROKEN', 'the zstd data is damaged, or other bytes follow it')
        }
        if (!isFrameEnd) continue
        yield* frame.finish()
        frame = new FrameDecoder()
      }
    }
    if (walker.isBetweenFrames) return
    yield* frame.rest()
    throw new ZstdError('ZSTD_TRUNCATED', 'the zstd data ends inside a frame')
  } finally {
    frame.destroy()
  }
}

/** Unpacks one frame: kept until it is whole while it is small, streamed from then on. */
class FrameDecoder {
  #parts: Uint8Array[] = []
  #size = 0
  #pump: DecoderPump | null = null

  async *add(part: Uint8Array): AsyncGenerator<Uint8Array> {
    if (this.#pump !== null) {
      yield* this.#feed(this.#pump, part)
      return
    }
    this.#parts.push(part)
    this.#size += part.length
    if (this.#size > SMALL_FRAME_BYTES) yield* this.#stream()
  }

  /** The frame is whole. */
  async *finish(): AsyncGenerator<Uint8Array> {
    if (this.#size === 0 && this.#pump === null) return
    if (this.#pump === null) {
      const unpacked = this.#unpackAtOnce()
      if (unpacked !== null) {
        yield unpacked
        return
      }
    }
    const pump = yield* this.#stream()
    yield* pump.finish()
    this.destroy()
    if (pump.error !== null) throw broken(pump.error)
  }

  /** The frame is not whole: what can be had of it. */
  async *rest(): AsyncGenerator<Uint8Array> {
    const pump = yield* this.#stream()
    yield* pump.finish()
  }

  destroy(): void {
    this.#pump?.destroy()
  }

  #unpackAtOnce(): Uint8Array | null {
    const [first] = this.#parts
    const isOne = this.#parts.length === 1 && first !== undefined
    const frame = isOne ? first : Buffer.concat(this.#parts, this.#size)
    try {
      return zstdDecompressSync(frame, { ...options, maxOutputLength: SMALL_FRAME_UNPACKED_BYTES })
    } catch {
      // Too large for one call, or damaged: the stream yields what can be had and then says which.
      return null
    }
  }

  async *#stream(): AsyncGenerator<Uint8Array, DecoderPump> {
    if (this.#pump !== null) return this.#pump
    const pump = new DecoderPump(createZstdDecompress(options))
    this.#pump = pump
    for (const part of this.#parts) yield* this.#feed(pump, part)
    this.#parts = []
    return pump
  }

  async *#feed(pump: DecoderPump, part: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < part.length; at += PIECE_BYTES) {
      yield* pump.feed(part.subarray(at, at + PIECE_BYTES))
      if (pump.error !== null) throw broken(pump.error)
    }
  }
}

function broken(cause: Error): ZstdError {
  return new ZstdError('ZSTD_BROKEN', 'the zstd data is damaged', { cause })
}

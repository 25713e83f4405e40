import type { Transform } from 'node:stream'

/** A zlib stream as Node makes them: `bytesWritten` counts the input it has used. */
export type Decoder = Transform & { readonly bytesWritten: number }

/** Unpacked bytes waiting for the reader above which the decoder pauses. */
const WAITING_BYTES = 4 << 20

/**
 * Drives one zlib decoder piece by piece and hands out everything that it produced before an error, the bytes
 * it did not use, and the error itself. (Iterating the stream throws all of that away.)
 */
export class DecoderPump {
  readonly #decoder: Decoder
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #fed = 0
  #ended = false
  #wake: () => void = () => {}
  error: Error | null = null

  constructor(decoder: Decoder) {
    this.#decoder = decoder
    decoder.on('data', (bytes: Uint8Array) => {
      this.#waiting.push(bytes)
      this.#waitingBytes += bytes.length
      if (this.#waitingBytes > WAITING_BYTES) decoder.pause()
      this.#wake()
    })
    decoder.on('end', () => {
      this.#ended = true
      this.#wake()
    })
    decoder.on('error', (error: Error) => {
      this.error = error
      this.#wake()
    })
  }

  /** True once the packed data said that it is complete. */
  get ended(): boolean {
    return this.#ended
  }

  /** How many of the bytes fed lie behind the end of the packed data. */
  get unused(): number {
    return this.#fed - this.#decoder.bytesWritten
  }

  /** Yields what comes out while `piece` is taken; returns when it is used up, at the end of the data, or at an error. */
  async *feed(piece: Uint8Array): AsyncGenerator<Uint8Array, void> {
    this.#fed += piece.length
    let taken = false
    this.#decoder.write(piece, () => {
      taken = true
      this.#wake()
    })
    yield* this.#until(() => taken)
    // What is left over was refused because the data is complete; the event that says so may come later.
    if (this.error === null && this.unused > 0) this.#ended = true
  }

  /** Tells the decoder that nothing follows, and yields the rest. Incomplete data leaves an `error`. */
  async *finish(): AsyncGenerator<Uint8Array, void> {
    if (this.#ended || this.error !== null) return
    this.#decoder.end()
    yield* this.#until(() => false)
  }

  destroy(): void {
    this.#decoder.destroy()
  }

  async *#until(isDone: () => boolean): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      if (this.#waiting.length > 0) {
        const ready = this.#waiting
        this.#waiting = []
        this.#waitingBytes = 0
        yield* ready
        if (this.#decoder.isPaused()) this.#decoder.resume()
        continue
      }
      if (isDone() || this.#ended || this.error !== null) return
      // oxlint-disable-next-line no-loop-func -- the callback is replaced before each wait
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** A stream that is written in order and knows how far it is. Whatever fails there rejects what waits for it. */
export class Output {
  readonly #destination: Writable
  readonly #finished: Promise<void>
  /** Rejects with what went wrong; never resolves. */
  readonly #failed: Promise<never>
  #bytes = 0

  constructor(destination: Writable) {
    this.#destination = destination
    this.#finished = finished(destination, { readable: false })
    this.#failed = new Promise<never>((_, reject) => {
      this.#finished.catch(reject)
    })
    this.#failed.catch(() => {})
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length
    if (this.#destination.errored !== null) throw this.#destination.errored
    if (this.#destination.write(bytes)) return
    const drained = new Promise<void>((resolve) => {
      this.#destination.once('drain', resolve)
    })
    await Promise.race([drained, this.#failed])
  }

  async end(): Promise<void> {
    this.#destination.end()
    await this.#finished
  }

  async destroy(): Promise<void> {
    this.#destination.destroy()
    await this.#finished.catch(() => {})
  }
}

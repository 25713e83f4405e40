import { promisify } from 'node:util'
import { constants, deflateRaw } from 'node:zlib'
import type { Output } from './output.ts'

const deflate = promisify(deflateRaw)

/**
 * A piece of a deflate stream (RFC 1951) that knows nothing of the pieces around it: it ends at a whole byte, and no
 * reference leads out of it. So pieces can be made at the same time; one behind the other they are one stream.
 */
export function deflated(bytes: Uint8Array): Promise<Buffer> {
  return deflate(bytes, {
    level: 1,
    memLevel: 9,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: 128 * 1024,
  })
}

/** An empty last block: what ends the stream. */
const LAST_BLOCK = Buffer.of(3, 0)

/** Pieces that are made at once: threads of the pool do it. */
const MOST_AT_ONCE = 4

/** Writes pieces in their order, as soon as they are made. */
export class Pieces {
  readonly #output: Output
  readonly #waiting: Promise<Uint8Array>[] = []

  constructor(output: Output) {
    this.#output = output
  }

  /** Resolves when there is room for another one. */
  async add(piece: Promise<Uint8Array>): Promise<void> {
    // Told when its turn comes.
    piece.catch(() => undefined)
    this.#waiting.push(piece)
    if (this.#waiting.length >= MOST_AT_ONCE) await this.#writeOldest()
  }

  async end(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeOldest()
    await this.#output.write(LAST_BLOCK)
  }

  async #writeOldest(): Promise<void> {
    const piece = await this.#waiting.shift()
    if (piece !== undefined) await this.#output.write(piece)
  }
}

/** Bytes of one buffer that is used again. */
export const BUFFER_BYTES = 1 << 20
const MOST_KEPT = 16

/** A buffer, and what to call once nobody reads it any more: then somebody else gets it. */
export interface Lent {
  readonly buffer: Buffer<ArrayBuffer>
  readonly free: () => void
}

/**
 * Buffers that answers are read into and sent from, used again once they are sent: a fresh one for each answer would cost
 * more than the reading.
 */
export class Buffers {
  readonly #kept: Buffer<ArrayBuffer>[] = []

  /** One of at least so many bytes; more than `BUFFER_BYTES` are made for this once. */
  take(length: number): Lent {
    if (length > BUFFER_BYTES) return { buffer: Buffer.allocUnsafeSlow(length), free: () => {} }
    const buffer = this.#kept.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)
    return {
      buffer,
      free: () => {
        if (this.#kept.length < MOST_KEPT) this.#kept.push(buffer)
      },
    }
  }
}

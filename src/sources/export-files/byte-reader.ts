/** Pulls bytes from a stream of pieces of any size, and allows a look ahead. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Uint8Array[] = []
  #heldBytes = 0
  #pulled = 0
  #isDone = false
  #failure: { readonly error: unknown } | null = null

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Bytes handed out so far. */
  get taken(): number {
    return this.#pulled - this.#heldBytes
  }

  /** The error that ends the stream, once it has been met; thrown when its place is reached. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure
  }

  /** Up to `size` of the bytes that come next, without taking them; fewer only at the end, or before an error. */
  async peek(size: number): Promise<Uint8Array> {
    while (this.#heldBytes < size && (await this.#pull()));
    const first = this.#held[0]
    if (this.#held.length > 1) this.#held = [Buffer.concat(this.#held, this.#heldBytes)]
    return (this.#held[0] ?? first ?? new Uint8Array(0)).subarray(0, size)
  }

  /** The next piece as it came; null at the end. An error of the stream is thrown when its place is reached. */
  async next(): Promise<Uint8Array | null> {
    if (this.#heldBytes === 0 && !(await this.#pull())) {
      if (this.#failure !== null) throw this.#failure.error
      return null
    }
    const piece = this.#held.shift() ?? new Uint8Array(0)
    this.#heldBytes -= piece.length
    return piece
  }

  /** Exactly `size` bytes; fewer at the end. Meant for small headers. */
  async take(size: number): Promise<Uint8Array> {
    const bytes = await this.peek(size)
    await this.skip(bytes.length)
    if (bytes.length < size && this.#failure !== null) throw this.#failure.error
    return bytes
  }

  /** Puts bytes back in front. */
  unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#held.unshift(bytes)
    this.#heldBytes += bytes.length
  }

  /** Passes over `size` bytes; returns how many there were. */
  async skip(size: number): Promise<number> {
    let left = size
    while (left > 0) {
      const piece = await this.next()
      if (piece === null) break
      if (piece.length > left) this.unread(piece.subarray(left))
      left -= Math.min(left, piece.length)
    }
    return size - left
  }

  /** Lets the stream release what it holds open. */
  async close(): Promise<void> {
    this.#isDone = true
    this.#held = []
    this.#heldBytes = 0
    await this.#source.return?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let piece = await this.next(); piece !== null; piece = await this.next()) yield piece
  }

  async #pull(): Promise<boolean> {
    if (this.#isDone) return false
    try {
      const { value, done } = await this.#source.next()
      if (done === true) {
        this.#isDone = true
        return false
      }
      if (value.length > 0) this.#held.push(value)
      this.#heldBytes += value.length
      this.#pulled += value.length
      return true
    } catch (error) {
      this.#isDone = true
      this.#failure = { error }
      return false
    }
  }
}

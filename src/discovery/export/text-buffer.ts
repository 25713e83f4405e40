/** Text gathered as UTF-8, without a copy per line. */
export class TextBuffer {
  #bytes: Buffer
  #end = 0

  constructor(room: number) {
    this.#bytes = Buffer.from(new ArrayBuffer(room))
  }

  addLine(text: string): void {
    this.#reserve(text.length * 3 + 1)
    this.#end += this.#bytes.write(text, this.#end)
    this.#bytes[this.#end] = 10
    this.#end += 1
  }

  /** Has up to `room` bytes written behind what is there. `write` answers where they end; -1: nothing was written. */
  add(room: number, write: (to: Buffer, at: number) => number): boolean {
    this.#reserve(room)
    const end = write(this.#bytes, this.#end)
    if (end === -1) return false
    this.#end = end
    return true
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#end)
  }

  #reserve(more: number): void {
    const most = this.#end + more
    if (most <= this.#bytes.length) return
    const grown = Buffer.from(new ArrayBuffer(Math.max(most, this.#bytes.length * 2)))
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
  }
}

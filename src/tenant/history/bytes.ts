/** In a text buffer: "here a source is cited"; the byte after it is its number, from 1. */
export const CITATION_MARK = 1

const NEWLINE = 10
const QUOTE = 34
const BACKSLASH = 92

/** A growing buffer that the corpus is written into; strings are encoded once, texts are copied as bytes. */
export class Bytes {
  private buffer: Buffer
  length = 0

  constructor(capacity = 65_536) {
    this.buffer = Buffer.allocUnsafeSlow(capacity)
  }

  clear(): void {
    this.length = 0
  }

  /** The bytes written so far; valid until the next write. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }

  /** For strings of which every character is below U+0080. */
  ascii(text: string): void {
    this.reserve(text.length)
    this.length += this.buffer.write(text, this.length, 'latin1')
  }

  utf8(text: string): void {
    this.reserve(text.length * 3)
    this.length += this.buffer.write(text, this.length, 'utf8')
  }

  byte(value: number): void {
    this.reserve(1)
    this.buffer[this.length++] = value
  }

  at(index: number): number {
    return this.buffer[index] ?? 0
  }

  /** Changes the byte at `index`, which must have been written. */
  patch(index: number, value: number): void {
    this.buffer[index] = value
  }

  append(source: Uint8Array): void {
    this.reserve(source.length)
    this.buffer.set(source, this.length)
    this.length += source.length
  }

  /** Copies a short piece of a larger buffer; for words faster than a call of `set`. */
  piece(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    const { buffer } = this
    let at = this.length
    for (let index = start; index < end; index++) buffer[at++] = source[index] ?? 0
    this.length = at
  }

  /**
   * Writes a text as the inside of a JSON string, or with `depth` 2 of a JSON string within a JSON string.
   * Texts hold no control characters but newlines and citation marks. `cite` gives what stands for the n-th
   * mark (ASCII, escaped for this depth); without it marks are left out.
   */
  jsonText(text: Uint8Array, depth: 1 | 2, cite: readonly string[]): void {
    this.reserve(text.length * 4)
    for (let index = 0; index < text.length; index++) {
      const value = text[index] ?? 0
      if (value > QUOTE || (value !== NEWLINE && value !== QUOTE && value !== CITATION_MARK)) {
        this.buffer[this.length++] = value
      } else if (value === CITATION_MARK) {
        const cited = cite[(text[++index] ?? 1) - 1] ?? ''
        this.reserve(cited.length + (text.length - index) * 4)
        this.length += this.buffer.write(cited, this.length, 'latin1')
      } else {
        const slashes = value === NEWLINE ? depth : depth * 2 - 1
        for (let slash = 0; slash < slashes; slash++) this.buffer[this.length++] = BACKSLASH
        this.buffer[this.length++] = value === NEWLINE ? 110 : QUOTE
      }
    }
  }

  /** Writes a cell as RFC 4180 wants it between its quotes: each quote doubled. */
  csvQuoted(cell: Uint8Array): void {
    this.reserve(cell.length * 2)
    const { buffer } = this
    let at = this.length
    for (const value of cell) {
      buffer[at++] = value
      if (value === QUOTE) buffer[at++] = QUOTE
    }
    this.length = at
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + more))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}

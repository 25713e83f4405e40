import { instantXml, numberXml, STYLES, textCell, type CellText } from './cells.ts'
import { letters, type Column } from './columns.ts'
import { copyXmlText, hasOuterSpace, MOST_BYTES_OF_BYTE } from './xml-text.ts'

// The XML of rows, as bytes: no string is made for a cell.

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

const TEXT = bytesOf(`" s="${STYLES.text}" t="inlineStr"><is><t>`)
const TEXT_WITH_SPACE = bytesOf(`" s="${STYLES.text}" t="inlineStr"><is><t xml:space="preserve">`)
const TEXT_END = bytesOf('</t></is></c>')
const YES = bytesOf(`" s="${STYLES.flag}" t="b"><v>1</v></c>`)
const NO = bytesOf(`" s="${STYLES.flag}" t="b"><v>0</v></c>`)
const UNKNOWN = bytesOf(`" s="${STYLES.flag}" t="inlineStr"><is><t>unknown</t></is></c>`)
const ROW = bytesOf('<row r="')
const ROW_HEAD_END = bytesOf('">')
const ROW_END = bytesOf('</row>')

/** What a cell has beside its text, at most. */
const CELL_BYTES = 120

/** Gathers rows as XML; what is gathered is taken away from time to time. */
export class RowBytes {
  #bytes: Buffer
  #end = 0
  /** What a buffer holds before it grows. */
  readonly #size: number
  readonly #free: Buffer[] = []
  readonly #starts: readonly Uint8Array[]
  readonly #letters: readonly string[]
  readonly #text: CellText
  #row = 0
  #digits = bytesOf('')

  constructor(columns: readonly Column[], size: number, text: CellText) {
    this.#size = size
    this.#bytes = Buffer.allocUnsafeSlow(size)
    this.#letters = columns.map((_, at) => letters(at))
    this.#starts = this.#letters.map((column) => bytesOf(`<c r="${column}`))
    this.#text = text
  }

  get length(): number {
    return this.#end
  }

  /** What was gathered; `giveBack` takes the bytes again for what comes later. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#end)
    this.#bytes = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#size)
    this.#end = 0
    return taken
  }

  giveBack(taken: Buffer): void {
    // One that had to grow is not kept.
    if (taken.buffer.byteLength === this.#size && taken.buffer instanceof ArrayBuffer)
      this.#free.push(Buffer.from(taken.buffer))
  }

  xml(text: string): void {
    this.#reserve(text.length * 3)
    this.#end += this.#bytes.write(text, this.#end)
  }

  beginRow(number: number): void {
    this.#row = number
    this.#digits = bytesOf(String(number))
    this.#reserve(CELL_BYTES)
    this.#put(ROW)
    this.#put(this.#digits)
    this.#put(ROW_HEAD_END)
  }

  endRow(): void {
    this.#reserve(CELL_BYTES)
    this.#put(ROW_END)
  }

  /** A text, given as UTF-8; an empty one is no cell. */
  text(at: number, from: Buffer, start: number, end: number): void {
    if (start === end) return
    this.#reserve((end - start) * MOST_BYTES_OF_BYTE + CELL_BYTES)
    const before = this.#end
    this.#begin(at)
    this.#put(hasOuterSpace(from, start, end) ? TEXT_WITH_SPACE : TEXT)
    const behind = copyXmlText(from, [start, end], this.#bytes, this.#end)
    if (behind === -1) {
      this.#end = before
      const text = from.toString('utf8', start, end)
      this.xml(textCell(this.#place(at), STYLES.text, text, this.#text))
      return
    }
    this.#end = behind
    this.#put(TEXT_END)
  }

  /** 1: true, 0: false, else the word "unknown". */
  flag(at: number, value: number): void {
    this.#reserve(CELL_BYTES)
    this.#begin(at)
    this.#put(value === 1 ? YES : value === 0 ? NO : UNKNOWN)
  }

  number(at: number, value: number): void {
    this.xml(numberXml(this.#place(at), STYLES.number, value, this.#text))
  }

  /** Milliseconds since 1970. */
  instant(at: number, ms: number): void {
    this.xml(instantXml(this.#place(at), STYLES.instant, ms, this.#text))
  }

  #place(at: number): string {
    return `${this.#letters[at] ?? ''}${this.#row}`
  }

  #begin(at: number): void {
    this.#put(this.#starts[at] ?? TEXT)
    this.#put(this.#digits)
  }

  #put(from: Uint8Array): void {
    const to = this.#bytes
    let out = this.#end
    // Byte by byte: `set` takes longer for so few.
    // oxlint-disable-next-line unicorn/no-for-loop, typescript/prefer-for-of
    for (let at = 0; at < from.length; at += 1) {
      to[out] = from[at] ?? 0
      out += 1
    }
    this.#end = out
  }

  #reserve(more: number): void {
    if (this.#end + more <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#end + more, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
  }
}

import { Splitter } from './splitter.ts'
import type { SplitterLimits } from './splitter.ts'

const QUOTE = 0x22
const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
/** Bytes behind an opening quote that tell how the quotes in the cell are written. */
const TELLING_BYTES = 5

export interface CsvLayout {
  /** One byte: `,`, `;`, `|` or a tab. */
  readonly delimiter: number
  /** A last row that was cut off before this column holds nothing worth keeping. */
  readonly neededColumn: number
  readonly columns: number
  /** The header line's bytes: files that were joined repeat it between their rows. */
  readonly header: Uint8Array
}

type State = 'cell' | 'plain' | 'quoted' | 'escaped' | 'after-quote'

/**
 * Splits the rows of a CSV (RFC 4180: quoted cells with doubled quotes, and line ends in them; a backslash means nothing,
 * but in a cell of JSON that begins `"{\"`, as Spark and MySQL write it: RFC 4180 knows no such cell).
 * A record is the row's exact bytes without its line end. Rows with too many or too few cells are records too.
 */
export class CsvSplitter extends Splitter {
  readonly #layout: CsvLayout
  #state: State = 'cell'
  #cells = 1
  #hasContent = false
  #isMalformed = false
  #hasNul = false
  #isAtEnd = false

  constructor(layout: CsvLayout, limits: SplitterLimits, base: number) {
    super(limits, base)
    this.#layout = layout
  }

  protected scan(): void {
    const { bytes, length } = this
    const { delimiter } = this.#layout
    let at = this.position
    let state = this.#state
    while (at < length) {
      if (this.recordStart < 0 && !this.isSkipping) this.recordStart = at
      if (state === 'quoted') {
        while (at < length && bytes[at] !== QUOTE) at += 1
        if (at === length) break
        state = 'after-quote'
        at += 1
        continue
      }
      if (state === 'escaped') {
        while (at < length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
        if (at >= length) break
        state = 'after-quote'
        at += 1
        continue
      }
      if (state === 'plain') {
        while (at < length && bytes[at] !== delimiter && !isRowEnd(bytes[at] ?? 0)) at += 1
        if (at === length) break
      }
      const byte = bytes[at] ?? 0
      at += 1
      if (isRowEnd(byte)) {
        this.#row(at - 1)
        state = 'cell'
      } else if (byte === delimiter) {
        this.#cells += 1
        state = 'cell'
      } else if (byte === QUOTE) {
        if (state === 'cell' && length - at < TELLING_BYTES && !this.#isAtEnd) {
          at -= 1
          break
        }
        this.#hasContent = true
        // Behind a closing quote this is a doubled one; inside a plain cell it is a character like others.
        state = state === 'cell' && isEscapedJson(bytes, at) ? 'escaped' : 'quoted'
      } else if (state === 'cell') {
        if (byte > SPACE) {
          this.#hasContent = true
          state = 'plain'
        } else if (byte === 0) this.#hasNul = true
      } else if (byte !== SPACE) {
        this.#isMalformed = true
        state = 'plain'
      }
    }
    this.position = at
    this.#state = state
  }

  protected finish(): void {
    this.#isAtEnd = true
    this.scan()
    if (this.recordStart < 0) return
    const start = this.recordStart
    if (this.#state === 'quoted' || this.#state === 'escaped') {
      this.problem(
        'FILE_TRUNCATED',
        start,
        `the file ends at byte ${this.base + this.length}, inside a quoted cell of the row that begins here: export it again; the rows before it were read`,
      )
      return
    }
    const isCut = this.#cells < this.#layout.columns && this.#hasContent
    if (!isCut || this.#cells > this.#layout.neededColumn + 1) this.#row(this.length)
    if (isCut) {
      this.problem(
        'FILE_TRUNCATED',
        start,
        'the last row has fewer cells than the header and no line end: the file was probably cut off; export it again',
      )
    }
  }

  #row(end: number): void {
    const start = this.recordStart
    if (this.isSkipping) this.isSkipping = false
    else if (!this.#hasContent) this.#reportNul(start)
    else {
      if (!this.#isHeader(start, end)) this.record(start, end)
      if (this.#isMalformed) {
        this.problem(
          'FILE_BROKEN',
          start,
          'the quotes of the row that begins here do not match; it was kept as it is',
        )
      }
    }
    this.recordStart = -1
    this.#cells = 1
    this.#hasContent = false
    this.#isMalformed = false
    this.#hasNul = false
  }

  /** The header once more, perhaps behind a byte order mark. */
  #isHeader(start: number, end: number): boolean {
    const { header } = this.#layout
    const from = end - header.length
    if (from !== start && from !== start + 3) return false
    return Buffer.compare(header, this.bytes.subarray(from, end)) === 0
  }

  #reportNul(start: number): void {
    if (!this.#hasNul) return
    this.problem(
      'FILE_BROKEN',
      start,
      'NUL bytes stand between the rows: the file was probably not written to its end',
    )
  }
}

/** LF or CR; what CRLF leaves between the two is a blank row. */
function isRowEnd(byte: number): boolean {
  return byte === NEWLINE || byte === RETURN
}

/** `{\"key` or `[{\"key` at `at`, behind an opening quote: in RFC 4180 a closing quote would stand before the key. */
function isEscapedJson(bytes: Uint8Array, at: number): boolean {
  const brace = bytes[at] === OPEN_BRACKET ? at + 1 : at
  if (bytes[brace] !== OPEN_BRACE || bytes[brace + 1] !== BACKSLASH) return false
  return bytes[brace + 2] === QUOTE && isKeyStart(bytes[brace + 3] ?? 0)
}

function isKeyStart(byte: number): boolean {
  return byte === 0x40 || byte === 0x5f || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a)
}

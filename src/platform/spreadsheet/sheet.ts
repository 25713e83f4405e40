import { cellXml, type CellText } from './cells.ts'
import { letters, MOST_ROWS, type Cell, type Column } from './columns.ts'
import { wholeCharacters } from './long-texts.ts'
import { sheetHead, sheetTail } from './parts.ts'
import { RowBytes } from './row-bytes.ts'
import type { ZipFile } from './zip-writer.ts'

/** Bytes that are gathered before they are handed on to be deflated. */
const PIECE = 512 * 1024
/** A row that begins in a piece shall seldom make its buffer grow. */
const ROOM = 256 * 1024
/** Bytes of a sheet's XML: below 4 GB, which ZIP readers without ZIP64 cannot pass. */
const MOST_BYTES = 3_000_000_000

/** One sheet of a workbook, written row by row. */
export class SheetWriter {
  readonly name: string
  readonly columns: readonly Column[]
  #rows = 0
  #bytes = 0
  readonly #letters: readonly string[]
  readonly #text: CellText
  readonly #file: ZipFile
  readonly #cells: RowBytes

  constructor(
    name: string,
    columns: readonly Column[],
    options: { text: CellText; file: ZipFile; selected: boolean },
  ) {
    this.name = name
    this.columns = columns
    this.#letters = columns.map((_, at) => letters(at))
    this.#text = options.text
    this.#file = options.file
    this.#cells = new RowBytes(columns, PIECE + ROOM, options.text)
    this.#cells.xml(sheetHead(columns, options.selected))
  }

  get rows(): number {
    return this.#rows
  }

  isFull(mostRows = MOST_ROWS): boolean {
    return this.#rows + 1 >= mostRows || this.#bytes > MOST_BYTES
  }

  /** Begins a row, whose cells come from left to right. */
  begin(): RowBytes {
    this.#rows += 1
    this.#cells.beginRow(this.#rows + 1)
    return this.#cells
  }

  /** Ends the row; a promise to be awaited when rows have to be handed on. */
  end(): Promise<void> | null {
    this.#cells.endRow()
    return this.#cells.length < PIECE ? null : this.#hand()
  }

  /** `row` has a value for each column, in their order. */
  add(row: readonly Cell[]): Promise<void> | null {
    this.begin()
    const number = this.#rows + 1
    let cells = ''
    for (const [at, { type }] of this.columns.entries())
      cells += cellXml(`${this.#letters[at]}${number}`, type, row[at] ?? null, this.#text)
    this.#cells.xml(cells)
    return this.end()
  }

  async close(): Promise<void> {
    this.#cells.xml(sheetTail(this.columns.length, this.#rows))
    await this.#hand()
    await this.#file.end()
  }

  async #hand(): Promise<void> {
    const bytes = this.#cells.take()
    this.#bytes += bytes.length
    await this.#file.write(bytes, () => this.#cells.giveBack(bytes))
  }
}

/** A name that every spreadsheet program accepts (31 characters, none of `[]:*?/\`), and that no other sheet has. */
export function sheetName(wanted: string, taken: readonly string[]): string {
  const allowed = wanted
    .replaceAll(/[[\]:*?/\\\p{Cc}]/gu, ' ')
    .replaceAll(/^'+|'+$/g, '')
    .trim()
  const base = allowed === '' ? 'Sheet' : allowed
  const used = new Set(taken.map((name) => name.toLowerCase()))
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : ` (${number})`
    const room = 31 - suffix.length
    const name = base.slice(0, wholeCharacters(base, room)) + suffix
    if (!used.has(name.toLowerCase())) return name
  }
}

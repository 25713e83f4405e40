import { PassThrough } from 'node:stream'
import { cellXml, type CellText } from './cells.ts'
import { letters, MOST_ROWS, type Cell, type Column } from './columns.ts'
import { wholeCharacters } from './long-texts.ts'
import { sheetHead, sheetTail } from './parts.ts'

/** Characters that are gathered before they are handed on. */
const CHUNK = 128 * 1024
/** Bytes of a sheet's XML: below 4 GB, which ZIP readers without ZIP64 cannot pass. */
const MOST_BYTES = 3_000_000_000

/** One sheet of a workbook, written row by row. */
export class SheetWriter {
  readonly name: string
  readonly stream = new PassThrough({ highWaterMark: 4 * CHUNK })
  readonly columns: readonly Column[]
  #rows = 0
  #bytes = 0
  #gathered: string
  readonly #letters: readonly string[]
  readonly #text: CellText
  readonly #failed: Promise<never>

  /** `failed` rejects when what the sheet is written to fails. */
  constructor(
    name: string,
    columns: readonly Column[],
    options: { text: CellText; failed: Promise<never>; selected: boolean },
  ) {
    this.name = name
    this.columns = columns
    this.#letters = columns.map((_, at) => letters(at))
    this.#text = options.text
    this.#failed = options.failed
    this.#gathered = sheetHead(columns, options.selected)
  }

  get rows(): number {
    return this.#rows
  }

  isFull(mostRows = MOST_ROWS): boolean {
    return this.#rows + 1 >= mostRows || this.#bytes > MOST_BYTES
  }

  /** `row` has a value for each column, in their order. */
  async add(row: readonly Cell[]): Promise<void> {
    this.#rows += 1
    const number = this.#rows + 1
    let cells = ''
    for (const [at, { type }] of this.columns.entries())
      cells += cellXml(`${this.#letters[at]}${number}`, type, row[at] ?? null, this.#text)
    this.#gathered += `<row r="${number}">${cells}</row>`
    if (this.#gathered.length >= CHUNK) await this.#hand()
  }

  async end(): Promise<void> {
    this.#gathered += sheetTail(this.columns.length, this.#rows)
    await this.#hand()
    this.stream.end()
  }

  async #hand(): Promise<void> {
    const bytes = Buffer.from(this.#gathered)
    this.#gathered = ''
    this.#bytes += bytes.length
    if (this.stream.write(bytes)) return
    const drained = new Promise((resolve) => this.stream.once('drain', resolve))
    await Promise.race([drained, this.#failed])
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

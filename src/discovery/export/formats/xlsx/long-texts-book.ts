import {
  LONG_TEXT_COLUMNS,
  partsOf,
  type LongTexts,
} from '../../../../platform/spreadsheet/long-texts.ts'
import {
  openSpreadsheet,
  type Sheet,
  type Spreadsheet,
} from '../../../../platform/spreadsheet/spreadsheet.ts'
import type { Destination, ExportAbout, PackageFile } from '../../writer.ts'
import { packageStream } from '../package-stream.ts'

/** A second workbook for texts that are longer than a cell; it is there only if there are any. */
export class LongTextsBook implements LongTexts {
  readonly where: string
  readonly #open: () => Promise<OpenBook>
  #opened: Promise<OpenBook> | null = null
  #last: Promise<void> = Promise.resolve()
  #rows = 0

  constructor(path: string, to: Destination, about: ExportAbout) {
    this.where = `in the file "${path}"`
    this.#open = async () => {
      const file = await to.create(path)
      const title = `Texts that are longer than a cell, of export ${about.id}`
      const book = openSpreadsheet(packageStream(file), { title, createdAt: about.createdAt })
      return { file, book, sheet: await book.sheet('Long texts', LONG_TEXT_COLUMNS) }
    }
  }

  keep(sheet: string, cell: string, text: string): Promise<void> {
    // One after the other: a row's texts come at once.
    this.#last = this.#last.then(() => this.#add(sheet, cell, partsOf(text)))
    return this.#last
  }

  async close(): Promise<void> {
    await this.#last
    if (this.#opened === null) return
    const { book, file } = await this.#opened
    await book.close()
    await file.end(this.#rows)
  }

  async abort(): Promise<void> {
    const opened = await this.#opened?.catch(() => null)
    await opened?.book.abort()
  }

  async #add(sheet: string, cell: string, parts: readonly string[]): Promise<void> {
    this.#opened ??= this.#open()
    const rows = (await this.#opened).sheet
    for (const [at, part] of parts.entries())
      await rows.add([sheet, cell, at + 1, parts.length, part])
    this.#rows += parts.length
  }
}

interface OpenBook {
  readonly file: PackageFile
  readonly book: Spreadsheet
  readonly sheet: Sheet
}

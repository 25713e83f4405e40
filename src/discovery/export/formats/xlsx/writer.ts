import { openSpreadsheet, type Spreadsheet } from '../../../../platform/spreadsheet/spreadsheet.ts'
import { release } from '../../../../platform/release.ts'
import type { RowBytes } from '../../../../platform/spreadsheet/row-bytes.ts'
import { readRow, typesOf, type CellReader } from '../../packed-rows.ts'
import type { ExportAbout, RowWriter } from '../../writer.ts'
import { packageStream } from '../package-stream.ts'
import { addAboutSheets } from './about-sheets.ts'
import { manifestChanges } from './changes.ts'
import { columnOf } from './columns.ts'
import { LongTextsBook } from './long-texts-book.ts'

/** A workbook: the rows, a sheet that says what the export is, and one that says what its columns mean. */
export const xlsxWriter: RowWriter = {
  takes: 'rows',
  async write(batches, to, about) {
    const name = about.unit === 'item' ? 'items' : 'record-list'
    const file = await to.create(`${name}.xlsx`)
    const longTexts = new LongTextsBook(`${name}-long-texts.xlsx`, to, about)
    const book = openSpreadsheet(packageStream(file), {
      title: `Daybook export ${about.id}`,
      createdAt: about.createdAt,
      longTexts,
    })
    try {
      const { rows, joined } = await addRows(book, batches, about)
      await addAboutSheets(book, about, manifestChanges(`${name}.xlsx`, book.changes(), joined))
      await longTexts.close()
      const { changes } = await book.close()
      await file.end(rows)
      return { rows, changes: manifestChanges(`${name}.xlsx`, changes, joined) }
    } catch (error) {
      await Promise.all([book.abort(), longTexts.abort()])
      throw error
    }
  },
}

async function addRows(
  book: Spreadsheet,
  batches: AsyncIterable<Buffer>,
  about: ExportAbout,
): Promise<{ rows: number; joined: number }> {
  const name = about.unit === 'item' ? 'Items' : 'Records'
  const sheet = await book.sheet(name, about.fields.map(columnOf))
  const types = typesOf(about.fields)
  const cells = new SheetCells()
  let rows = 0
  for await (const batch of batches) {
    about.signal.throwIfAborted()
    for (let at = 0; at < batch.length;) {
      const begun = sheet.begin()
      cells.row = begun instanceof Promise ? await begun : begun
      at = readRow(batch, types, at, cells)
      const handed = sheet.end()
      if (handed !== null) await handed
      rows += 1
    }
    release([batch])
  }
  return { rows, joined: cells.joined }
}

/** Puts the cells of packed rows into a sheet. */
class SheetCells implements CellReader {
  row: RowBytes | null = null
  joined = 0

  begin(joined: number): void {
    this.joined += joined
  }

  text(at: number, bytes: Buffer, start: number, end: number): void {
    this.row?.text(at, bytes, start, end)
  }

  flag(at: number, value: number): void {
    this.row?.flag(at, value)
  }

  number(at: number, value: number): void {
    if (!Number.isNaN(value)) this.row?.number(at, value)
  }

  time(at: number, ms: number): void {
    if (!Number.isNaN(ms)) this.row?.instant(at, ms)
  }
}

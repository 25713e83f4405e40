import { openSpreadsheet, type Spreadsheet } from '../../../../platform/spreadsheet/spreadsheet.ts'
import type { ExportAbout, Row, RowWriter } from '../../writer.ts'
import { packageStream } from '../package-stream.ts'
import { addAboutSheets } from './about-sheets.ts'
import { manifestChanges } from './changes.ts'
import { columnOf, isJoined, sheetCell } from './columns.ts'
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
  batches: AsyncIterable<readonly Row[]>,
  about: ExportAbout,
): Promise<{ rows: number; joined: number }> {
  const sheet = await book.sheet(
    about.unit === 'item' ? 'Items' : 'Records',
    about.fields.map(columnOf),
  )
  let rows = 0
  let joined = 0
  for await (const batch of batches) {
    about.signal.throwIfAborted()
    for (const row of batch) {
      for (const cell of row) if (isJoined(cell)) joined += 1
      await sheet.add(row.map(sheetCell))
    }
    rows += batch.length
  }
  return { rows, joined }
}

import { createWriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { fileError, localFiles } from '../files.ts'
import { openSpreadsheet, type Spreadsheet, type SpreadsheetOptions } from './spreadsheet.ts'

/** Opens a workbook at `path`: `<path>.partial` until it is whole and on the disk. Faults of the disk are coded. */
export function openSpreadsheetFile(path: string, options: SpreadsheetOptions): Spreadsheet {
  const partial = `${path}.partial`
  const file = createWriteStream(partial, { flush: true, mode: 0o600 })
  const book = openSpreadsheet(file, options)
  const coded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw fileError('write', path, error)
    }
  }
  return {
    async sheet(name, columns) {
      const sheet = await coded(book.sheet(name, columns))
      return { ...sheet, add: (row) => coded(sheet.add(row)) }
    },
    changes: () => book.changes(),
    async close() {
      const written = await coded(book.close())
      await localFiles.rename(partial, path)
      await localFiles.syncFolder(dirname(path))
      return written
    },
    async abort() {
      await book.abort()
      await localFiles.remove(partial)
    },
  }
}

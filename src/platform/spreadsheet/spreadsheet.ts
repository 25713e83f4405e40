import type { Writable } from 'node:stream'
import { Changes, type SpreadsheetChange } from './changes.ts'
import { MOST_CHARACTERS, MOST_ROWS, type Cell, type Column } from './columns.ts'
import { wholeCharacters, type LongTexts } from './long-texts.ts'
import { Output } from './output.ts'
import {
  CONTENT_TYPES,
  PACKAGE_RELATIONS,
  properties,
  STYLE_SHEET,
  workbook,
  workbookRelations,
  type WrittenSheet,
} from './parts.ts'
import type { RowBytes } from './row-bytes.ts'
import { sheetName, SheetWriter } from './sheet.ts'
import { ZipWriter } from './zip-writer.ts'

export interface SpreadsheetOptions {
  readonly title: string
  /** ISO 8601 UTC; the only thing in the file that is not made of its rows. */
  readonly createdAt: string
  /** Keeps what is longer than a cell. Without it such text is cut, with a mark that says how much. */
  readonly longTexts?: LongTexts
  /** Rows of a sheet, the header included; tests lower it. */
  readonly mostRows?: number
}

export interface Sheet {
  /** A value for each column, in their order. Await each: that is what keeps the memory flat. */
  add(row: readonly Cell[]): Promise<void>
  /** Begins a row of which the cells are written as bytes, from left to right; `end` behind the last one. */
  begin(): Promise<RowBytes> | RowBytes
  /** Ends a row that was begun. Null: there is nothing to wait for. */
  end(): Promise<void> | null
}

interface WrittenSpreadsheet {
  readonly sheets: readonly { readonly name: string; readonly rows: number }[]
  /** Everything that does not stand in its cell as it was given. */
  readonly changes: readonly SpreadsheetChange[]
}

/** A workbook that is written from the first sheet to the last. */
export interface Spreadsheet {
  /** Begins a sheet and ends the one before. */
  sheet(name: string, columns: readonly Column[]): Promise<Sheet>
  /** What was changed so far: for a last sheet that tells of it. */
  changes(): readonly SpreadsheetChange[]
  /** Ends the workbook and `destination`. */
  close(): Promise<WrittenSpreadsheet>
  /** Gives up: `destination` is destroyed. */
  abort(): Promise<void>
}

/** Room for the mark that ends a text which is longer than a cell. */
const MARK_LENGTH = 160

/**
 * Opens a workbook (XLSX) that is written as a stream. There are no formulas in it, ever: a text is text by the type of
 * its cell, whatever it begins with. The same rows and options give the same bytes.
 */
export function openSpreadsheet(destination: Writable, options: SpreadsheetOptions): Spreadsheet {
  const changes = new Changes()
  const output = new Output(destination)
  const zip = new ZipWriter(output)
  const written: WrittenSheet[] = []
  let current: SheetWriter | null = null
  let keeping: Promise<void>[] = []

  // Begun with the first sheet: what goes wrong is told there.
  let begun = false
  const begin = async (): Promise<void> => {
    if (begun) return
    begun = true
    await zip.add('[Content_Types].xml', CONTENT_TYPES)
    await zip.add('_rels/.rels', PACKAGE_RELATIONS)
    await zip.add('docProps/core.xml', properties(options))
    await zip.add('xl/styles.xml', STYLE_SHEET)
  }

  const shorten = (text: string, place: string): string => {
    const head = text.slice(0, wholeCharacters(text, MOST_CHARACTERS - MARK_LENGTH))
    const { longTexts } = options
    if (longTexts === undefined) {
      changes.count('LONG_TEXTS_CUT')
      return `${head} … [cut: the first ${head.length} of ${text.length} characters]`
    }
    changes.count('LONG_TEXTS_CONTINUED')
    const sheet = current?.name ?? ''
    keeping.push(longTexts.keep(sheet, place, text))
    return `${head} … [${text.length} characters: all of them ${longTexts.where}, at ${sheet}, ${place}]`
  }

  const endSheet = async () => {
    if (current === null) return
    const { name, rows, columns } = current
    await current.close()
    written.push({ name, rows, columns: columns.length })
    current = null
  }
  const beginSheet = async (wanted: string, columns: readonly Column[]): Promise<SheetWriter> => {
    await begin()
    await endSheet()
    const taken = written.map(({ name }) => name)
    const file = await zip.begin(`xl/worksheets/sheet${written.length + 1}.xml`)
    const text = { changes, shorten }
    const selected = written.length === 0
    current = new SheetWriter(sheetName(wanted, taken), columns, { text, file, selected })
    return current
  }
  /** Behind a row: what was handed on, and the texts that are kept elsewhere. */
  const ended = async (handed: Promise<void> | null): Promise<void> => {
    await handed
    const texts = keeping
    keeping = []
    await Promise.all(texts)
  }

  const sheet = async (name: string, columns: readonly Column[]): Promise<Sheet> => {
    let writer = await beginSheet(name, columns)
    const isFull = () => writer.isFull(options.mostRows ?? MOST_ROWS)
    const continued = async (): Promise<SheetWriter> => {
      changes.count('SHEET_CONTINUED')
      writer = await beginSheet(name, columns)
      return writer
    }
    return {
      async add(row) {
        if (isFull()) await continued()
        await ended(writer.add(row))
      },
      begin: () => (isFull() ? continued().then((next) => next.begin()) : writer.begin()),
      end() {
        const handed = writer.end()
        return handed === null && keeping.length === 0 ? null : ended(handed)
      },
    }
  }

  return {
    sheet,
    changes: () => changes.list(),
    async close() {
      await begin()
      await endSheet()
      await zip.add('xl/workbook.xml', workbook(written))
      await zip.add('xl/_rels/workbook.xml.rels', workbookRelations(written.length))
      await zip.end()
      await output.end()
      return {
        sheets: written.map(({ name, rows }) => ({ name, rows })),
        changes: changes.list(),
      }
    },
    async abort() {
      await output.destroy()
    },
  }
}

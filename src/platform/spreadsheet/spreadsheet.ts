import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { Changes, type SpreadsheetChange } from './changes.ts'
import { MOST_CHARACTERS, MOST_ROWS, type Cell, type Column } from './columns.ts'
import { wholeCharacters, type LongTexts } from './long-texts.ts'
import {
  CONTENT_TYPES,
  PACKAGE_RELATIONS,
  properties,
  STYLE_SHEET,
  workbook,
  workbookRelations,
  type WrittenSheet,
} from './parts.ts'
import { sheetName, SheetWriter } from './sheet.ts'

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

// The earliest time that ZIP knows, in local time as ZIP means it: the same rows give the same file.
const ZIP_OPTIONS = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true }
/** Room for the mark that ends a text which is longer than a cell. */
const MARK_LENGTH = 160

/**
 * Opens a workbook (XLSX) that is written as a stream. There are no formulas in it, ever: a text is text by the type of
 * its cell, whatever it begins with. The same rows and options give the same bytes.
 */
export function openSpreadsheet(destination: Writable, options: SpreadsheetOptions): Spreadsheet {
  const changes = new Changes()
  const zip = new ZipFile()
  const written: WrittenSheet[] = []
  let current: SheetWriter | null = null
  let keeping: Promise<void>[] = []

  const finished = pipeline(zip.outputStream, destination)
  // Rejects with what went wrong; never resolves.
  const failed = new Promise<never>((_, reject) => {
    finished.catch(reject)
    zip.on('error', reject)
  })
  failed.catch(() => {})

  const part = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name, ZIP_OPTIONS)
  part('[Content_Types].xml', CONTENT_TYPES)
  part('_rels/.rels', PACKAGE_RELATIONS)
  part('docProps/core.xml', properties(options))
  part('xl/styles.xml', STYLE_SHEET)

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
    await current.end()
    written.push({ name, rows, columns: columns.length })
    current = null
  }
  const beginSheet = async (name: string, columns: readonly Column[]): Promise<SheetWriter> => {
    await endSheet()
    const begun = new SheetWriter(
      sheetName(
        name,
        written.map((sheet) => sheet.name),
      ),
      columns,
      { text: { changes, shorten }, failed, selected: written.length === 0 },
    )
    current = begun
    zip.addReadStream(begun.stream, `xl/worksheets/sheet${written.length + 1}.xml`, {
      ...ZIP_OPTIONS,
      compressionLevel: 1,
    })
    return begun
  }

  const sheet = async (name: string, columns: readonly Column[]): Promise<Sheet> => {
    let writer = await beginSheet(name, columns)
    return {
      async add(row) {
        if (writer.isFull(options.mostRows ?? MOST_ROWS)) {
          changes.count('SHEET_CONTINUED')
          writer = await beginSheet(name, columns)
        }
        await writer.add(row)
        if (keeping.length === 0) return
        await Promise.all(keeping)
        keeping = []
      },
    }
  }

  return {
    sheet,
    changes: () => changes.list(),
    async close() {
      await endSheet()
      part('xl/workbook.xml', workbook(written))
      part('xl/_rels/workbook.xml.rels', workbookRelations(written.length))
      zip.end()
      await Promise.race([finished, failed])
      return {
        sheets: written.map(({ name, rows }) => ({ name, rows })),
        changes: changes.list(),
      }
    },
    async abort() {
      destination.destroy()
      await finished.catch(() => {})
    },
  }
}

import type { Item } from '../../interactions/item.ts'
import type { Field } from './fields.ts'

// What a format is: it takes items or rows as they come, and writes files of the package.

/** What one row of the data file is. */
export type ExportUnit = 'item' | 'record'

/** Where a format writes. Every file is hashed and counted as it is written, and lies under a temporary name until the package is whole. */
export interface Destination {
  /** Begins a file of the package: a relative path with `/`, as docs/spec/export-format.md section 1 allows. Several may be open at once. */
  create(path: string): Promise<PackageFile>
}

/** A destination at which an interrupted run goes on. */
export interface ResumableDestination extends Destination {
  /** What the last checkpoint of the interrupted run was given; undefined: from the beginning. Files that were open then go on where they were. */
  readonly cursor: unknown
  /** Whether it is time for a checkpoint. */
  readonly isDue: boolean
  /** Makes what is written now count, also after a crash, while the work goes on. */
  beginCheckpoint(cursor: unknown): void
}

/** One file of the package. Whatever fails is a CodedError (`DISK_FULL` and the like); the format needs no cleaning up. */
export interface PackageFile {
  /** Resolves when the bytes were taken: await it, so that memory stays flat. Text is written as UTF-8. */
  write(bytes: Uint8Array | string): Promise<void>
  /** Ends the file. `rows`: items, records or rows without a header in it; null where nothing is counted. */
  end(rows: number | null): Promise<void>
}

/** Something by which a data file differs from what is archived; becomes a line of the manifest's `changes`. */
export interface Change {
  /** See docs/spec/export-format.md section 2: FORMULA_DEFUSED, CELL_SPLIT, SHEET_SPLIT, CHARACTER_REPLACED, … */
  readonly code: string
  /** How many cells, rows or characters; `how` says which. A change that did not occur is left out. */
  readonly count: number
  readonly file: string
  /** One sentence for people: what was done, and where the unchanged value is. */
  readonly how: string
}

/** What a writer answers at its end. */
export interface Written {
  /** Rows (items, records) in all its files. */
  readonly rows: number
  readonly changes: readonly Change[]
}

/** What the whole export is, for titles, headers and footers. */
export interface ExportAbout {
  /** 32 hex digits. */
  readonly id: string
  readonly unit: ExportUnit
  /** The columns of rows; for items: which fields may be shown. */
  readonly fields: readonly Field[]
  /** ISO 8601 UTC. */
  readonly createdAt: string
  readonly createdBy: string
  readonly purpose: string | null
  readonly tenants: readonly string[]
  /** The query in its canonical spelling. */
  readonly query: string
  /** Whether the index covered the whole archive, as a sentence. */
  readonly state: string
  /** The limits of the data, a sentence each; also in the data dictionary. */
  readonly limits: readonly string[]
  /** How many rows will come. */
  readonly rows: number
  readonly signal: AbortSignal
}

/** A format of flat rows (XLSX): they come from the index packed (packed-rows.ts), in the order of `ExportAbout.fields`. */
export interface RowWriter {
  readonly takes: 'rows'
  write(batches: AsyncIterable<Buffer>, to: Destination, about: ExportAbout): Promise<Written>
}

/**
 * A format of whole items (HTML, PDF): read again from the archive and reconciled, some thousands a second.
 * `order` `conversation`: items of a session come one after the other, oldest first; those without a session last.
 * Persons and dates are minimised already where that was asked for.
 */
export interface ItemWriter {
  readonly takes: 'items'
  readonly order: 'time' | 'conversation'
  write(items: ItemSource, to: ResumableDestination, about: ExportAbout): Promise<Written>
}

/** The items behind the first `done`, in batches. */
export type ItemSource = (done: number) => AsyncIterable<readonly Item[]>

export type FormatWriter = RowWriter | ItemWriter

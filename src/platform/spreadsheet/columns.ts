/**
 * What a column holds.
 * `text`, `id`: text, whatever it looks like; an id is never read as a number.
 * `number`: as it is; `integer` (1,047), `decimal` (2.50), `percent` (0.5 shows as 50.0%): numbers in a form for people.
 * `instant`, `day`: an ISO 8601 text in UTC, written as a real date.
 * `flag`: true, false, or the word "unknown".
 */
export type ColumnType =
  | 'text'
  | 'id'
  | 'number'
  | 'integer'
  | 'decimal'
  | 'percent'
  | 'instant'
  | 'day'
  | 'flag'

export interface Column {
  readonly header: string
  readonly type: ColumnType
  /** In characters; without it, a width that suits the type. */
  readonly width?: number
}

/** A cell's value; null is an empty cell, and "unknown" in a column of flags. */
export type Cell = string | number | boolean | null

/** Excel's limit of rows in a sheet, the header included. */
export const MOST_ROWS = 1_048_576

/** Excel's limit of characters (UTF-16 code units) in a cell. */
export const MOST_CHARACTERS = 32_767

const WIDTHS: Readonly<Record<ColumnType, number>> = {
  text: 32,
  id: 24,
  number: 12,
  integer: 12,
  decimal: 12,
  percent: 10,
  instant: 23,
  day: 12,
  flag: 10,
}

export function widthOf(column: Column): number {
  const wanted = column.width ?? Math.max(WIDTHS[column.type], column.header.length + 4)
  return Math.min(255, Math.max(4, wanted))
}

// A, B, … Z, AA, …: the letters of the n-th column, from 0.
export function letters(index: number): string {
  const head = Math.floor(index / 26)
  return (head === 0 ? '' : letters(head - 1)) + String.fromCharCode(65 + (index % 26))
}

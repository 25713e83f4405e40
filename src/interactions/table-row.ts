import { cellsOf } from './csv-row.ts'
import type { ReadContext } from './record.ts'

/**
 * A column's or field's name as far as its letters and digits go: exports spell one name `Item class`, `Item_class` and
 * `itemClass`, and put marks in front of it.
 */
export function plainName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase()
}

/** Named values of one row; a name is asked for in its plain spelling. */
export interface TableRow {
  /** Text without blanks and marks around it of the first of these columns that says anything; null when none does. */
  word(...names: readonly string[]): string | null
  /** As served, for values whose blanks matter; null when the column is missing. */
  value(name: string): unknown
  /** Plain names of the columns that the row has. */
  readonly names: readonly string[]
}

const MAX_WORD = 4_096

// Which column has which name: worked out once per file, not once per row.
const placesOf = new WeakMap<ReadContext, ReadonlyMap<string, number>>()

/** One row of a CSV file whose header the context holds. */
export function csvTableRow(raw: string, context: ReadContext): TableRow {
  return tableRow(cellsOf(raw, context.delimiter ?? ','), places(context))
}

/** One row whose cells come as a list, in the order of the context's columns. */
export function listTableRow(cells: readonly unknown[], context: ReadContext): TableRow {
  return tableRow(cells, places(context))
}

/** An object read as a row; the first of two keys that differ only in spelling counts. */
export function objectTableRow(fields: Readonly<Record<string, unknown>>): TableRow {
  const at = new Map<string, number>()
  const cells: unknown[] = []
  for (const key of Object.keys(fields)) {
    const name = plainName(key)
    if (at.has(name)) continue
    at.set(name, cells.length)
    cells.push(fields[key])
  }
  return tableRow(cells, at)
}

function places(context: ReadContext): ReadonlyMap<string, number> {
  const known = placesOf.get(context)
  if (known !== undefined) return known
  const made = new Map<string, number>()
  for (const [place, column] of (context.columns ?? []).entries()) {
    const name = plainName(column)
    if (!made.has(name)) made.set(name, place)
  }
  placesOf.set(context, made)
  return made
}

function tableRow(cells: readonly unknown[], at: ReadonlyMap<string, number>): TableRow {
  const value = (name: string): unknown => {
    const place = at.get(name)
    return place === undefined ? null : (cells[place] ?? null)
  }
  return {
    value,
    word(...names) {
      for (const name of names) {
        const word = plainWord(value(name))
        if (word !== null) return word
      }
      return null
    },
    get names() {
      return [...at.keys()]
    },
  }
}

// Exports put U+FEFF in front of cells, and direction marks around names.
function plainWord(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return null
  const trimmed = value.replaceAll(/^[\s\uFEFF]+|[\s\uFEFF]+$/g, '')
  if (trimmed.length === 0) return null
  return trimmed.length > MAX_WORD ? trimmed.slice(0, MAX_WORD) : trimmed
}

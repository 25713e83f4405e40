import type { ReadContext } from './record.ts'

// One row of a CSV file, split as RFC 4180 says: quotes doubled inside quotes, everything else literal, so `\""` too.

/** The cells of a row; a quote that never closes takes the rest of the row. */
export function cellsOf(row: string, delimiter: string): string[] {
  const cells: string[] = []
  const separator = delimiter.charCodeAt(0)
  let at = 0
  for (;;) {
    if (row.charCodeAt(at) === 34) {
      const end = closingQuote(row, at + 1)
      const text = row.slice(at + 1, end)
      cells.push(text.includes('""') ? text.replaceAll('""', '"') : text)
      at = end + 1
      // What stands between the closing quote and the delimiter belongs to no cell; skipped, not lost: raw has it.
      while (at < row.length && row.charCodeAt(at) !== separator) at++
    } else {
      const end = row.indexOf(delimiter, at)
      cells.push(row.slice(at, end < 0 ? row.length : end))
      at = end < 0 ? row.length : end
    }
    if (at >= row.length) return cells
    at += 1
    if (at === row.length) {
      cells.push('')
      return cells
    }
  }
}

/** A row by the names of its columns: the first of the named cells that says something, without blanks round it; else ''. */
export type Row = (...names: readonly string[]) => string

/** Letters and digits alone: exports write one column as `Item class`, `ItemClass` and `Item_class`. */
export function columnKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

// Once per file, not once per row.
const placesOf = new WeakMap<ReadContext, ReadonlyMap<string, number>>()

/** Reads a row whose columns the context names; the names asked for are column keys (`itemclass`). */
export function rowOf(raw: string, context: ReadContext): Row {
  let places = placesOf.get(context)
  if (places === undefined) {
    const all = (context.columns ?? []).map((column, at) => [columnKey(column), at] as const)
    // Of two columns with one name the first counts.
    places = new Map(all.toReversed())
    placesOf.set(context, places)
  }
  const cells = cellsOf(raw, context.delimiter ?? ',')
  const known = places
  return (...names) => {
    for (const name of names) {
      const cell = cells[known.get(name) ?? -1]?.replace(/^\uFEFF/, '').trim() ?? ''
      if (cell !== '') return cell
    }
    return ''
  }
}

function closingQuote(row: string, from: number): number {
  let at = row.indexOf('"', from)
  while (at >= 0 && row.charCodeAt(at + 1) === 34) at = row.indexOf('"', at + 2)
  return at < 0 ? row.length : at
}

// One row of a CSV file, split as RFC 4180 says: quotes doubled inside quotes, everything else literal, so `\""` too.

/** The cells of a row; a quote that never closes takes the rest of the row. */
export function cellsOf(row: string, delimiter: string): string[] {
  const cells: string[] = []
  const separator = delimiter.charCodeAt(0)
  let at = 0
  for (;;) {
    // Blanks in front of a quote are no part of the cell: some tools write `"a", "b"`.
    const quote = quoteAt(row, at)
    if (quote >= 0) {
      at = quote
      const isEscaped = isEscapedJson(row, at)
      const end = isEscaped ? unescapedQuote(row, at + 1) : closingQuote(row, at + 1)
      const text = row.slice(at + 1, end)
      if (isEscaped) cells.push(text.replaceAll(/\\(["\\])/g, '$1'))
      else cells.push(text.includes('""') ? text.replaceAll('""', '"') : text)
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

/** Letters and digits alone: exports write one column as `Item class`, `ItemClass` and `Item_class`. */
export function columnKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function quoteAt(row: string, from: number): number {
  let at = from
  while (row.charCodeAt(at) === 32) at += 1
  return row.charCodeAt(at) === 34 ? at : -1
}

/** A row of a query's answer is a list of cells; null when the text is none. */
export function listIn(raw: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(raw)
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** A cell of JSON whose quotes have backslashes, as Spark and MySQL write it; by RFC 4180 no cell begins so. */
const ESCAPED_JSON = /^"\[?\{\\"[@_a-z]/i

function isEscapedJson(row: string, quote: number): boolean {
  const first = row.charCodeAt(quote + 1)
  return (first === 123 || first === 91) && ESCAPED_JSON.test(row.slice(quote, quote + 6))
}

function unescapedQuote(row: string, from: number): number {
  let at = from
  while (at < row.length && row.charCodeAt(at) !== 34) at += row.charCodeAt(at) === 92 ? 2 : 1
  return Math.min(at, row.length)
}

function closingQuote(row: string, from: number): number {
  let at = row.indexOf('"', from)
  while (at >= 0 && row.charCodeAt(at + 1) === 34) at = row.indexOf('"', at + 2)
  return at < 0 ? row.length : at
}

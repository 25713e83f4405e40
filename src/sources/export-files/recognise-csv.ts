import { readCsvHeader } from './csv-header.ts'
import type { CsvHeader } from './csv-header.ts'
import { shapeOfCsv } from './csv-shape.ts'
import type { CsvLayout } from './csv-splitter.ts'
import { refuse } from './recognised.ts'
import type { Recognised } from './recognised.ts'

/** What a text is by the names of its columns; null when no line names known ones. */
export function recogniseCsv(head: Uint8Array, isWhole: boolean): Recognised | null {
  const header = headerIn(head, isWhole)
  if (header === null) return null
  const { columns, delimiter, line, start, end } = header
  const found = shapeOfCsv(columns)
  if (found?.kind === 'no-export') return refuse(`this is ${found.what}`)
  if (found !== null && header.isCut) {
    const message = 'this CSV file ends inside its header line: export it again'
    return { kind: 'refused', code: 'FILE_TRUNCATED', message }
  }
  if (found?.kind !== 'records') return found
  const { shape, format, neededColumn } = found
  let lineEnd = end
  while (head[lineEnd - 1] === 0x0a || head[lineEnd - 1] === 0x0d) lineEnd -= 1
  const layout: CsvLayout = {
    delimiter: delimiter.charCodeAt(0),
    neededColumn,
    columns: columns.length,
    header: head.slice(start, lineEnd),
  }
  return {
    kind: 'export',
    shape,
    structure: { kind: 'csv', layout, rowsFrom: end },
    context: { format, columns, delimiter },
    header: line,
  }
}

/** Lines of a title, mostly of one cell, may stand in front of a table. */
const MAX_TITLE_LINES = 10

/** The first line that names columns: the first of all, or behind a title one of at least three known columns. */
function headerIn(head: Uint8Array, isWhole: boolean): CsvHeader | null {
  const first = readCsvHeader(head, isWhole)
  let header = first
  for (let line = 0; line < MAX_TITLE_LINES && header !== null; line += 1) {
    const { columns, end } = header
    if (shapeOfCsv(columns) !== null) return line === 0 || columns.length > 2 ? header : first
    if (columns.length > 2) return first
    header = readCsvHeader(head, isWhole, end)
  }
  return first
}

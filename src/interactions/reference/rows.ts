import { cellsOf } from '../csv-row.ts'
import { isFields, parsedFields } from '../fields.ts'
import { csvTableRow, objectTableRow, type TableRow } from '../table-row.ts'
import { agentOf } from './agent.ts'
import { csvRows, delimiterOf } from './csv-rows.ts'
import { figuresOf } from './figures.ts'
import { personOf } from './person.ts'
import { placeOf } from './place.ts'
import type { ReferenceKind, ReferenceRow } from './record.ts'

/** What a file of reference data says, row by row; a row that says nothing is left out. Pure, and total. */
export interface ReferenceData {
  readonly rows: readonly ReferenceRow[]
  /** The day the file tells of, where it says so; else null. */
  readonly asOf: string | null
}

export function referenceData(text: string, kind: ReferenceKind): ReferenceData {
  const rows: ReferenceRow[] = []
  let asOf: string | null = null
  for (const row of tableRows(text)) {
    const day = row.word('reportrefreshdate', 'refreshdate')
    if (day !== null && /^\d{4}-\d\d-\d\d/.test(day) && (asOf === null || day > asOf))
      asOf = day.slice(0, 10)
    if (kind === 'packages') push(rows, agentOf(row))
    else if (kind === 'directory') push(rows, personOf(row))
    else if (kind === 'context') push(rows, placeOf(row))
    else {
      const person = personOf(row)
      if (person !== null) rows.push(person)
      else rows.push(...figuresOf(row))
    }
  }
  return { rows, asOf }
}

function push(rows: ReferenceRow[], row: ReferenceRow | null): void {
  if (row !== null) rows.push(row)
}

function* tableRows(text: string): Generator<TableRow> {
  const start = text.trimStart()
  if (start.startsWith('{') || start.startsWith('[')) {
    for (const fields of objectsIn(start)) yield objectTableRow(fields)
    return
  }
  let context: Parameters<typeof csvTableRow>[1] | null = null
  for (const row of csvRows(text)) {
    if (context !== null) yield csvTableRow(row, context)
    // Windows PowerShell writes its type in front of the header.
    else if (!row.startsWith('#TYPE')) {
      const delimiter = delimiterOf(row)
      context = { format: 'audit-csv', columns: cellsOf(row, delimiter), delimiter }
    }
  }
}

/** A page, a list, one object, or one object a line. */
function objectsIn(text: string): readonly Record<string, unknown>[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return text
      .split('\n')
      .map((line) => parsedFields(line.trim()))
      .filter((fields) => fields !== null)
  }
  return objectsOf(parsed, 0)
}

function objectsOf(value: unknown, depth: number): readonly Record<string, unknown>[] {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value
    return depth > 2 ? [] : list.flatMap((one) => objectsOf(one, depth + 1))
  }
  if (!isFields(value)) return []
  const list = value['value']
  return Array.isArray(list) ? objectsOf(list, depth + 1) : [value]
}

import { isFields, listOf } from '../fields.ts'
import { objectTableRow, type TableRow } from '../table-row.ts'
import type { ReferenceFigures } from './record.ts'

/** Figures of a summary or a trend: one row a period or a day. Null-like rows give none. */
export function figuresOf(row: TableRow): readonly ReferenceFigures[] {
  const nested = [...rowsIn(row.value('adoptionbyproduct')), ...rowsIn(row.value('adoptionbydate'))]
  if (nested.length > 0) return nested.flatMap((inner) => one(inner, row))
  return one(row, row)
}

function rowsIn(value: unknown): readonly TableRow[] {
  return listOf(value).flatMap((entry) => (isFields(entry) ? objectTableRow(entry) : []))
}

function one(row: TableRow, outer: TableRow): readonly ReferenceFigures[] {
  const figures: Record<string, number> = {}
  for (const name of row.names) {
    if (!/users$|prompts|days/.test(name)) continue
    const value = Number(row.word(name) ?? NaN)
    if (Number.isFinite(value)) figures[name] = value
  }
  if (Object.keys(figures).length === 0) return []
  return [
    {
      subject: 'figures',
      period: row.word('reportperiod') ?? outer.word('reportperiod'),
      date: row.word('reportdate', 'reportrefreshdate') ?? outer.word('reportrefreshdate'),
      figures,
    },
  ]
}

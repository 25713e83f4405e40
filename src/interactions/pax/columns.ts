import { cellsOf, columnKey, listIn } from '../csv-row.ts'
import { parsedFields } from '../fields.ts'
import type { ReadContext } from '../record.ts'

/** A flattened row: its cells by column key, in the order of the columns; empty cells are left out. */
export type Cells = ReadonlyMap<string, unknown>

/** `AuditData.CopilotEventData.AppHost` and `AppHost` are one field: what stands outside was taken from inside. */
const PREFIX = /^(?:(?:auditdata|copiloteventdata|llmeventdata)[.:_/])+/i

// Once per file, not once per row.
const keysOf = new WeakMap<ReadContext, readonly string[]>()

/** Reads a row of a CSV, or a JSON object; null when it is neither. Of two columns of one name the first that says something counts. */
export function cellsOfRow(raw: string, context: ReadContext): Cells | null {
  if (context.columns === undefined) {
    const fields = parsedFields(raw)
    if (fields === null) return null
    return new Map(entriesOf(Object.keys(fields).map(fieldKey), Object.values(fields)))
  }
  let keys = keysOf.get(context)
  if (keys === undefined) {
    keys = context.columns.map(fieldKey)
    keysOf.set(context, keys)
  }
  const cells = context.delimiter === undefined ? listIn(raw) : cellsOf(raw, context.delimiter)
  return cells === null ? null : new Map(entriesOf(keys, cells))
}

function fieldKey(column: string): string {
  return columnKey(
    column
      .trim()
      .replace(/^\uFEFF/, '')
      // Sentinel's portal says in which zone it shows a time.
      .replace(/\s*\[UTC\]$/i, '')
      .replace(PREFIX, ''),
  )
}

function* entriesOf(
  keys: readonly string[],
  values: readonly unknown[],
): Generator<readonly [string, unknown]> {
  const seen = new Set<string>()
  for (const [at, key] of keys.entries()) {
    const value = cleaned(values[at])
    if (value === null || key === '' || seen.has(key)) continue
    seen.add(key)
    yield [key, value]
  }
}

/** What a script writes for nothing is nothing. */
function cleaned(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return value
  const text = value.replace(/^\uFEFF/, '').trim()
  return text === '' ? null : text
}

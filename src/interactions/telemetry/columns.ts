import { fieldsOf, isFields, plainJson } from '../fields.ts'
import type { ReadContext } from '../record.ts'
import {
  csvTableRow,
  listTableRow,
  objectTableRow,
  plainName,
  type TableRow,
} from '../table-row.ts'

/** One row of Application Insights: its columns, and the dimensions that the agent gave it. */
export interface TelemetryRow {
  readonly columns: TableRow
  /** By plain name; from customDimensions, in whatever form it came, and from columns projected out of it. */
  readonly dimensions: ReadonlyMap<string, unknown>
}

/** The columns that hold the dimensions: of Application Insights, and of the workspace tables (AppEvents). */
const HOLDERS = ['customdimensions', 'properties'] as const
const MAX_DIMENSIONS = 2_000

/** Null when the text is no row: neither an object nor a list of cells. */
export function telemetryRow(raw: string, context: ReadContext): TelemetryRow | null {
  if (context.format === 'telemetry-csv') return withDimensions(csvTableRow(raw, context))
  let parsed: unknown
  try {
    parsed = JSON.parse(plainJson(raw))
  } catch {
    return null
  }
  if (Array.isArray(parsed)) return withDimensions(listTableRow(parsed, context))
  return isFields(parsed) ? withDimensions(objectTableRow(parsed)) : null
}

function withDimensions(columns: TableRow): TelemetryRow {
  const dimensions = new Map<string, unknown>()
  for (const holder of HOLDERS) {
    const fields = fieldsOf(columns.value(holder))
    if (fields === null) continue
    for (const key of Object.keys(fields)) {
      const name = plainName(key)
      if (!dimensions.has(name) && dimensions.size < MAX_DIMENSIONS)
        dimensions.set(name, fields[key])
    }
  }
  // `project customDimensions.text` makes a column customDimensions_text.
  for (const name of columns.names) {
    const holder = HOLDERS.find((one) => name.length > one.length && name.startsWith(one))
    const dimension = holder === undefined ? '' : name.slice(holder.length)
    if (dimension !== '' && !dimensions.has(dimension))
      dimensions.set(dimension, columns.value(name))
  }
  return { columns, dimensions }
}

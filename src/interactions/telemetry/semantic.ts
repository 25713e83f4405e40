import { isFields, type Fields } from '../fields.ts'
import type { ReadContext } from '../record.ts'
import { telemetryRow } from './columns.ts'

/** What a row says, whether it came as an object, as cells or as CSV: its columns, and its dimensions beside them. */
export function telemetryFields(raw: string, context: ReadContext): Fields | null {
  const row = telemetryRow(raw, context)
  if (row === null) return null
  const { columns, dimensions } = row
  const fields: Fields = {}
  for (const name of columns.names) {
    const value = columns.value(name)
    const isHolder = name.startsWith('customdimensions') || name === 'properties'
    if (!isHolder && value !== null) fields[name] = isFields(value) ? JSON.stringify(value) : value
  }
  for (const [name, value] of dimensions)
    if (value !== null)
      fields[`dimension.${name}`] = isFields(value) ? JSON.stringify(value) : value
  return fields
}

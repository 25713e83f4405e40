import { fieldsOf, parsedFields, type Fields } from '../fields.ts'
import type { ReadContext } from '../record.ts'
import { csvTableRow, objectTableRow } from '../table-row.ts'
import { activitiesOf } from './activities.ts'

/** What a transcript says, as JSON or as CSV: texts of JSON are compared by what they hold. */
export function transcriptFields(raw: string, context: ReadContext): Fields | null {
  const parsed = context.format === 'transcript-csv' ? null : parsedFields(raw)
  if (parsed === null && context.format !== 'transcript-csv') return null
  const row = parsed === null ? csvTableRow(raw, context) : objectTableRow(parsed)
  const fields: Fields = {}
  for (const name of row.names) {
    const value = row.value(name)
    // Dataverse writes each choice a second time, in words of the reader's language.
    if (name.includes('odata')) continue
    if (name === 'content') fields[name] = activitiesOf(value) ?? value
    else fields[name] = fieldsOf(value) ?? (typeof value === 'string' ? value.trim() : value)
  }
  return fields
}

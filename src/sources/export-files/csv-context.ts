import type { ReadContext } from '../../interactions/record.ts'
import { readCsvHeader } from './csv-header.ts'

/** How the rows of a CSV are read, by the header line that its container keeps. */
export function csvContext(header: string): ReadContext {
  const parsed = readCsvHeader(Buffer.from(header), true)
  if (parsed === null) return { format: 'audit-csv' }
  return { format: 'audit-csv', columns: parsed.columns, delimiter: parsed.delimiter }
}

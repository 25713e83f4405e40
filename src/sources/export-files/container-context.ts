import type { ReadContext, RecordFormat } from '../../interactions/record.ts'
import { readCsvHeader } from './csv-header.ts'
import { shapeOfCsv } from './csv-shape.ts'

/** How the records of a container are read whose header was kept: a CSV's header line, or the columns of an answer. */
export function containerContext(shape: string, header: string): ReadContext {
  if (shape === 'telemetry-tables') return tableContext(header)
  const parsed = readCsvHeader(Buffer.from(header), true)
  if (parsed === null) return { format: 'audit-csv' }
  const { columns, delimiter } = parsed
  const found = shapeOfCsv(columns)
  const format = found?.kind === 'records' ? found.format : 'audit-csv'
  return { format, columns, delimiter }
}

/** `[{"name":"timestamp","type":"datetime"}, …]`, or a list of names or of names with their types. */
export function tableContext(header: string | null): ReadContext {
  const columns = header === null ? null : namesIn(header)
  if (columns === null) return { format: 'telemetry' }
  return { format: tableFormat(columns) ?? 'telemetry', columns }
}

/** Has it a column that a record is known by? */
export function isKnownTable(header: string): boolean {
  const columns = namesIn(header)
  return columns === null || tableFormat(columns) !== null
}

/** A workspace holds audit records besides telemetry: Sentinel's CopilotActivity and CloudAppEvents. */
function tableFormat(columns: readonly string[]): RecordFormat | null {
  const found = shapeOfCsv(columns)
  const format = found?.kind === 'records' ? TABLE_FORMATS[found.format] : undefined
  if (format !== undefined) return format
  return columns.some((name) => TELEMETRY.test(name)) ? 'telemetry' : null
}

const TABLE_FORMATS: Readonly<Partial<Record<RecordFormat, RecordFormat>>> = {
  'audit-csv': 'audit-row',
  'pax-csv': 'pax-row',
  'explorer-csv': 'explorer',
}
const TELEMETRY =
  /^(?:timestamp|timegenerated|customdimensions.*|properties|itemtype|operation_id)$/i

function namesIn(header: string): string[] | null {
  let list: unknown
  try {
    list = JSON.parse(header)
  } catch {
    return null
  }
  if (!Array.isArray(list)) return null
  return list.map((column: unknown) => {
    if (typeof column === 'string') return column
    if (typeof column !== 'object' || column === null) return ''
    // `["timestamp", "datetime"]`
    if (Array.isArray(column)) return typeof column[0] === 'string' ? column[0] : ''
    const fields = Object.entries(column).find(([key]) => /^(column)?name$/i.test(key))
    return typeof fields?.[1] === 'string' ? fields[1] : ''
  })
}

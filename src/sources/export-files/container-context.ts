import type { ReadContext } from '../../interactions/record.ts'
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

/** `[{"name":"timestamp","type":"datetime"}, …]`, or a list of names. */
export function tableContext(header: string | null): ReadContext {
  const columns = header === null ? null : namesIn(header)
  return columns === null ? { format: 'telemetry' } : { format: 'telemetry', columns }
}

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
    const fields = Object.entries(column).find(([key]) => /^(column)?name$/i.test(key))
    return typeof fields?.[1] === 'string' ? fields[1] : ''
  })
}

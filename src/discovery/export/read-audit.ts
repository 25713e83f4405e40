import { linesOf, openFrame, readFrame } from '../../archive/frames.ts'
import { disposedLeaf } from '../../archive/line.ts'
import type { RecordLine } from '../../archive/types.ts'
import { cellsOf } from '../../interactions/csv-row.ts'
import { fieldsOf, parsedFields, respelled, type Fields } from '../../interactions/fields.ts'
import { FORMULA } from './columns.ts'
import type { CsvGroups, TextTask } from './read-texts.ts'

// The four columns of Search-UnifiedAuditLog out of archived records: synchronous, for worker threads.

export interface AuditResult {
  /** Rows of the CSV, CRLF behind each. */
  readonly lines: Uint8Array
  readonly rows: number
  /** Records that carry no audit data. */
  readonly without: number
  readonly formulas: number
  /** AuditData that was served as an object and is written as text here. */
  readonly rewritten: number
  readonly done: number
}

/** A record as the four columns tell it. */
interface AuditRow {
  readonly cells: readonly [created: string, users: string, operations: string, auditData: string]
  readonly rewritten: boolean
}

/** `headers`: of the CSV files, by the numbers of `groups`. */
export function readAudit(
  { frames }: TextTask,
  groups: CsvGroups,
  headers: readonly string[],
): AuditResult {
  const parts: string[] = []
  let [rows, without, formulas, rewritten, done] = [0, 0, 0, 0, 0]
  for (const { frame, wanted } of frames) {
    const all = linesOf(openFrame(readFrame(frame), frame.rawBytes, frame.count))
    for (const at of wanted) {
      const bytes = all[at] ?? Buffer.alloc(0)
      done += 1
      const row = disposedLeaf(bytes) === undefined ? auditRow(bytes, groups, headers) : null
      if (row === null) {
        without += 1
        continue
      }
      rows += 1
      if (row.rewritten) rewritten += 1
      const cells = row.cells.map((cell) => {
        if (!FORMULA.test(cell)) return quoted(cell)
        formulas += 1
        return quoted(`'${cell}`)
      })
      parts.push(cells.join(','), '\r\n')
    }
  }
  // Copied: a buffer of the pool could not be transferred to another thread.
  const lines = new Uint8Array(Buffer.from(parts.join('')))
  return { lines, rows, without, formulas, rewritten, done }
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`

function auditRow(bytes: Buffer, groups: CsvGroups, headers: readonly string[]): AuditRow | null {
  const record: RecordLine = JSON.parse(bytes.toString('utf8'))
  const { raw, namespace, container } = record
  if (raw === undefined || namespace !== 'audit') return null
  const group = groups.get(container)
  if (group !== undefined) return rowOfFields(rowFields(raw, headers[group] ?? ''))
  const parsed = parsedFields(raw)
  if (parsed === null) return null
  const fields = respelled(parsed)
  if (fields['AuditData'] !== undefined) return rowOfFields(fields)
  // The record itself is the audit data: exactly as it was served.
  return fields['CopilotEventData'] === undefined && fields['RecordType'] === undefined
    ? null
    : { cells: [...columnsOf(fields, fields), raw], rewritten: false }
}

function rowOfFields(row: Fields): AuditRow | null {
  const data = row['AuditData']
  const inner = fieldsOf(data)
  if (inner === null) return null
  const columns = columnsOf(row, respelled({ ...inner }))
  return typeof data === 'string'
    ? { cells: [...columns, data], rewritten: false }
    : { cells: [...columns, JSON.stringify(data)], rewritten: true }
}

/** What the row says, else what the audit data says. */
function columnsOf(
  row: Fields,
  inner: Fields,
): [created: string, users: string, operations: string] {
  return [
    first(row['CreationDate'], row['CreatedDateTime'], inner['CreationTime']),
    first(row['UserIds'], row['UserPrincipalName'], row['UserId'], inner['UserId']),
    first(row['Operations'], row['Operation'], inner['Operation']),
  ]
}

// Parsed once per header, not once per row.
const columnsOfHeader = new Map<
  string,
  { readonly names: readonly string[]; readonly delimiter: string }
>()

function rowFields(raw: string, header: string): Fields {
  let columns = columnsOfHeader.get(header)
  if (columns === undefined) {
    const [delimiter = ','] = [',', ';', '\t'].toSorted(
      (a, b) => header.split(b).length - header.split(a).length,
    )
    const names = cellsOf(header.replace(/^\uFEFF/, ''), delimiter).map((name) => name.trim())
    columns = { names, delimiter }
    columnsOfHeader.set(header, columns)
  }
  const cells = cellsOf(raw, columns.delimiter)
  return respelled(
    Object.fromEntries(columns.names.map((name, at): [string, string] => [name, cells[at] ?? ''])),
  )
}

/** The first that says anything, as text. */
function first(...values: readonly unknown[]): string {
  const found = values.find((value) => value !== undefined && value !== null && value !== '')
  return typeof found === 'string' ? found : found === undefined ? '' : JSON.stringify(found)
}

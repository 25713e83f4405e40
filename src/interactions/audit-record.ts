import type { ReadContext } from './record.ts'
import { cellsOf, columnKey, listIn } from './csv-row.ts'
import { fieldsOf, isFields, parsedRecord, respelled } from './fields.ts'
import type { Fields } from './fields.ts'

/** A unified-audit record out of whatever wrapped it, or why there is none in it. */
export interface Unwrapped {
  readonly record: Fields
  readonly unmapped: string | null
}

// Where the wrapper says what the record inside leaves out: field of the record, columns in order of preference.
const FILLED_FROM: readonly (readonly [string, readonly string[]])[] = [
  ['Id', ['RecordId', 'Id', 'Identity']],
  ['CreationTime', ['CreationDate', 'CreatedDateTime', 'CreationTime']],
  ['RecordType', ['RecordType', 'AuditLogRecordType']],
  ['Operation', ['Operation', 'Operations']],
  ['UserId', ['UserId', 'UserIds', 'UserPrincipalName']],
  ['Workload', ['Workload', 'Service']],
  ['OrganizationId', ['OrganizationId']],
  ['UserType', ['UserType']],
  ['ClientIP', ['ClientIP']],
]

/** The audit record in a text of any of the three audit formats; null when the text is no JSON object or row. */
export function unwrapped(raw: string, context: ReadContext): Unwrapped | null {
  if (context.format === 'audit-csv')
    return unwrappedRow(rowFields(cellsOf(raw, context.delimiter ?? ','), context))
  if (context.columns !== undefined) {
    const cells = listIn(raw)
    return cells === null ? null : unwrappedRow(rowFields(cells, context))
  }
  const parsed = parsedRecord(raw)
  if (parsed === null) return null
  const fields = respelled(parsed)
  if (fields['AuditData'] === undefined) {
    // A row may be flattened entirely: its columns are then the record's fields.
    const record = context.format === 'audit-row' ? filled(fields, fields) : fields
    return { record, unmapped: cutOff(record) }
  }
  return unwrappedRow(fields)
}

/** Copilot's event data: nested, as JSON text, or flattened into the record itself; null when it has none. */
export function eventOf(record: Fields): Fields | null {
  const nested = record['CopilotEventData']
  if (nested !== undefined && nested !== null) {
    const fields = fieldsOf(nested)
    if (fields !== null) return respelled(fields)
  }
  const flattened =
    record['AppHost'] !== undefined ||
    record['ThreadId'] !== undefined ||
    record['Messages'] !== undefined ||
    record['AccessedResources'] !== undefined
  return flattened ? record : null
}

function unwrappedRow(row: Fields): Unwrapped {
  const served = row['AuditData']
  const auditData: unknown = Array.isArray(served) && served.length === 1 ? served[0] : served
  const inner = propertiesOf(fieldsOf(auditData))
  if (inner === null) {
    const absent = auditData === undefined || auditData === null || auditData === ''
    const unmapped = absent ? 'the row has no AuditData' : 'AuditData is not a JSON object'
    const { AuditData: _unreadable, ...outer } = row
    return { record: filled({}, outer), unmapped }
  }
  const record = filled(respelled(inner), row)
  return { record, unmapped: cutOff(record) }
}

/** PowerShell writes what lies deeper than its `-Depth` as text: `@{AppHost=Word; Messages=System.Object[]}`. */
function cutOff(record: Fields): string | null {
  const event = record['CopilotEventData']
  const isCut = typeof event === 'string' && /^\s*(?:@\{|System\.)/.test(event)
  return isCut ? 'CopilotEventData was cut off by PowerShell (ConvertTo-Json without -Depth)' : null
}

/** Graph's PowerShell commands put what they have no type for into `AdditionalProperties`. */
function propertiesOf(auditData: Fields | null): Fields | null {
  if (auditData === null || isSaid(auditData['Id']) || isSaid(auditData['CopilotEventData'])) {
    return auditData
  }
  const more = fieldsOf(auditData['AdditionalProperties'] ?? auditData['additionalProperties'])
  return more ?? auditData
}

function filled(record: Fields, row: Fields): Fields {
  // `record` is ours alone: it was parsed a moment ago.
  const result = record
  for (const [field, columns] of FILLED_FROM) {
    if (isSaid(result[field])) continue
    for (const column of columns) {
      if (!isSaid(row[column])) continue
      result[field] = row[column]
      break
    }
  }
  return result
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

// Column names respelled once per file, not once per row.
const columnsOf = new WeakMap<ReadContext, readonly string[]>()

function rowFields(cells: readonly unknown[], context: ReadContext): Fields {
  let names = columnsOf.get(context)
  if (names === undefined) {
    names = (context.columns ?? []).map(respelledColumn)
    columnsOf.set(context, names)
  }
  const fields: Fields = {}
  for (let i = 0; i < names.length; i++) {
    const name = names[i]
    if (name !== undefined && name !== '__proto__') fields[name] = cells[i] ?? ''
  }
  return fields
}

/** Letter case, blanks and punctuation apart, as the file was recognised. */
function respelledColumn(column: string): string {
  const name = column.trim().replace(/^\uFEFF/, '')
  const [known] = Object.keys(respelled({ [columnKey(name)]: '' }))
  return known === columnKey(name) ? name : (known ?? name)
}

/** Whether the object has anything by which an audit record is known. */
export function looksLikeAudit(record: Fields): boolean {
  return (
    isSaid(record['RecordType']) ||
    isSaid(record['Operation']) ||
    isSaid(record['CreationTime']) ||
    isSaid(record['Id']) ||
    isFields(record['CopilotEventData']) ||
    isSaid(record['AppHost']) ||
    isSaid(record['ThreadId']) ||
    isSaid(record['AppIdentity']) ||
    isSaid(record['Workload'])
  )
}

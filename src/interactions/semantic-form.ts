import type { ReadContext } from './record.ts'
import { eventOf, unwrapped } from './audit-record.ts'
import { ediscoveryFields } from './ediscovery/semantic.ts'
import { notifiedItem } from './notification.ts'
import { cellsOfRow } from './pax/columns.ts'
import type { Cells } from './pax/columns.ts'
import { fieldsOf, isFields, looksLikeGuid, parsedFields } from './fields.ts'
import type { Fields } from './fields.ts'
import { userTypeOf } from './people.ts'
import { recordTypeOf } from './record-types.ts'
import { telemetryFields } from './telemetry/semantic.ts'
import { parseTime } from './times.ts'
import { transcriptFields } from './transcript/semantic.ts'

// Deeper nesting is nobody's record; the exact text is then the form.
const MAX_DEPTH = 64

// A single object or "" stands for a list in these fields (docs/spec/interaction-model.md, "Variants").
const LISTS = new Set(
  (
    'messages messageids contexts accessedresources aisystemplugin modeltransparencydetails ' +
    'policydetails rules actions'
  ).split(' '),
)

// What people and models wrote: compared to the letter, since a changed blank is a changed text.
const VERBATIM = new Set(['content', 'text', 'prompttext'])

/**
 * Text that is equal for two servings of the same record and different for two versions of it: transport noise
 * removed, dates unified, variants of casing and type applied, lists as sets, order of keys irrelevant; a wrapper and
 * the record inside it have the same form. Never throws: a text that is no record is its own form.
 */
export function semanticForm(raw: string, context: ReadContext): string {
  return formOf(raw, () => fieldsIn(raw, context))
}

/** The semantic form of the cells of a row. */
export function formOfRow(raw: string, cells: Cells): string {
  return formOf(raw, () => Object.fromEntries(cells))
}

function formOf(raw: string, fieldsOfText: () => Fields | null): string {
  try {
    const fields = fieldsOfText()
    if (fields === null) return raw
    return formOfFields(fields, 0) + unsafeNumbers(raw)
  } catch (error) {
    if (error instanceof RangeError) return raw
    throw error
  }
}

function fieldsIn(raw: string, context: ReadContext): Fields | null {
  const { format } = context
  if (format === 'ai-interaction') {
    const fields = parsedFields(raw)
    return fields === null ? null : (notifiedItem(fields)?.item ?? fields)
  }
  if (format === 'audit' || format === 'audit-row' || format === 'audit-csv') {
    return auditFields(raw, context)
  }
  if (format === 'ediscovery-csv') return ediscoveryFields(raw, context)
  if (format === 'telemetry' || format === 'telemetry-csv') return telemetryFields(raw, context)
  if (format === 'transcript' || format === 'transcript-csv') return transcriptFields(raw, context)
  const cells = cellsOfRow(raw, context)
  return cells === null ? null : Object.fromEntries(cells)
}

// Flattened, so that event data nested in the record and event data served beside its fields look the same.
function auditFields(raw: string, context: ReadContext): Fields | null {
  const found = unwrapped(raw, context)
  if (found === null || found.unmapped !== null) return null
  const { record } = found
  const event = eventOf(record)
  if (event === null || event === record) return record
  const flat: Fields = {}
  for (const key of Object.keys(record)) {
    if (key !== 'CopilotEventData' && key !== '__proto__') flat[key] = record[key]
  }
  for (const key of Object.keys(event)) {
    if (key !== '__proto__') flat[Object.hasOwn(flat, key) ? `event.${key}` : key] = event[key]
  }
  return flat
}

function formOfFields(fields: Fields, depth: number): string {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deeply')
  const entries: string[] = []
  for (const served of Object.keys(fields)) {
    if (served.includes('@odata')) continue
    const key = served.toLowerCase()
    const form = formOfValue(fields[served], key, depth + 1)
    // Graph's PowerShell commands write it into every object.
    if (key === 'additionalproperties' && form === '{}') continue
    if (form !== null) entries.push(`${JSON.stringify(key)}:${form}`)
  }
  return `{${entries.toSorted().join(',')}}`
}

// null for what is as good as absent.
function formOfValue(value: unknown, key: string, depth: number): string | null {
  if (value === undefined || value === null) return null
  if (LISTS.has(key) && !Array.isArray(value)) {
    if (value === '') return '[]'
    return formOfList([typeof value === 'string' ? (fieldsOf(value) ?? value) : value], depth)
  }
  if (Array.isArray(value)) return formOfList(value, depth)
  if (isFields(value)) return formOfFields(value, depth)
  const text = scalar(value, key)
  return text === '' ? null : JSON.stringify(text)
}

function formOfList(list: readonly unknown[], depth: number): string {
  if (depth > MAX_DEPTH) throw new RangeError('nested too deeply')
  const forms = new Set<string>()
  for (const entry of list) {
    const form = formOfValue(entry, '', depth + 1)
    if (form !== null) forms.add(form)
  }
  return `[${[...forms].toSorted().join(',')}]`
}

function scalar(value: unknown, key: string): string {
  if (key === 'recordtype') {
    const type = recordTypeOf(value)
    return type.number === null ? type.name.toLowerCase() : String(type.number)
  }
  if (key === 'usertype') return userTypeOf(value) ?? ''
  if (typeof value !== 'string') return String(value)
  if (VERBATIM.has(key)) return value
  const text = value.trim()
  if (text.length === 4 || text.length === 5) {
    const lower = text.toLowerCase()
    if (lower === 'true' || lower === 'false') return lower
  }
  if (looksLikeGuid(text) || key === 'userid' || key === 'userkey') return text.toLowerCase()
  if (text.charAt(10) === 'T' || key.endsWith('time') || key.endsWith('date')) {
    const time = parseTime(text)
    if (time !== null) return withoutZeros(time)
  }
  if (key === 'siteurl' && text.startsWith('<') && text.endsWith('>')) return text.slice(1, -1)
  return text
}

function withoutZeros(time: string): string {
  if (time.charAt(19) !== '.') return time
  let end = time.length - 1
  while (time.charAt(end - 1) === '0') end--
  return `${time.slice(0, time.charAt(end - 1) === '.' ? end - 1 : end)}Z`
}

// Numbers beyond 2^53 lose digits when parsed: two records that differ only there must not look the same.
function unsafeNumbers(raw: string): string {
  if (!/\d{16}/.test(raw)) return ''
  const numbers = new Set<string>()
  for (const match of raw.matchAll(/[:[,]\s?(-?\d{16,400})/g)) numbers.add(match[1] ?? '')
  return numbers.size === 0 ? '' : [...numbers].toSorted().join(',')
}

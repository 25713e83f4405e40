import type { Changes } from './changes.ts'
import { MOST_CHARACTERS, type Cell, type ColumnType } from './columns.ts'

/** Index of each type's cell format in styles.xml (parts.ts). */
export const STYLES: Readonly<Record<ColumnType | 'header', number>> = {
  text: 1,
  id: 1,
  integer: 2,
  decimal: 3,
  percent: 4,
  instant: 5,
  day: 6,
  flag: 7,
  header: 8,
  number: 7,
}

// Anything that XML, or the _xHHHH_ escape of ECMA-376 (22.9.2.19), would read as something else.
const SPECIAL =
  // eslint-disable-next-line no-control-regex
  /[&<>\u0000-\u0008\u000b-\u001f\ufffe\uffff\ud800-\udfff]|_x[0-9a-f]{4}_/i
// eslint-disable-next-line no-control-regex
const ILLEGAL = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/gu
const LOOKALIKE = /_(?=x[0-9a-f]{4}_)/gi

/** What happens to text on its way into a cell. */
export interface CellText {
  readonly changes: Changes
  /** What stands in the cell instead of a text that is too long for one. */
  readonly shorten: (text: string, place: string) => string
}

/** Text as the content of an element: nothing in it is read as markup, and what cannot stand there is spelt out. */
function xmlText(text: string, place: string, { changes, shorten }: CellText): string {
  if (text.length <= MOST_CHARACTERS && !SPECIAL.test(text)) return text
  let safe = text
  if (safe.includes('\r')) {
    safe = safe.replaceAll(/\r\n?/g, '\n')
    changes.count('LINE_ENDS')
  }
  const spelt = safe.replaceAll(ILLEGAL, spell)
  if (spelt !== safe) changes.count('ILLEGAL_CHARACTERS')
  const short = spelt.length > MOST_CHARACTERS ? shorten(spelt, place) : spelt
  const escaped = short.replaceAll(LOOKALIKE, '_x005F_')
  if (escaped !== short) changes.count('ESCAPE_LOOKALIKES')
  return escaped.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function spell(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/** Text for a value between quotes in an element's tag. */
export function xmlAttribute(text: string): string {
  return text
    .replaceAll(ILLEGAL, spell)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
}

/** The XML of one cell at `place` (like B7). The text of a cell is never more than a cell can hold. */
export function cellXml(place: string, type: ColumnType, value: Cell, to: CellText): string {
  if (type === 'flag') {
    return typeof value === 'boolean'
      ? `<c r="${place}" s="${STYLES.flag}" t="b"><v>${value ? 1 : 0}</v></c>`
      : textCell(place, STYLES.flag, value === null ? 'unknown' : String(value), to)
  }
  if (value === null || value === '') return ''
  if (type === 'text' || type === 'id') return textCell(place, STYLES[type], String(value), to)
  if (type === 'instant' || type === 'day') return dateCell(place, STYLES[type], String(value), to)
  return numberXml(place, STYLES[type], value, to)
}

export function textCell(place: string, style: number, text: string, to: CellText): string {
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text, place, to)}</t></is></c>`
}

export function numberXml(place: string, style: number, value: Cell, to: CellText): string {
  // Excel keeps 15 digits of a number; a longer one would end in invented zeros.
  if (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e15)
    return `<c r="${place}" s="${style}"><v>${value}</v></c>`
  to.changes.count('NUMBERS_AS_TEXT')
  return textCell(place, STYLES.text, String(value), to)
}

const DAY = 86_400_000
/** Days from 1899-12-30 to 1970-01-01: serials count from there, once the invented 1900-02-29 has passed. */
const EPOCH = 25_569
const FIRST = Date.UTC(1900, 2, 1)
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.(\d+))?)?Z)?$/

function dateCell(place: string, style: number, text: string, to: CellText): string {
  const form = INSTANT.exec(text)
  const ms = form === null ? Number.NaN : Date.parse(text)
  if (!isInstant(ms)) return dateAsText(place, text, to)
  if (/[1-9]/.test(form?.[1]?.slice(3) ?? '')) to.changes.count('FRACTIONS_OF_MILLISECONDS')
  return `<c r="${place}" s="${style}"><v>${serial(ms)}</v></c>`
}

/** The XML of a cell that holds the time `ms` (since 1970) as a real date. */
export function instantXml(place: string, style: number, ms: number, to: CellText): string {
  return isInstant(ms)
    ? `<c r="${place}" s="${style}"><v>${serial(ms)}</v></c>`
    : dateAsText(place, new Date(ms).toISOString(), to)
}

const isInstant = (ms: number): boolean => ms >= FIRST && ms <= LAST

function dateAsText(place: string, text: string, to: CellText): string {
  to.changes.count('DATES_AS_TEXT')
  return textCell(place, STYLES.text, text, to)
}

// Ten decimals of a day are ten microseconds: enough for milliseconds, short enough for every reader.
function serial(ms: number): string {
  const days = Math.floor(ms / DAY)
  const rest = ms - days * DAY
  return rest === 0 ? String(days + EPOCH) : (days + EPOCH + rest / DAY).toFixed(10)
}

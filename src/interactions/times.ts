// The date formats that Microsoft's sources serve (docs/spec/interaction-model.md, "Times").

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * A served time as ISO 8601 UTC with `Z`, its fraction digits kept (at most 7); null when absent or unreadable.
 * No zone means UTC. Accepts ISO 8601 with `T` or a blank, the portal's `9/20/2023 4:05:03 AM` (month first), the `20.09.2023 04:05:03` of Excel in German and others,
 * and the `/Date(1695182703000)/` that PowerShell 5.1 writes. Years before 1900 (empty dates) are null.
 */
export function parseTime(served: unknown): string | null {
  if (typeof served !== 'string') return null
  const text = served.length > 19 && served.length < 40 ? served.trim() : served
  if (isPlain(text, 19)) {
    if (text.length === 19) return `${text}Z`
    if (text.length === 20 && text.charCodeAt(19) === 90) return text
  }
  if (text.length > 64) return null
  const trimmed = text.trim()
  return (
    parseIso(trimmed) ??
    parseSlashes(trimmed) ??
    parseDots(trimmed) ??
    parseWords(trimmed) ??
    parseDotNet(trimmed)
  )
}

/** Epoch milliseconds of a time that `parseTime` returned; further digits are cut. NaN for other text. */
export function epochMs(iso: string): number {
  const ms =
    iso.charCodeAt(19) === 46
      ? Number(`${digitAt(iso, 20)}${digitAt(iso, 21)}${digitAt(iso, 22)}`)
      : 0
  return (
    Date.UTC(
      Number(iso.slice(0, 4)),
      Number(iso.slice(5, 7)) - 1,
      Number(iso.slice(8, 10)),
      Number(iso.slice(11, 13)),
      Number(iso.slice(14, 16)),
      Number(iso.slice(17, 19)),
    ) + ms
  )
}

function digitAt(text: string, at: number): string {
  const c = text.charCodeAt(at)
  return c >= 48 && c <= 57 ? text.charAt(at) : '0'
}

function two(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48
  const b = text.charCodeAt(at + 1) - 48
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1
}

/** Whether `text` starts with a valid `yyyy-mm-ddThh:mm:ss`. */
function isPlain(text: string, length: number): boolean {
  if (text.length < length || text.charCodeAt(10) !== 84) return false
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return false
  const century = two(text, 0)
  const year = two(text, 2)
  if (century < 0 || year < 0) return false
  return (
    isDate(century * 100 + year, two(text, 5), two(text, 8)) &&
    isTimeOfDay(two(text, 11), two(text, 14), two(text, 17))
  )
}

function isDate(year: number, month: number, day: number): boolean {
  // Before 1900 lie the empty dates of .NET (year 1) and Windows (1601).
  if (year < 1900 || month < 1 || month > 12 || day < 1) return false
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (DAYS[month - 1] ?? 0) + (leap ? 1 : 0)
}

function isTimeOfDay(hour: number, minute: number, second: number): boolean {
  return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60
}

const ISO =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,12}))?\s?(Z|[+-]\d\d:?\d\d)?)?$/i

function parseIso(text: string): string | null {
  const match = ISO.exec(text)
  if (match === null) return null
  const plain = `${match[1]}T${match[2] ?? '00:00'}${match[3] ?? ':00'}`
  if (!isPlain(plain, 19)) return null
  const fraction = match[4] === undefined ? '' : `.${match[4].slice(0, 7)}`
  const zone = match[5]
  if (zone === undefined || zone === 'Z' || zone === 'z') return `${plain}${fraction}Z`
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  const shift = (zone.startsWith('-') ? minutes : -minutes) * 60_000
  return shifted(epochMs(plain) + shift, fraction)
}

const US =
  /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:,? (\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?(?:[ \u202f\u00a0]?(AM|PM))?)?$/i

function parseSlashes(text: string): string | null {
  const match = US.exec(text)
  if (match === null) return null
  let hour = Number(match[4] ?? 0)
  const half = match[8]?.toUpperCase()
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null
    hour = (hour % 12) + (half === 'PM' ? 12 : 0)
  }
  const time = `${padded(String(hour))}:${match[5] ?? '00'}:${match[6] ?? '00'}`
  return utc(`${match[3]}-${padded(match[1])}-${padded(match[2])}T${time}`, match[7])
}

const DOTS = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,? (\d{1,2}):(\d\d)(?::(\d\d))?)?$/

/** With dots the day stands first, in every language that writes dates so. */
function parseDots(text: string): string | null {
  const match = DOTS.exec(text)
  if (match === null) return null
  const time = `${padded(match[4])}:${match[5] ?? '00'}:${match[6] ?? '00'}`
  return utc(`${match[3]}-${padded(match[2])}-${padded(match[1])}T${time}`)
}

const WORDS =
  /^([a-z]{3})[a-z]*\.? (\d{1,2}), (\d{4})(?:,? (\d{1,2}):(\d\d)(?::(\d\d))?[ \u202f\u00a0]?(AM|PM))?$/i
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

/** `Mar 2, 2026 9:15:04 AM`: portals of Defender and Purview. */
function parseWords(text: string): string | null {
  const match = WORDS.exec(text)
  const month = MONTHS.indexOf(match?.[1]?.toLowerCase() ?? '') + 1
  if (match === null || month === 0) return null
  const [, , day, year, hour, minute, second, half] = match
  const time = hour === undefined ? '' : ` ${hour}:${minute}:${second ?? '00'} ${half}`
  return parseSlashes(`${month}/${day}/${year}${time}`)
}

function utc(plain: string, fraction?: string): string | null {
  if (!isPlain(plain, 19)) return null
  return `${plain}${fraction === undefined ? '' : `.${fraction}`}Z`
}

function padded(digits: string | undefined): string {
  return (digits ?? '').padStart(2, '0')
}

const DOT_NET = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/

function parseDotNet(text: string): string | null {
  const match = DOT_NET.exec(text)
  return match === null ? null : shifted(Number(match[1]), null)
}

function shifted(ms: number, fraction: string | null): string | null {
  if (!(ms >= -2_208_988_800_000 && ms <= 253_402_300_799_999)) return null
  const iso = new Date(ms).toISOString()
  if (fraction === null) return iso
  return `${iso.slice(0, 19)}${fraction}Z`
}

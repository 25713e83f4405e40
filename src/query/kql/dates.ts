// Days, months and instants of a query, all UTC.

/** Half-open, epoch milliseconds. */
export interface Span {
  readonly from: number
  readonly to: number
}

const DAY = 86_400_000
const CALENDAR = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s?([Zz]|[+-]\d{2}:\d{2})?$/

/** What a date means: a year, month or day, or an instant (its whole minute, second or millisecond); undefined when it is none. */
export function spanOf(text: string): Span | undefined {
  const calendar = CALENDAR.exec(text)
  if (calendar !== null) return calendarSpan(calendar)
  const instant = INSTANT.exec(text)
  return instant === null ? undefined : instantSpan(instant)
}

function calendarSpan([, year, month, day]: RegExpExecArray): Span | undefined {
  const y = Number(year)
  if (month === undefined) return { from: Date.UTC(y, 0, 1), to: Date.UTC(y + 1, 0, 1) }
  const m = Number(month)
  if (m < 1 || m > 12) return undefined
  if (day === undefined) return { from: Date.UTC(y, m - 1, 1), to: Date.UTC(y, m, 1) }
  const from = Date.UTC(y, m - 1, Number(day))
  return new Date(from).getUTCDate() === Number(day) ? { from, to: from + DAY } : undefined
}

function instantSpan([, date, hour, minute, second, fraction, zone]: RegExpExecArray):
  | Span
  | undefined {
  const at = `${date}T${hour}:${minute}:${second ?? '00'}`
  const base = Date.parse(`${at}${zone === undefined ? 'Z' : zone.toUpperCase()}`)
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(base) || spanOf(date ?? '') === undefined) return undefined
  if (fraction !== undefined) {
    const from = base + Number(fraction.padEnd(3, '0').slice(0, 3))
    return { from, to: from + 1 }
  }
  return { from: base, to: base + (second === undefined ? 60_000 : 1000) }
}

/** `today`, `yesterday`, `this week|month|year`, `last week|month|year` as a date or two; undefined when it is none. */
export function namedDates(
  text: string,
  now: Date,
): readonly [from: string, to: string] | undefined {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  const monday = day - ((now.getUTCDay() + 6) % 7)
  switch (text.toLowerCase()) {
    case 'today':
      return between(Date.UTC(year, month, day), Date.UTC(year, month, day + 1))
    case 'yesterday':
      return between(Date.UTC(year, month, day - 1), Date.UTC(year, month, day))
    case 'this week':
      return between(Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7))
    case 'last week':
      return between(Date.UTC(year, month, monday - 7), Date.UTC(year, month, monday))
    case 'this month':
      return between(Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1))
    case 'last month':
      return between(Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1))
    case 'this year':
      return between(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1))
    case 'last year':
      return between(Date.UTC(year - 1, 0, 1), Date.UTC(year, 0, 1))
    default:
      return undefined
  }
}

function between(from: number, to: number): readonly [string, string] {
  return [dayOf(from), dayOf(to - DAY)]
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

// As much of the query language as somebody needs to fetch events: a table, conditions on time and name, order, take,
// project and count. Anything else is refused as a syntax error, as the service words it.

export interface TelemetryQuery {
  readonly table: string
  /** Milliseconds: from and with, up to and without. */
  readonly fromMs: number
  readonly toMs: number
  /** When it was taken in; as above. */
  readonly ingestedFromMs: number
  readonly ingestedToMs: number
  readonly names: ReadonlySet<string> | null
  readonly order: 'asc' | 'desc' | null
  readonly take: number
  readonly columns: readonly string[] | null
  readonly count: boolean
}

export class QueryRefused extends Error {}

const TIME = String.raw`(?:todatetime|datetime)\(\s*['"]?([^'")]+)['"]?\s*\)`
const COMPARE = new RegExp(
  String.raw`^(timestamp|ingestion_time\(\))\s*(>=|>|<=|<)\s*${TIME}$`,
  'i',
)
const BETWEEN = new RegExp(
  String.raw`^timestamp\s+between\s*\(\s*${TIME}\s*\.\.\s*${TIME}\s*\)$`,
  'i',
)
const IS = /^name\s*==\s*['"]([^'"]*)['"]$/i
const IN = /^name\s+in~?\s*\(([^)]*)\)$/i

export function parseQuery(text: string): TelemetryQuery {
  const [table = '', ...steps] = text
    .slice(0, 10_000)
    .split('|')
    .map((step) => step.trim())
  if (!/^\w+$/.test(table)) throw new QueryRefused(`'${table.slice(0, 60)}' is no table.`)
  let query: TelemetryQuery = {
    table,
    fromMs: -Infinity,
    toMs: Infinity,
    ingestedFromMs: -Infinity,
    ingestedToMs: Infinity,
    names: null,
    order: null,
    take: Infinity,
    columns: null,
    count: false,
  }
  for (const step of steps) query = apply(query, step)
  return query
}

function apply(query: TelemetryQuery, step: string): TelemetryQuery {
  const [, operator = '', rest = ''] = /^([\w-]+)\s*([\s\S]*)$/.exec(step) ?? []
  switch (operator.toLowerCase()) {
    case 'where':
      return rest.split(/\s+and\s+/i).reduce((sum, one) => narrowed(sum, one.trim()), query)
    case 'order':
    case 'sort': {
      const direction = /^by\s+timestamp(?:\s+(asc|desc))?$/i.exec(rest)
      if (direction === null) throw refused(step)
      return { ...query, order: direction[1]?.toLowerCase() === 'asc' ? 'asc' : 'desc' }
    }
    case 'take':
    case 'limit':
      if (!/^\d{1,9}$/.test(rest)) throw refused(step)
      return { ...query, take: Math.min(query.take, Number(rest)) }
    case 'project': {
      const columns = rest.split(',').map((name) => name.trim())
      if (!columns.every((name) => /^\w+$/.test(name))) throw refused(step)
      return { ...query, columns }
    }
    case 'count':
      return { ...query, count: true }
    default:
      throw refused(step)
  }
}

function narrowed(query: TelemetryQuery, condition: string): TelemetryQuery {
  const [, subject, sign, at] = COMPARE.exec(condition) ?? []
  const [, from, to] = BETWEEN.exec(condition) ?? []
  if (sign !== undefined) {
    const ms = instant(at) + (sign === '>' || sign === '<=' ? 1 : 0)
    if (subject?.toLowerCase() !== 'timestamp')
      return sign.startsWith('>')
        ? { ...query, ingestedFromMs: Math.max(query.ingestedFromMs, ms) }
        : { ...query, ingestedToMs: Math.min(query.ingestedToMs, ms) }
    return sign.startsWith('>')
      ? { ...query, fromMs: Math.max(query.fromMs, ms) }
      : { ...query, toMs: Math.min(query.toMs, ms) }
  }
  if (from !== undefined)
    return {
      ...query,
      fromMs: Math.max(query.fromMs, instant(from)),
      toMs: Math.min(query.toMs, instant(to) + 1),
    }
  const listed = IN.exec(condition)?.[1]
    ?.split(',')
    .map((name) => name.trim().slice(1, -1))
  const one = IS.exec(condition)?.[1]
  const names = listed ?? (one === undefined ? null : [one])
  if (names === null) throw refused(condition)
  return { ...query, names: new Set(names) }
}

function instant(text: string | undefined): number {
  const ms = Date.parse((text ?? '').trim())
  if (Number.isNaN(ms)) throw new QueryRefused('A datetime could not be read.')
  return ms
}

const refused = (part: string): QueryRefused =>
  new QueryRefused(`Query could not be parsed at '${part.slice(0, 60)}'.`)

/** `P1D`, `PT12H`, `start/end`, `start/P1D`, `P1D/end`; null when it is none of these. */
export function parseTimespan(
  text: string,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } | null {
  const [first = '', second] = text.split('/')
  const length = durationMs(first)
  if (second === undefined) return length === null ? null : { fromMs: nowMs - length, toMs: nowMs }
  const other = durationMs(second)
  const toMs = other === null ? Date.parse(second) : Date.parse(first) + other
  const fromMs = length === null ? Date.parse(first) : toMs - length
  return Number.isNaN(fromMs) || Number.isNaN(toMs) ? null : { fromMs, toMs }
}

function durationMs(text: string): number | null {
  const found = /^P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/.exec(text)
  if (found === null || text === 'P') return null
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0))
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
}

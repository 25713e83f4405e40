// POST /v1/apps/{id}/query: what Copilot Studio's agents logged, as a table.
import type { TelemetryEvent, TenantView } from '../graph/tenant-view.ts'
import type { TelemetryQuery } from './kusto.ts'
import { parseQuery, parseTimespan, QueryRefused } from './kusto.ts'

export interface TelemetryAnswer {
  readonly status: number
  readonly body: string
  /** Rows served. */
  readonly rows: number
}

const DAY = 86_400_000
const RETENTION = 90 * DAY
/** Between what happened and what can be asked for. */
const LONGEST_INGESTION = 3_600_000
const MOST_ROWS = 500_000

const COLUMNS = [
  ['timestamp', 'datetime'],
  ['name', 'string'],
  ['itemType', 'string'],
  ['customDimensions', 'dynamic'],
  ['customMeasurements', 'dynamic'],
  ['operation_Name', 'string'],
  ['operation_Id', 'string'],
  ['session_Id', 'string'],
  ['user_Id', 'string'],
  ['cloud_RoleName', 'string'],
  ['client_Type', 'string'],
  ['appId', 'string'],
  ['appName', 'string'],
  ['itemId', 'string'],
  ['itemCount', 'int'],
] as const

/** The other tables of Application Insights are there, and empty. */
const TABLES: readonly string[] = [
  'customevents',
  'traces',
  'exceptions',
  'dependencies',
  'requests',
  'pageviews',
]

export function answerTelemetry(
  view: Pick<TenantView, 'now' | 'telemetry'>,
  appId: string,
  queryText: string,
  timespan: string | null,
): TelemetryAnswer {
  let query: TelemetryQuery
  try {
    query = parseQuery(queryText)
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error
    return refusal('SyntaxError', error.message)
  }
  const table = query.table.toLowerCase()
  if (!TABLES.includes(table))
    return refusal(
      'SemanticError',
      `'where' operator: Failed to resolve table expression named '${query.table.slice(0, 60)}'`,
    )
  const unknown = query.columns?.find((name) => !COLUMNS.some(([column]) => column === name))
  if (unknown !== undefined)
    return refusal(
      'SemanticError',
      `Failed to resolve scalar expression named '${unknown.slice(0, 60)}'`,
    )
  const now = view.now().getTime()
  const span =
    timespan === null ? { fromMs: now - RETENTION, toMs: now } : parseTimespan(timespan, now)
  if (span === null)
    return refusal('InvalidTimespan', 'The timespan is not an ISO 8601 duration or interval.')
  const events = table === 'customevents' ? eventsOf(view, appId, query, span, now) : []
  if (query.count) return tableOf([['Count', 'long']], [`[${events.length}]`])
  const shown = query.columns ?? COLUMNS.map(([name]) => name)
  const columns = shown.map(
    (name) => [name, COLUMNS.find(([column]) => column === name)?.[1] ?? 'string'] as const,
  )
  return tableOf(
    columns,
    events.map((event) => rowOf(event, shown)),
  )
}

type Event = Readonly<Record<string, unknown>>

function eventsOf(
  view: Pick<TenantView, 'now' | 'telemetry'>,
  appId: string,
  query: TelemetryQuery,
  span: { readonly fromMs: number; readonly toMs: number },
  now: number,
): readonly Event[] {
  const { ingestedFromMs, ingestedToMs } = query
  const fromMs = Math.max(query.fromMs, span.fromMs, ingestedFromMs - LONGEST_INGESTION)
  const toMs = Math.min(query.toMs, span.toMs, ingestedToMs)
  const found: { readonly ms: number; readonly event: Event }[] = []
  for (const one of view.telemetry(fromMs, toMs)) {
    if (one.appId !== appId || one.availableMs > now) continue
    if (one.availableMs < ingestedFromMs || one.availableMs >= ingestedToMs) continue
    const event = parsed(one.bytes())
    if (query.names !== null && !query.names.has(String(event['name']))) continue
    found.push({ ms: one.occurredMs, event })
  }
  if (query.order !== null)
    found.sort((a, b) => (query.order === 'asc' ? a.ms - b.ms : b.ms - a.ms))
  return found.slice(0, Math.min(query.take, MOST_ROWS)).map(({ event }) => event)
}

/** `customDimensions` stays what the event says: an object, or JSON in a string. */
function rowOf(event: Event, columns: readonly string[]): string {
  return JSON.stringify(
    columns.map((name) => event[name] ?? (name === 'itemType' ? 'customEvent' : null)),
  )
}

/** The row as a query for the whole table serves it. */
export function telemetryRow(event: TelemetryEvent): string {
  return rowOf(
    parsed(event.bytes()),
    COLUMNS.map(([name]) => name),
  )
}

function parsed(bytes: Uint8Array): Event {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString())
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {}
}

function tableOf(
  columns: readonly (readonly [string, string])[],
  rows: readonly string[],
): TelemetryAnswer {
  const head = JSON.stringify(columns.map(([name, type]) => ({ name, type })))
  const body = `{"tables":[{"name":"PrimaryResult","columns":${head},"rows":[${rows.join(',')}]}]}`
  return { status: 200, body, rows: rows.length }
}

function refusal(code: string, message: string): TelemetryAnswer {
  const error = {
    message: 'The request had some invalid properties',
    code: 'BadArgumentError',
    innererror: { code, message },
  }
  return { status: 400, body: JSON.stringify({ error }), rows: 0 }
}

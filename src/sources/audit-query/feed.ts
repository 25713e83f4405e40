import type { CloudClient } from '../../platform/http/cloud-client.ts'
import type { Feed, FeedDesk, FetchDesk, Json, Notice, Outcome, Unit } from '../feed.ts'
import { readRecords } from './records.ts'
import { createQuery, queryState, AUDIT_QUERY_ROLE } from './queries.ts'
import { leavePlace, takePlace } from './share.ts'

export interface AuditQueryOptions {
  readonly client: CloudClient
  /** How far back days are asked for. */
  readonly backfillMs: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** A day is asked for once practically all of it has arrived. */
const SETTLED_MS = 3 * DAY_MS
/** Longer ago nothing is kept (audit standard). */
const KEPT_MS = 180 * DAY_MS
const POLL_MS = 2 * MINUTE_MS
/** A finished query is read at most that often; one that fails is submitted again as often. */
const MOST_PASSES = 6

/** Where a unit stands: no query yet, or one that runs. */
interface Progress {
  readonly query: string | null
  /** Queries that failed or vanished. */
  readonly failed: number
}

const BEGINNING: Progress = { query: null, failed: 0 }

/**
 * Audit records by asynchronous queries: what is older than the week that the Management API keeps, day by day, newest
 * first; a day that is cut off is asked for by the hour. What a query gives is read until two reads agree, since equal
 * queries give unequal answers. Rules: interface reference, section e.
 */
export function auditQuery({ client, backfillMs }: AuditQueryOptions): Feed {
  function plan(desk: FeedDesk): Promise<void> {
    const now = desk.now().getTime()
    const newest = Math.floor((now - SETTLED_MS) / DAY_MS) * DAY_MS
    const oldest = Math.ceil((now - Math.min(backfillMs, KEPT_MS)) / DAY_MS) * DAY_MS
    const [from, to] = daysAsked(desk)
    for (let day = newest - DAY_MS; day >= oldest; day -= DAY_MS) {
      if (day >= from && day < to) continue
      announce(desk, day, day + DAY_MS)
    }
    if (newest > oldest) desk.saveState('days', [Math.min(from, oldest), Math.max(to, newest)])
    return Promise.resolve()
  }

  async function fetch(unit: Unit, desk: FetchDesk, signal: AbortSignal): Promise<Outcome> {
    const span = { from: Date.parse(unit.span.from), to: Date.parse(unit.span.to) }
    const progress = progressOf(unit.body)
    const later = (ms: number, next: Partial<Progress>): Outcome => ({
      state: 'wait',
      until: new Date(desk.now().getTime() + ms).toISOString(),
      body: { ...progress, ...next },
    })
    if (progress.query === null) {
      const place = takePlace(desk, unit.key)
      if (place !== 'taken') return later(place === 'all-running' ? POLL_MS : HOUR_MS, {})
      try {
        return later(POLL_MS, { query: await createQuery(client, span, signal) })
      } catch (error) {
        leavePlace(desk, unit.key)
        throw error
      }
    }
    const { query } = progress
    const { status, isTruncated } = await queryState(client, query, signal)
    if (status === 'running') return later(POLL_MS, {})
    leavePlace(desk, unit.key)
    // The day, or the hour of one that was cut off.
    const subject = unit.span.from.slice(0, span.to - span.from > HOUR_MS ? 10 : 13)
    if (status === 'gone' || status === 'failed') {
      if (progress.failed >= MOST_PASSES) {
        desk.notice({
          code: 'QUERY_FAILED',
          subject,
          message: `Microsoft failed ${progress.failed + 1} times at the audit query of that time: it is asked for anew in a day`,
        })
        return later(DAY_MS, BEGINNING)
      }
      return later(POLL_MS, { ...BEGINNING, failed: progress.failed + 1 })
    }
    desk.clearNotice('QUERY_FAILED', subject)
    // Succeeded and cut off: what it gives is kept, and the hours of the day are asked for one by one.
    const isCut = isTruncated && span.to - span.from > HOUR_MS
    const read = () => readRecords(client, query, unit.key, desk, signal)
    if (isCut) {
      await read()
      return { state: 'done', next: hours(span) }
    }
    await readUntilStable(read, () => {
      desk.notice({
        code: 'QUERY_UNSTABLE',
        subject,
        message:
          'The same finished audit query was read with different records: it is read until two reads agree, and everything that any of them gave is kept',
      })
    })
    return { state: 'done' }
  }

  return {
    name: 'audit-query',
    permissions: [
      {
        role: AUDIT_QUERY_ROLE,
        audience: 'graph',
        required: true,
        why: 'Without it queries end empty and without an error: nothing older than a week is collected',
      },
    ],
    everyMs: HOUR_MS,
    concurrency: 4,
    plan,
    fetch,
    check: async (_desk, signal): Promise<readonly Notice[]> => {
      const roles = await client.roles('graph', signal)
      if (roles.some((role) => /^AuditLogsQuery(?:-\w+)?\.Read\.All$/.test(role))) return []
      return [
        {
          code: 'PERMISSION_MISSING',
          subject: 'audit-query',
          message: `The token for Graph lacks ${AUDIT_QUERY_ROLE} (AuditLog.Read.All alone gives empty answers without an error): grant it to the application and give admin consent`,
        },
      ]
    },
  }
}

function announce(desk: FeedDesk, from: number, to: number): void {
  const unit = unitOf(from, to)
  desk.announce({ scope: unit.scope, span: unit.span, pages: 1, complete: true, units: [unit] })
}

function unitOf(from: number, to: number): Unit {
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  return {
    key: `${span.from} ${span.to}`,
    scope: 'audit',
    span,
    availableAt: null,
    // The audit log forgets after half a year: the oldest would go first, and is still asked for last.
    expiresAt: null,
    body: { ...BEGINNING },
  }
}

function hours({ from, to }: { readonly from: number; readonly to: number }): Unit[] {
  const units: Unit[] = []
  for (let hour = from; hour < to; hour += HOUR_MS)
    units.push(unitOf(hour, Math.min(to, hour + HOUR_MS)))
  return units
}

/** Days that were announced: all between these. */
function daysAsked(desk: FeedDesk): readonly [from: number, to: number] {
  const state = desk.state('days')
  const [from, to]: readonly Json[] = Array.isArray(state) ? state : []
  return typeof from === 'number' && typeof to === 'number' ? [from, to] : [Infinity, -Infinity]
}

/** Reads again until two reads in a row give the same ids. */
async function readUntilStable(
  read: () => Promise<ReadonlySet<string>>,
  onDifference: () => void,
): Promise<void> {
  let before = await read()
  for (let pass = 2; pass <= MOST_PASSES; pass += 1) {
    const ids = await read()
    if (ids.size === before.size && [...ids].every((id) => before.has(id))) return
    onDifference()
    before = ids
  }
}

function progressOf(body: Json): Progress {
  const fields = new Map<string, Json>(
    typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.entries(body) : [],
  )
  const query = fields.get('query')
  return {
    query: typeof query === 'string' ? query : null,
    failed: Number(fields.get('failed') ?? 0),
  }
}

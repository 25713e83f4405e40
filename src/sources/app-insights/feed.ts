import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { Feed, FeedDesk, FetchDesk, Json, Notice, Outcome, Unit } from '../feed.ts'
import { canSplit, readSlice, type Slice } from './query.ts'

export interface AppInsightsOptions {
  readonly client: CloudClient
  /** Ids of the applications, as "API access" of each resource shows them. */
  readonly apps: readonly string[]
}

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS
/** What was taken in a moment ago is not served everywhere yet. */
const SETTLING_MS = 2 * MINUTE_MS
/** Rows of one moment become visible one after the other: each slice begins a little before the last one ended. */
const OVERLAP_MS = 30 * MINUTE_MS
/** How long Application Insights keeps what it took in, unless paid for. */
const RETENTION_MS = 90 * DAY_MS

const ROLE = 'Data.Read'

/** What custom agents log to Application Insights, by when it was taken in there. Rules: interface reference, section g. */
export function appInsights({ client, apps }: AppInsightsOptions): Feed {
  function plan(desk: FeedDesk): Promise<void> {
    const now = desk.now().getTime()
    for (const app of apps) {
      const last = Number(desk.state(`read ${app}`) ?? 0)
      const to = now - SETTLING_MS
      const start = last === 0 ? now - RETENTION_MS : last - OVERLAP_MS
      if (to <= Math.max(start, last)) continue
      const slices: Slice[] = []
      for (let from = start; from < to; from += DAY_MS)
        slices.push({ app, from, to: Math.min(to, from + DAY_MS) })
      desk.announce({
        scope: app,
        span: { from: iso(start), to: iso(to) },
        pages: 1,
        complete: true,
        units: slices.map(unitOf),
      })
      desk.saveState(`read ${app}`, to)
    }
    return Promise.resolve()
  }

  async function fetch({ body }: Unit, desk: FetchDesk, signal: AbortSignal): Promise<Outcome> {
    const slice = sliceOf(body)
    const { app, from, to } = slice
    try {
      const { bytes, truncated } = await readSlice(client, slice, signal)
      if (truncated && canSplit(slice)) {
        const middle = Math.floor((from + to) / 2)
        const halves = [
          { app, from, to: middle },
          { app, from: middle, to },
        ]
        return { state: 'done', next: halves.map(unitOf) }
      }
      if (truncated)
        desk.notice({
          code: 'TELEMETRY_TRUNCATED',
          subject: app,
          message: `Application Insights took in more rows in one second (${iso(from)}) than it serves in one answer: export that hour from the portal and import the file`,
        })
      const { faults } = await desk.take({
        name: `${app}/${iso(from)}/${iso(to)}`,
        shape: 'telemetry-tables',
        context: { format: 'telemetry' },
        bytes: once(bytes),
      })
      if (faults.length > 0)
        throw new CloudError('CONNECTION_LOST', 'An answer of Application Insights broke off', {
          isPassing: true,
        })
    } catch (error) {
      const notice = noticeOf(error, app)
      if (notice !== null) desk.notice(notice)
      throw error
    }
    desk.clearNotice('APPLICATION_UNKNOWN', app)
    desk.clearNotice('PERMISSION_MISSING', app)
    return { state: 'done' }
  }

  async function check(desk: FeedDesk, signal: AbortSignal): Promise<readonly Notice[]> {
    const now = desk.now().getTime()
    const found: Notice[] = []
    for (const app of apps) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one after the other: nobody waits for these
        await readSlice(client, { app, from: now - MINUTE_MS, to: now }, signal)
      } catch (error) {
        if (!(error instanceof CloudError)) throw error
        const { code, message } = error
        found.push(noticeOf(error, app) ?? { code, subject: app, message })
      }
    }
    return found
  }

  return {
    name: 'app-insights',
    permissions: [
      {
        role: ROLE,
        audience: 'app-insights',
        required: true,
        why: 'Without it what custom agents log is not collected; grant the role Reader on each Application Insights resource as well',
      },
    ],
    everyMs: null,
    concurrency: 2,
    plan,
    fetch,
    check,
  }
}

/** What an operator can mend; null: it passes, or every feed has it. */
function noticeOf(error: unknown, app: string): Notice | null {
  if (!(error instanceof CloudError)) return null
  if (error.code === 'NOT_FOUND')
    return {
      code: 'APPLICATION_UNKNOWN',
      subject: app,
      message: `There is no Application Insights application ${app}: take its id from "API access" of the resource, and name it in feeds.app-insights.apps`,
    }
  if (error.code === 'FORBIDDEN' || error.code === 'PERMISSION_MISSING')
    return {
      code: 'PERMISSION_MISSING',
      subject: app,
      message: `The application may not read Application Insights ${app}: grant it ${ROLE} and the role Reader on the resource`,
    }
  return null
}

function unitOf({ app, from, to }: Slice): Unit {
  const span = { from: iso(from), to: iso(to) }
  return {
    key: `${app} ${span.from} ${span.to}`,
    scope: app,
    span,
    availableAt: null,
    expiresAt: iso(to + RETENTION_MS),
    body: { app, from, to },
  }
}

function sliceOf(body: Json): Slice {
  const fields = new Map<string, unknown>(
    typeof body === 'object' && body !== null ? Object.entries(body) : [],
  )
  return {
    app: String(fields.get('app')),
    from: Number(fields.get('from')),
    to: Number(fields.get('to')),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

const iso = (ms: number): string => new Date(ms).toISOString()

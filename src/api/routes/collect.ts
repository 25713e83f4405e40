import { Hono } from 'hono'
import { z } from 'zod'
import { CodedError } from '../../platform/errors.ts'
import { collectAnswer, collectProgress } from '../collect-view.ts'
import type { CollectAnswer, HealthFinding } from '../answers.ts'
import type { AppContext } from '../context.ts'
import { healthFindings } from '../health.ts'
import { ndjson } from '../ndjson.ts'

const Body = z.strictObject({ once: z.boolean() })
/** How often a run tells how far it is; of this machine's time. */
const STEP_MS = 1_000

/**
 * GET /api/v1/collect: what is collected from every tenant and how far it is; answers whether a collector runs or not.
 * POST /api/v1/collect `{once}`: collects, and tells every second how far it is (NDJSON).
 * GET /api/v1/collect/check: what the feeds find wrong with their access, and what else is wrong. None of them needs the index.
 */
export function collectRoutes(app: AppContext): Hono {
  return new Hono()
    .get('/api/v1/collect', (context) => context.json(collectAnswer(app)))
    .get('/api/v1/collect/check', async (context) => {
      const asked = await collectorOf(app).check(app.signal)
      const known = collectAnswer(app)
      const findings: HealthFinding[] = [
        ...asked.map((finding) => ({ severity: severityOf(finding, known), ...finding })),
        ...healthFindings(app, known),
      ]
      return context.json({ findings })
    })
    .post('/api/v1/collect', async (context) => {
      const body = Body.safeParse(await context.req.json().catch(() => null))
      if (!body.success)
        throw new CodedError('USAGE', `Cannot read the request: ${z.prettifyError(body.error)}`)
      const { once } = body.data
      const collector = collectorOf(app)
      return ndjson(async (emit, gone) => {
        const timer = setInterval(
          () => emit({ type: 'progress', ...collectProgress(app) }),
          STEP_MS,
        )
        try {
          await collector.run(once, AbortSignal.any([app.signal, gone]))
        } finally {
          clearInterval(timer)
        }
        return { ...collectAnswer(app), interrupted: app.signal.aborted }
      })
    })
}

function collectorOf(app: AppContext): NonNullable<AppContext['collector']> {
  if (app.collector !== null) return app.collector
  throw new CodedError('NOT_COLLECTING', 'This process does not collect: run "daybook collect"')
}

/** What is about people, not about access: collecting works, and somebody should know. */
const ABOUT_PEOPLE: ReadonlySet<string> = new Set(['PEOPLE_UNLICENSED', 'PEOPLE_WITHOUT_MAILBOX'])

/** Before anything was ever collected nobody has subscribed: that is the next step, and no fault. */
function severityOf(
  { code, tenant }: Pick<HealthFinding, 'code' | 'tenant'>,
  { tenants }: CollectAnswer,
): HealthFinding['severity'] {
  if (ABOUT_PEOPLE.has(code)) return 'warning'
  const own = tenants.find((one) => one.tenant === tenant)
  const isNew = own?.feeds.every(({ plannedAt }) => plannedAt === null) ?? true
  return code === 'NOT_SUBSCRIBED' && isNew ? 'warning' : 'error'
}

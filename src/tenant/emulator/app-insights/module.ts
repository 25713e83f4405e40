// The query interface of Application Insights.
import type { Context, Hono } from 'hono'
import { field, textField } from '../graph/wire.ts'
import { WorldView } from '../graph/world-view.ts'
import type { EmulatorModule, EmulatorPorts } from '../module.ts'
import { TELEMETRY_APP } from './telemetry.ts'
import { answerTelemetry } from './telemetry-query.ts'

export class AppInsightsModule implements EmulatorModule {
  readonly name = 'app-insights'

  mount(app: Hono, ports: EmulatorPorts): void {
    const view = new WorldView(ports.world)
    app.post(`/${ports.hosts.appInsights}/v1/apps/:id/query`, async (c) => answerOf(c, ports, view))
  }
}

async function answerOf(c: Context, ports: EmulatorPorts, view: WorldView): Promise<Response> {
  const { entra, world, ledger } = ports
  const { faults } = world
  const id = c.req.param('id') ?? ''
  const refused = await entra.refusal(
    ports,
    c.req.header('authorization'),
    'app-insights',
    'Data.Read',
  )
  const body: unknown = await c.req.json().catch(() => null)
  const key = `${c.req.path} ${JSON.stringify(body)}`
  const fail = (status: 401 | 403 | 404 | 429, code: string, message: string, headers = {}) => {
    ledger.count('app-insights', status)
    return c.json({ error: { message, code } }, status, headers)
  }
  if (refused === 'role')
    return fail(
      403,
      'InsufficientAccessError',
      'The provided credentials have insufficient access to perform the requested operation',
    )
  if (refused !== null || faults.strikes('token-expiry', key, 0.03))
    return fail(401, 'AuthorizationRequiredError', 'Valid authentication was not provided')
  if (id !== TELEMETRY_APP)
    return fail(404, 'AppNotFoundError', 'The application could not be found')
  if (faults.strikes('throttled', key, 0.08, 2))
    return fail(429, 'ThrottledError', 'Rate limit is exceeded', { 'retry-after': '1' })
  const timespan = field(body, 'timespan')
  const answer = answerTelemetry(
    view,
    id,
    textField(body, 'query'),
    typeof timespan === 'string' ? timespan : null,
  )
  ledger.count('app-insights', answer.status)
  ledger.serve('app-insights', answer.rows)
  return c.body(answer.body, answer.status === 200 ? 200 : 400, {
    'content-type': 'application/json; charset=utf-8',
  })
}

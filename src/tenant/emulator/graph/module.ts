// Graph on the wire: tokens, the faults of the connection, and the door to what answers.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, Hono } from 'hono'
import { issuerOf } from '../access-token.ts'
import type { EmulatorModule, EmulatorPorts } from '../module.ts'
import { spoiled, wholeBody } from '../spoiled-body.ts'
import { pathOf } from './batch.ts'
import { Graph } from './graph.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { GraphRefusal, refusalAnswer } from './wire.ts'
import { READ_TO_END } from './history.ts'
import { WorldDesk } from './world-desk.ts'

const TICK_MS = 250
const PATIENCE_MS = 10_000
/** The application that Graph's change tracking speaks as. */
const CHANGE_TRACKING = '0bf30f3b-4a52-48df-9a82-234910c4a086'

export class GraphModule implements EmulatorModule {
  readonly name = 'graph'
  private timer: NodeJS.Timeout | null = null
  private desk: WorldDesk | null = null

  mount(app: Hono, ports: EmulatorPorts): void {
    const desk = new WorldDesk(ports)
    this.desk = desk
    const graph = new Graph(desk, { handshake, post, sign: signing(ports) })
    app.all(`/${ports.hosts.graph}/*`, async (c) => answerOf(c, ports, desk, graph))
    let busy = false
    const tick = async () => {
      if (busy) return
      busy = true
      try {
        await graph.notifications.tick()
      } catch (error) {
        // A round that was under way when the tenant ended finds its files closed.
        if (this.timer !== null) throw error
      } finally {
        busy = false
      }
    }
    this.timer = setInterval(() => void tick(), TICK_MS)
    this.timer.unref()
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    this.desk?.view.close()
  }
}

async function answerOf(
  c: Context,
  ports: EmulatorPorts,
  desk: WorldDesk,
  graph: Graph,
): Promise<Response> {
  const url = new URL(c.req.url)
  const [, version = '', ...path] = pathOf(url.pathname)
  const key = `${c.req.method} ${url.pathname} ${url.search}`
  const surface =
    `graph ${path.at(path[0]?.toLowerCase() === 'copilot' ? -1 : 0) ?? ''}`
      .split('(')[0]
      ?.slice(0, 60) ?? ''
  const authorization = c.req.header('authorization')
  let answer: GraphAnswer
  const refusal =
    version === 'v1.0' || version === 'beta'
      ? await wireRefusal(ports, desk, authorization, key)
      : new GraphRefusal(400, 'BadRequest', 'Invalid version.')
  if (refusal !== null) {
    const requestId = c.req.header('client-request-id') ?? randomUUID()
    answer = refusalAnswer(refusal, requestId, desk.view.now())
    answer = { ...answer, headers: { ...answer.headers, 'request-id': requestId } }
  } else {
    const claims = (await ports.entra.signer.claims(bearerOf(authorization))) ?? {}
    const request: GraphRequest = {
      method: c.req.method,
      version: version === 'beta' ? 'beta' : 'v1.0',
      path,
      query: url.searchParams,
      body: await bodyOf(c),
      root: `${ports.address()}/${ports.hosts.graph}/${version}`,
      roles: new Set(Array.isArray(claims['roles']) ? claims['roles'].map(String) : []),
    }
    answer = await graph.answer(request, String(claims['appid'] ?? claims['azp']))
  }
  ports.ledger.count(surface, answer.status)
  return responseOf(c, answer, ports, key)
}

/** What keeps a request from being looked at at all. */
async function wireRefusal(
  ports: EmulatorPorts,
  desk: WorldDesk,
  authorization: string | undefined,
  key: string,
): Promise<GraphRefusal | null> {
  const { entra, world } = ports
  const { faults } = world
  // A role that nobody has: what is left of the refusals concerns the token itself.
  const refused = await entra.refusal(ports, authorization, 'graph', '')
  if (refused === 'audience')
    return unauthorised('Access token validation failure. Invalid audience.')
  if (refused === 'missing') return unauthorised('Access token is empty.')
  if (refused !== 'role' || faults.strikes('token-expiry', key, 0.03))
    return unauthorised('Lifetime validation failed, the token is expired.')
  if (faults.strikes('throttled', key, 0.08, 2)) {
    return new GraphRefusal(429, 'TooManyRequests', 'Too many requests.', {
      'retry-after': String(desk.retryAfterSeconds()),
    })
  }
  if (faults.strikes('server-errors', key, 0.05, 2))
    return new GraphRefusal(503, 'ServiceUnavailable', 'The service is temporarily unavailable.')
  if (faults.strikes('slow', key, 0.01)) await sleep(1_000)
  return null
}

function responseOf(
  c: Context,
  { status, headers: all, body, sent = () => {} }: GraphAnswer,
  ports: EmulatorPorts,
  key: string,
): Response {
  const { [READ_TO_END]: whole, ...headers } = all
  const { faults } = ports.world
  if (status !== 200 || typeof body === 'string' || body === null)
    return new Response(body, { status, headers })
  const harm = faults.strikes('truncated', key, 0.02)
    ? 'cut'
    : faults.strikes('resets', key, 0.02)
      ? 'reset'
      : null
  if (harm === null && whole !== undefined)
    ports.world.readToEnd(whole, c.req.header('authorization') ?? '')
  if (harm !== null) return spoiled(c, [Buffer.from(body)], body.length, harm)
  return wholeBody(c, body, sent, headers)
}

const bearerOf = (authorization: string | undefined): string =>
  authorization?.replace(/^Bearer /i, '') ?? ''

const unauthorised = (message: string): GraphRefusal =>
  new GraphRefusal(401, 'InvalidAuthenticationToken', message)

async function bodyOf(c: Context): Promise<unknown> {
  if (c.req.method === 'GET' || c.req.method === 'DELETE') return null
  try {
    const body: unknown = await c.req.json()
    return body
  } catch {
    return null
  }
}

async function handshake(url: string, token: string): Promise<boolean> {
  try {
    const address = new URL(url)
    address.searchParams.set('validationToken', token)
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(address, { method: 'POST', signal, redirect: 'error' })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    return response.status === 200 && type.startsWith('text/plain') && text === token
  } catch {
    return false
  }
}

async function post(url: string, body: unknown): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'error',
    })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/** Tokens as Entra issues them to change tracking: made out to the subscriber, from Graph. */
function signing({ world, entra }: EmulatorPorts) {
  const { tenantId } = world
  return async (applicationId: string): Promise<string> => {
    const now = Math.floor(world.now() / 1_000)
    const issuer = issuerOf(tenantId)
    return entra.signer.signed({
      aud: applicationId,
      iss: issuer,
      iat: now,
      nbf: now,
      exp: now + 3_600,
      appid: CHANGE_TRACKING,
      appidacr: '2',
      idp: issuer,
      tid: tenantId,
      ver: '1.0',
    })
  }
}

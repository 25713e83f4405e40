// Between a feed and an emulated tenant: passes everything on, or does to it what a test asks for.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Clock } from '../src/platform/clock.ts'
import { createCloudClient } from '../src/platform/http/client.ts'
import type { Audience, CloudClient } from '../src/platform/http/cloud-client.ts'
import { cloudOf } from '../src/platform/http/clouds.ts'
import { openTransport } from '../src/platform/http/transport.ts'
import type { EmulatedTenant } from '../src/tenant/emulator/server.ts'

/** What happens to a request for data: `hold` answers nothing, `half` half of the body, `foreign` links lead elsewhere. */
export type Treatment = 'pass' | 'fail' | 'hold' | 'half' | 'refuse' | 'foreign'

export interface Wire {
  /** A client of its own, as each process has one. */
  client(): CloudClient
  /** Requests for data, in their order: method, path and query. */
  readonly heard: string[]
  readonly audiences: ReadonlySet<Audience>
  /** What went over the wire and must be seen nowhere: secrets and tokens. */
  readonly secrets: ReadonlySet<string>
  /** Requests that are held now. */
  held(): number
  /** What the host heard that links were bent to. */
  readonly foreign: readonly string[]
  /** By path; empty: a request for a token. */
  treat: (path: string) => Treatment
  close(): Promise<void>
}

const REFUSED = {
  management: [
    401,
    '{"error":{"code":"AF10001","message":"The permission set () sent in the request did not include the expected permission."}}',
  ],
  graph: [
    403,
    '{"error":{"code":"Forbidden","message":"Missing role permissions on the request."}}',
  ],
  'app-insights': [
    403,
    '{"error":{"code":"InsufficientAccessError","message":"The provided credentials have insufficient access"}}',
  ],
} as const
const AUDIENCES = [
  ['/manage.office.com/', 'management'],
  ['/graph.microsoft.com/', 'graph'],
  ['/api.applicationinsights.io/', 'app-insights'],
] as const

export async function wireTo(tenant: EmulatedTenant): Promise<Wire> {
  const heard: string[] = []
  const audiences = new Set<Audience>()
  const secrets = new Set([tenant.secret])
  const held = new Set<ServerResponse>()
  const elsewhere: string[] = []
  const foreignServer = createServer((request, response) => {
    elsewhere.push(`${request.headers.host ?? ''}${request.url ?? ''}`)
    response.end('{}')
  })
  const foreignUrl = await listening(foreignServer)
  let own = ''

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '', headers } = request
    const body = await text(request)
    const audience = AUDIENCES.find(([prefix]) => url.startsWith(prefix))?.[1] ?? null
    if (audience !== null) {
      audiences.add(audience)
      heard.push(`${method} ${url}`)
      secrets.add(headers.authorization?.replace('Bearer ', '') ?? '')
    }
    const treatment = audience === null && wire.treat('') !== 'refuse' ? 'pass' : wire.treat(url)
    if (treatment === 'fail') {
      response.writeHead(500).end('{}')
      return
    }
    if (treatment === 'refuse') {
      const [status, said] = audience === null ? [200, roleless()] : REFUSED[audience]
      response.writeHead(status, { 'content-type': 'application/json' }).end(said)
      return
    }
    if (treatment === 'hold') {
      hold(response)
      return
    }
    const passed = await fetch(`${tenant.url}${url}`, {
      method,
      headers: {
        ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
        'content-type': headers['content-type'] ?? 'application/json',
      },
      body: method === 'GET' || body === '' ? null : body,
      redirect: 'manual',
    })
    const bent = (said: string): string =>
      said.replaceAll(tenant.url, treatment === 'foreign' ? foreignUrl : own)
    let said = bent(await passed.text())
    response.statusCode = passed.status
    for (const name of ['content-type', 'retry-after'])
      if (passed.headers.has(name)) response.setHeader(name, passed.headers.get(name) ?? '')
    const next = passed.headers.get('nextpageuri')
    if (next !== null) response.setHeader('NextPageUri', bent(next))
    if (treatment === 'foreign') {
      if (audience === 'management') response.setHeader('NextPageUri', `${foreignUrl}${url}`)
      said = said.replace(/^\{/, `{"@odata.nextLink":"${foreignUrl}${url}",`)
    }
    if (treatment === 'half') {
      response.setHeader('content-length', Buffer.byteLength(said))
      response.write(said.slice(0, said.length / 2))
      hold(response)
    } else response.end(said)
  }

  function hold(response: ServerResponse): void {
    held.add(response)
    response.once('close', () => held.delete(response))
  }

  const server = createServer((request, response) => void answer(request, response))
  own = await listening(server)
  const transport = openTransport({ environment: {} })
  const clock: Clock = {
    now: () => new Date(tenant.world.now()),
    // Nobody waits for what a test makes fail.
    sleep: async (_ms, signal) => {
      await new Promise(setImmediate)
      signal?.throwIfAborted()
    },
  }
  const wire: Wire = {
    client: () =>
      createCloudClient({
        cloud: cloudOf('commercial', own),
        tenantId: tenant.tenantId,
        clientId: tenant.clientId,
        credential: { type: 'secret', read: () => tenant.secret },
        clock,
        transport,
        environment: {},
      }),
    heard,
    audiences,
    secrets,
    held: () => held.size,
    foreign: elsewhere,
    treat: () => 'pass',
    async close() {
      await transport.close()
      await Promise.all([closed(server), closed(foreignServer)])
    },
  }
  return wire
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What Entra gives an application that nobody has consented to. */
function roleless(): string {
  const token = `${part({ alg: 'none' })}.${part({ aud: 'x' })}.`
  return JSON.stringify({ token_type: 'Bearer', expires_in: 3_600, access_token: token })
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`
}

async function closed(server: Server): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await done
}

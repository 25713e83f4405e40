// Servers on this machine that stand for Entra, Microsoft's interfaces and proxies, and a client that asks them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Clock } from '../clock.ts'
import { createCloudClient, type CloudClientOptions } from './client.ts'
import type { CloudClient } from './cloud-client.ts'
import type { Cloud } from './clouds.ts'
import type { TestCertificate } from './test-certificates.suite.ts'
import { openTransport, type Transport, type TransportOptions } from './transport.ts'

export const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'
export const CLIENT = '2f1d5a60-9b4e-4c52-8f0e-6a7d3c1b9e21'
export const SECRET = 'canary-secret-91c2'
/** A token in the form of a JWT with the role that tests ask for. */
export const TOKEN = `${segment({ alg: 'none' })}.${segment({ roles: ['ActivityFeed.Read'] })}.canary-signature`

export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Said {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | object
  /** Writes the body by itself. */
  readonly write?: (response: ServerResponse) => void
}

export interface StandIn {
  readonly url: string
  readonly port: number
  readonly heard: Heard[]
  [Symbol.asyncDispose](): Promise<void>
}

/** Answers as told, over TLS with a certificate. */
export async function standIn(
  answer: (heard: Heard, count: number) => Said,
  certificate?: TestCertificate,
): Promise<StandIn> {
  const heard: Heard[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    const one = { method, path: url, headers, body: await text(request) }
    heard.push(one)
    const said = answer(one, heard.filter(({ path }) => path === url).length)
    const isText = typeof said.body === 'string'
    response.writeHead(said.status ?? 200, {
      ...(isText ? {} : { 'content-type': 'application/json' }),
      ...said.headers,
    })
    if (said.write !== undefined) said.write(response)
    else response.end(isText ? said.body : JSON.stringify(said.body ?? {}))
  }
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void take(request, response)
  const server =
    certificate === undefined
      ? createServer(listener)
      : createSecureServer({ cert: certificate.pem, key: certificate.keyPem }, listener)
  const port = await listening(server)
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    heard,
    [Symbol.asyncDispose]: async () => closed(server),
  }
}

export interface ProxyStandIn {
  readonly url: string
  /** `host:port` of each tunnel that was asked for. */
  readonly tunnels: string[]
  readonly authorization: (string | undefined)[]
  [Symbol.asyncDispose](): Promise<void>
}

/** Makes every tunnel, wherever it is to lead, to one port of this machine; or answers a status instead. */
export async function proxyTo(port: number, status = 200): Promise<ProxyStandIn> {
  const tunnels: string[] = []
  const authorization: (string | undefined)[] = []
  const sockets = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(501).end())
  server.on('connect', (request, socket: Socket) => {
    tunnels.push(request.url ?? '')
    authorization.push(request.headers['proxy-authorization'])
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    sockets.add(onward)
    onward.on('error', () => socket.destroy())
  })
  const own = await listening(server)
  return {
    url: `http://127.0.0.1:${own}`,
    tunnels,
    authorization,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await closed(server)
    },
  }
}

/** A port on which nothing listens. */
export async function deadPort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  await closed(server)
  return port
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}

async function closed(server: Server): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await done
}

/** A clock in which sleeping takes no time, and which remembers how long was slept. */
export class SleepingClock implements Clock {
  readonly slept: number[] = []
  nowMs = Date.parse('2026-03-04T12:00:00Z')

  now(): Date {
    return new Date(this.nowMs)
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.slept.push(ms)
    this.nowMs += ms
    await new Promise(setImmediate)
  }
}

/** A cloud whose hosts all lie below one address. */
export function cloudBelow(url: string): Cloud {
  const resources = {
    management: 'https://manage.office.com',
    graph: 'https://graph.microsoft.com',
    'app-insights': 'https://api.applicationinsights.io',
  }
  return {
    name: 'commercial',
    login: `${url}/login`,
    roots: {
      management: `${url}/manage`,
      graph: `${url}/graph`,
      'app-insights': `${url}/insights`,
    },
    resources,
  }
}

export const isTokenRequest = ({ path }: Heard): boolean => path.includes('/oauth2/v2.0/token')

export const tokenAnswer = (seconds = 3_600): Said => ({
  body: { token_type: 'Bearer', access_token: TOKEN, expires_in: seconds },
})

export interface Asking {
  readonly client: CloudClient
  readonly clock: SleepingClock
  readonly transport: Transport
  get(path: string, signal?: AbortSignal): ReturnType<CloudClient['send']>
  [Symbol.asyncDispose](): Promise<void>
}

/** A client of a stand-in. */
export function askingOf(
  cloud: Cloud,
  given: Partial<CloudClientOptions> & { readonly network?: Partial<TransportOptions> } = {},
): Asking {
  const clock = new SleepingClock()
  const environment = given.environment ?? {}
  const transport = openTransport({ environment, ...given.network })
  const client = createCloudClient({
    cloud,
    tenantId: TENANT,
    clientId: CLIENT,
    credential: { type: 'secret', read: () => SECRET },
    clock,
    transport,
    environment,
    ...given,
  })
  return {
    client,
    clock,
    transport,
    get: async (path, signal = new AbortController().signal) =>
      client.send({ audience: 'management', url: path, budget: 'management' }, signal),
    [Symbol.asyncDispose]: async () => transport.close(),
  }
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

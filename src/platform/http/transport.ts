import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { Agent, Pool, ProxyAgent, request, type Dispatcher } from 'undici'
import { CodedError } from '../errors.ts'
import { networkError } from './cloud-error.ts'
import { proxyChoice, withoutPassword } from './proxies.ts'

export interface TransportOptions {
  /** For all requests; without it HTTP_PROXY, HTTPS_PROXY and NO_PROXY are obeyed. */
  readonly proxy?: string
  /** File with further authorities, PEM. */
  readonly certificates?: string
  readonly environment: NodeJS.ProcessEnv
}

/** Of fetch, what asking for a token needs. What cannot be reached rejects with a CloudError. */
export type SmallFetch = (
  url: string,
  init: {
    readonly method: 'GET' | 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | null
  },
) => Promise<Response>

export interface RawAnswer {
  readonly statusCode: number
  header(name: string): string | null
  /** Ends early with an error when the connection breaks, or the body is shorter than it said. */
  readonly body: AsyncIterable<Uint8Array>
  text(limit: number): Promise<string>
  discard(): Promise<void>
}

interface RawRequest {
  readonly method: Dispatcher.HttpMethod
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly signal: AbortSignal
}

/** Connections to the outside: proxies, authorities, time-outs. Follows no redirect: a token goes where it was meant to. */
export interface Transport {
  /** Through which proxy an address is asked, without its password; null: none. */
  proxyOf(url: URL): string | null
  request(url: URL, options: RawRequest): Promise<RawAnswer>
  readonly fetch: SmallFetch
  /** For what the platform offers to this machine alone: no proxy knows it. */
  readonly fetchHere: SmallFetch
  close(): Promise<void>
}

const CONNECT_MS = 15_000
const HEADERS_MS = 120_000
/** Between two pieces of a body. */
const STALLED_MS = 60_000
/** An answer with a token is small. */
const TOKEN_BYTES = 1 << 20

export function openTransport({ proxy, certificates, environment }: TransportOptions): Transport {
  const ca = certificates === undefined ? undefined : authorities(certificates)
  const tls = ca === undefined ? {} : { ca }
  const common = {
    headersTimeout: HEADERS_MS,
    bodyTimeout: STALLED_MS,
    keepAliveTimeout: 30_000,
    connect: { timeout: CONNECT_MS, ...tls },
  }
  const choose = proxyChoice(proxy, environment)
  const direct = new Agent(common)
  const proxied = new Map<string, ProxyAgent>()
  const dispatcherOf = (url: URL): Dispatcher => {
    const uri = choose(url)
    if (uri === null) return direct
    let agent = proxied.get(uri)
    if (agent === undefined) {
      agent = new ProxyAgent({
        ...common,
        uri,
        requestTls: { timeout: CONNECT_MS, ...tls },
        proxyTls: { timeout: CONNECT_MS, ...tls },
        // A proxy that takes a request for a tunnel and says nothing.
        clientFactory: (origin, options) =>
          new Pool(origin, { ...options, headersTimeout: CONNECT_MS }),
      })
      proxied.set(uri, agent)
    }
    return agent
  }
  const proxyOf = (url: URL): string | null => {
    const uri = choose(url)
    return uri === null ? null : withoutPassword(uri)
  }
  return {
    proxyOf,
    request: async (url, options) => sent(url, options, dispatcherOf(url)),
    fetch: smallFetch(dispatcherOf, proxyOf),
    fetchHere: smallFetch(
      () => direct,
      () => null,
    ),
    async close() {
      await Promise.all([direct, ...proxied.values()].map(async (each) => each.close()))
    },
  }
}

function smallFetch(
  dispatcherOf: (url: URL) => Dispatcher,
  proxyOf: (url: URL) => string | null,
): SmallFetch {
  return async (address, { method, headers, body }) => {
    const url = new URL(address)
    try {
      const answer = await sent(url, { method, headers, body }, dispatcherOf(url))
      const text = await answer.text(TOKEN_BYTES)
      const type = answer.header('content-type')
      const hasBody = answer.statusCode !== 204 && answer.statusCode !== 304
      return new Response(hasBody ? text : null, {
        status: answer.statusCode,
        headers: type === null ? {} : { 'content-type': type },
      })
    } catch (error) {
      throw networkError(error, url.host, proxyOf(url))
    }
  }
}

async function sent(
  url: URL,
  options: Omit<RawRequest, 'signal'> & { readonly signal?: AbortSignal },
  dispatcher: Dispatcher,
): Promise<RawAnswer> {
  const { statusCode, headers, body } = await request(url, { ...options, dispatcher })
  return {
    statusCode,
    header: (name) => {
      const value = headers[name]
      return Array.isArray(value) ? (value[0] ?? null) : (value ?? null)
    },
    body,
    discard: async () => {
      await body.dump()
    },
    async text(limit) {
      const pieces: Uint8Array[] = []
      let size = 0
      for await (const piece of body) {
        pieces.push(piece)
        size += piece.length
        if (size > limit) break
      }
      return Buffer.concat(pieces).toString('utf8')
    },
  }
}

function authorities(file: string): string[] {
  try {
    const pem = readFileSync(file, 'utf8')
    const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    if (found.length === 0) throw new Error('it holds none')
    return [...rootCertificates, ...found.map((one) => new X509Certificate(one).toString())]
  } catch (error) {
    throw new CodedError(
      'CERTIFICATES_UNREADABLE',
      `The file ${file} holds no certificate authorities that can be read (PEM): check network.certificates`,
      { cause: error },
    )
  }
}

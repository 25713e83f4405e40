import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import {
  Agent,
  EnvHttpProxyAgent,
  fetch as undiciFetch,
  ProxyAgent,
  request,
  type Dispatcher,
} from 'undici'
import { CodedError } from '../errors.ts'

export interface TransportOptions {
  /** For all requests; without it HTTP_PROXY, HTTPS_PROXY and NO_PROXY are obeyed. */
  readonly proxy?: string
  /** File with further authorities, PEM. */
  readonly certificates?: string
  readonly environment: NodeJS.ProcessEnv
}

/** Of fetch, what asking for a token needs. */
export type SmallFetch = (
  url: string,
  init: {
    readonly method: string
    readonly headers: Record<string, string>
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

/** Connections to the outside: proxies, authorities, time-outs. Follows no redirect: a token goes where it was meant to. */
export interface Transport {
  readonly proxy: string | null
  request(
    url: URL,
    options: {
      readonly method: Dispatcher.HttpMethod
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | null
      readonly signal: AbortSignal
    },
  ): Promise<RawAnswer>
  readonly fetch: SmallFetch
  close(): Promise<void>
}

const CONNECT_MS = 15_000
const HEADERS_MS = 120_000
/** Between two pieces of a body. */
const STALLED_MS = 60_000

export function openTransport({ proxy, certificates, environment }: TransportOptions): Transport {
  const ca = certificates === undefined ? undefined : authorities(certificates)
  const connect = { timeout: CONNECT_MS, ...(ca === undefined ? {} : { ca }) }
  const common = {
    headersTimeout: HEADERS_MS,
    bodyTimeout: STALLED_MS,
    keepAliveTimeout: 30_000,
    connect,
  }
  const tls = ca === undefined ? {} : { requestTls: { ca }, proxyTls: { ca } }
  const fromEnvironment =
    environment['https_proxy'] ??
    environment['HTTPS_PROXY'] ??
    environment['http_proxy'] ??
    environment['HTTP_PROXY']
  const dispatcher: Dispatcher =
    proxy !== undefined
      ? new ProxyAgent({ uri: proxy, ...common, ...tls })
      : fromEnvironment !== undefined && fromEnvironment !== ''
        ? new EnvHttpProxyAgent({ ...common, ...tls })
        : new Agent(common)
  const used = proxy ?? (fromEnvironment === '' ? undefined : fromEnvironment)
  return {
    proxy: used === undefined ? null : withoutPassword(used),
    async request(url, { method, headers, body, signal }) {
      const answer = await request(url, { method, headers, body, signal, dispatcher })
      const header = (name: string): string | null => {
        const value = answer.headers[name]
        return Array.isArray(value) ? (value[0] ?? null) : (value ?? null)
      }
      return {
        statusCode: answer.statusCode,
        header,
        body: answer.body,
        discard: async () => {
          await answer.body.dump()
        },
        async text(limit) {
          let text = ''
          for await (const piece of answer.body) {
            text += Buffer.from(piece).toString('utf8')
            if (text.length > limit) break
          }
          return text
        },
      }
    },
    // Both are the fetch of the standard; their types differ in name.
    fetch: async (url, { method, headers, body }) => {
      const answer = await undiciFetch(url, {
        method,
        headers,
        body,
        redirect: 'manual',
        dispatcher,
      })
      return new Response(await answer.arrayBuffer(), {
        status: answer.status,
        headers: [...answer.headers],
      })
    },
    close: () => dispatcher.close(),
  }
}

function authorities(file: string): string[] {
  try {
    return [...rootCertificates, readFileSync(file, 'utf8')]
  } catch (error) {
    throw new CodedError(
      'CERTIFICATES_UNREADABLE',
      `The file ${file} with certificate authorities cannot be read: check network.certificates`,
      { cause: error },
    )
  }
}

function withoutPassword(proxy: string): string {
  try {
    const url = new URL(proxy)
    return `${url.protocol}//${url.host}`
  } catch {
    return 'in the environment'
  }
}

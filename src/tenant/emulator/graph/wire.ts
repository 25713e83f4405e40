// What a request to Graph is and what answers it, without a server: `$batch` and the tests ask in the same way.

export interface GraphRequest {
  readonly method: string
  readonly version: 'v1.0' | 'beta'
  /** Decoded segments behind the version. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  /** The body as JSON; null when there is none or it is not JSON. */
  readonly body: unknown
  /** Absolute address up to and with the version: what links that are served begin with. */
  readonly root: string
  /** Permissions in the caller's token. */
  readonly roles: ReadonlySet<string>
}

export interface GraphAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer> | null
  /** To be called once nobody reads the body any more; it need not be. */
  readonly sent?: () => void
}

/** Refuses a request as Graph does; becomes an error body. */
export class GraphRefusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export const JSON_TYPE =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'

export function jsonAnswer(status: number, body: unknown): GraphAnswer {
  return { status, headers: { 'content-type': JSON_TYPE }, body: JSON.stringify(body) }
}

/** The error body of every Graph interface; `requestId` is in its headers too. */
export function refusalAnswer(refusal: GraphRefusal, requestId: string, now: Date): GraphAnswer {
  const innerError = {
    date: now.toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': requestId,
  }
  const error = { code: refusal.code, message: refusal.message, innerError }
  return {
    status: refusal.status,
    headers: { 'content-type': 'application/json', ...refusal.headers },
    body: JSON.stringify({ error }),
  }
}

/** Throws what Graph answers to a token without any of these permissions. */
export function demandRole(request: GraphRequest, ...anyOf: readonly string[]): void {
  if (anyOf.some((role) => request.roles.has(role))) return
  throw new GraphRefusal(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  )
}

/** A property of a body that came over the wire. */
export function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.getOwnPropertyDescriptor(body, name)?.value
    : undefined
}

export function textField(body: unknown, name: string): string {
  const value = field(body, name)
  return typeof value === 'string' ? value : ''
}

// What every source speaks to Microsoft with. One client per tenant; it holds the tokens, the budgets and the rules.

/** The interfaces, by what a token is made out to. */
export type Audience = 'management' | 'graph' | 'app-insights'

export interface CloudRequest {
  readonly audience: Audience
  /** Absolute, or a path below the audience's root. Refused (HOST_NOT_TRUSTED) unless it is this cloud's: a token goes nowhere else. */
  readonly url: string | URL
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Throttling scope whose budget it takes from: `management`, `graph-teams`, `graph-audit` … */
  readonly budget: string
  /** Statuses besides 2xx that are answers, not failures. */
  readonly accept?: readonly number[]
}

export interface CloudResponse {
  readonly status: number
  /** Names compare without case. */
  header(name: string): string | null
  /** The body as it comes; rejects with CONNECTION_LOST when it breaks or ends before its length. Use one of these, once. */
  bytes(): AsyncIterable<Uint8Array>
  /** The whole body, at most `limit` bytes (default 64 MB): BODY_TOO_LARGE. */
  buffer(limit?: number): Promise<Buffer>
  /** The whole body as JSON; BODY_NOT_JSON. */
  json(limit?: number): Promise<unknown>
  /** Reads and forgets the rest, so that the connection can be used again. */
  discard(): Promise<void>
}

export type CloudErrorCode =
  | 'HOST_NOT_TRUSTED'
  | 'TOKEN_REFUSED'
  | 'PERMISSION_MISSING'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'REQUEST_REFUSED'
  | 'THROTTLED'
  | 'SERVICE_FAILED'
  | 'SERVICE_UNREACHABLE'
  | 'PROXY_FAILED'
  | 'CERTIFICATE_UNTRUSTED'
  | 'CONNECTION_LOST'
  | 'BODY_TOO_LARGE'
  | 'BODY_NOT_JSON'
  | 'CIRCUIT_OPEN'

export interface CloudClient {
  /**
   * Sends with a token, within the budget of its scope. Throttling (429, 503, or 403 with AF429), 5xx and broken
   * connections are tried again with jittered backoff and as Retry-After says; 401 once with a fresh token. What is left
   * throws a CloudError that keeps the status and Microsoft's own code.
   */
  send(request: CloudRequest, signal: AbortSignal): Promise<CloudResponse>
  /** The roles in the token for an audience, as Entra issued it. Throws TOKEN_REFUSED. */
  roles(audience: Audience, signal: AbortSignal): Promise<readonly string[]>
  /** Root of an audience: `https://manage.office.com`. Of an emulated tenant: below its own address. */
  root(audience: Audience): string
  /** True when a URL that was served (contentUri, nextLink) may be sent the token of that audience. */
  trusts(audience: Audience, url: string): boolean
  /** By how much Microsoft's clock is ahead of ours, as the last token says; null before the first. */
  readonly clockSkewMs?: () => number | null
  /** What was sent, waited and refused per throttling scope since the start. */
  usage(): readonly ScopeUsage[]
}

export interface ScopeUsage {
  readonly budget: string
  readonly requests: number
  readonly throttled: number
  readonly failed: number
  /** Milliseconds spent waiting for the budget or as told to. */
  readonly waitedMs: number
  /** Share of the budget in use over the last minute, 0 to 1. */
  readonly share: number
  readonly circuit: 'closed' | 'open' | 'half-open'
}

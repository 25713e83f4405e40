import type { Clock } from '../clock.ts'
import { CodedError } from '../errors.ts'
import { Budget } from './budget.ts'
import type {
  Audience,
  CloudClient,
  CloudRequest,
  CloudResponse,
  ScopeUsage,
} from './cloud-client.ts'
import { CloudError, isThrottled, networkError, refusalOf } from './cloud-error.ts'
import { cloudResponse } from './cloud-response.ts'
import { liesBelow, type Cloud } from './clouds.ts'
import type { Credential } from './credential.ts'
import { Tokens } from './tokens.ts'
import type { Transport } from './transport.ts'

export interface CloudClientOptions {
  readonly cloud: Cloud
  readonly tenantId: string
  readonly clientId: string
  readonly credential: Credential
  readonly clock: Clock
  readonly transport: Transport
  readonly environment: NodeJS.ProcessEnv
  /** Requests a minute and at once, by throttling scope; others get `DEFAULT_LIMITS`. */
  readonly limits?: Readonly<Record<string, Limits>>
}

interface Limits {
  readonly perMinute: number
  readonly atOnce: number
}

// Interface reference, sections a, d and e: 2,000 a minute of the Management API; Graph is given less than it allows.
const LIMITS: Readonly<Record<string, Limits>> = {
  management: { perMinute: 2_000, atOnce: 16 },
  'graph-teams': { perMinute: 1_200, atOnce: 8 },
  'graph-audit': { perMinute: 120, atOnce: 4 },
}
const DEFAULT_LIMITS: Limits = { perMinute: 600, atOnce: 8 }

const ATTEMPTS = 7
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 120_000
/** Whoever asks for more patience is asked again all the same; clocks may differ. */
const MOST_AFTER_MS = 60 * 60_000
/** An error's body is read this far. */
const TOLD_BYTES = 16_384

/** The one client of a tenant; see cloud-client.ts for what it owes. */
export function createCloudClient(options: CloudClientOptions): CloudClient {
  const { cloud, tenantId, clientId, credential, clock, transport, environment } = options
  const tokens = new Tokens({
    cloud,
    tenantId,
    clientId,
    credential,
    clock,
    fetch: transport.fetch,
    fetchHere: transport.fetchHere,
    environment,
  })
  const budgets = new Map<string, Budget>()
  const budgetOf = (name: string): Budget => {
    let budget = budgets.get(name)
    if (budget === undefined) {
      const { perMinute, atOnce } = options.limits?.[name] ?? LIMITS[name] ?? DEFAULT_LIMITS
      budgets.set(name, (budget = new Budget(name, clock, perMinute, atOnce)))
    }
    return budget
  }

  async function send(request: CloudRequest, signal: AbortSignal): Promise<CloudResponse> {
    const url = absolute(cloud.roots[request.audience], request.url)
    const budget = budgetOf(request.budget)
    const attempt: Attempt = { url, request, what: whatOf(url, request), budget, signal }
    let renewed = false
    for (let number = 1; ; number += 1) {
      const outcome = await once(attempt)
      if ('response' in outcome) return outcome.response
      const { error, afterMs, token } = outcome
      if (error.status === 401 && !renewed && error.code === 'TOKEN_REFUSED') {
        renewed = true
        tokens.forget(request.audience, token)
        continue
      }
      if (!error.isPassing || error.code === 'CIRCUIT_OPEN' || number >= ATTEMPTS) throw error
      // Never in step with others that were refused at the same moment.
      const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (number - 1))
      await clock.sleep(afterMs ?? full * (0.5 + Math.random() / 2), signal)
    }
  }

  async function once({ url, request, what, budget, signal }: Attempt): Promise<Tried> {
    const leave = await budget.enter(signal)
    let token = ''
    try {
      token = (await tokens.of(request.audience, signal)).value
      const body = request.json === undefined ? null : JSON.stringify(request.json)
      const answer = await transport.request(url, {
        method: request.method ?? 'GET',
        headers: {
          ...request.headers,
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body === null ? {} : { 'content-type': 'application/json' }),
        },
        body,
        signal,
      })
      const { statusCode: status } = answer
      if ((status >= 200 && status < 300) || request.accept?.includes(status) === true) {
        budget.succeeded()
        return { response: cloudResponse(answer, what, { leave, signal }) }
      }
      const text = await answer.text(TOLD_BYTES)
      const afterMs = retryAfter(answer.header('retry-after'), clock)
      if (isThrottled(status, text)) budget.throttled(afterMs)
      else if (status >= 500) budget.failed()
      else budget.succeeded()
      leave()
      return { error: refusalOf(status, text, what), afterMs, token }
    } catch (error) {
      leave()
      signal.throwIfAborted()
      if (error instanceof CloudError) return { error, afterMs: null, token }
      // A secret or certificate that cannot be read is nothing that the interface did.
      if (error instanceof CodedError) throw error
      budget.failed()
      return { error: networkError(error, url.host, transport.proxyOf(url)), afterMs: null, token }
    }
  }

  return {
    send,
    roles: async (audience, signal) => (await tokens.of(audience, signal)).roles,
    clockSkewMs: () => tokens.skewMs,
    root: (audience) => cloud.roots[audience],
    trusts: (audience, url) => liesBelow(cloud.roots[audience], url),
    usage: (): readonly ScopeUsage[] => [...budgets.values()].map((budget) => budget.usage()),
  }
}

function absolute(root: string, given: string | URL): URL {
  const text = String(given)
  const url = /^[a-z]+:/i.test(text) ? text : `${root}${text.startsWith('/') ? '' : '/'}${text}`
  if (liesBelow(root, url)) return new URL(url)
  throw new CloudError(
    'HOST_NOT_TRUSTED',
    `An address that was served does not lie on ${new URL(root).host}: no token is sent there`,
  )
}

interface Attempt {
  readonly url: URL
  readonly request: CloudRequest
  readonly what: string
  readonly budget: Budget
  readonly signal: AbortSignal
}

type Tried =
  | { readonly response: CloudResponse }
  | { readonly error: CloudError; readonly afterMs: number | null; readonly token: string }

/** What an error calls the request: method and path. Queries may hold tokens. */
function whatOf(url: URL, { method = 'GET', audience }: CloudRequest): string {
  const path = url.pathname.split('/').slice(-3).join('/')
  return `${audience satisfies Audience} ${method} …/${path.slice(0, 120)}`
}

/** Seconds, or a date. Null: it says nothing that could be followed. */
function retryAfter(header: string | null, clock: Clock): number | null {
  if (header === null) return null
  const text = header.trim()
  const ms = /^\d+(?:\.\d+)?$/.test(text)
    ? Number(text) * 1_000
    : Date.parse(text) - clock.now().getTime()
  return ms > 0 ? Math.min(ms, MOST_AFTER_MS) : null
}

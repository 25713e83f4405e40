import * as oidc from 'openid-client'
import { decodeJwt } from 'jose'
import type { Clock } from '../clock.ts'
import type { Audience } from './cloud-client.ts'
import { CloudError } from './cloud-error.ts'
import type { Cloud } from './clouds.ts'
import { clientAuth, type Credential } from './credential.ts'
import type { SmallFetch } from './transport.ts'
import { managedIdentityToken } from './managed-identity.ts'

export interface Token {
  readonly value: string
  /** Milliseconds since 1970, of the clock that is followed. */
  readonly expires: number
  readonly roles: readonly string[]
}

export interface TokenPorts {
  readonly cloud: Cloud
  readonly tenantId: string
  readonly clientId: string
  readonly credential: Credential
  readonly clock: Clock
  readonly fetch: SmallFetch
  /** For the identity of this machine. */
  readonly fetchHere: SmallFetch
  readonly environment: NodeJS.ProcessEnv
}

/** A token is renewed this long before it ends, or after this share of its life. */
const MARGIN_MS = 5 * 60_000
const LIVED = 0.8

/** Tokens by audience: each asked for once and kept until shortly before its end. */
export class Tokens {
  readonly #ports: TokenPorts
  readonly #held = new Map<Audience, Token>()
  readonly #asked = new Map<Audience, Promise<Token>>()

  /** Of the service that dated the last token. */
  skewMs: number | null = null

  constructor(ports: TokenPorts) {
    this.#ports = ports
  }

  /** Asked for once, however many wait for it; who does not want to wait any more does not. */
  async of(audience: Audience, signal: AbortSignal): Promise<Token> {
    signal.throwIfAborted()
    const held = this.#held.get(audience)
    if (held !== undefined && held.expires > this.#ports.clock.now().getTime()) return held
    let asked = this.#asked.get(audience)
    if (asked === undefined) {
      asked = this.#ask(audience).finally(() => this.#asked.delete(audience))
      this.#asked.set(audience, asked)
    }
    return unlessAborted(asked, signal)
  }

  /** The service refused it: the next one is asked for anew. */
  forget(audience: Audience, value: string): void {
    if (this.#held.get(audience)?.value === value) this.#held.delete(audience)
  }

  async #ask(audience: Audience): Promise<Token> {
    const { clock, credential, cloud } = this.#ports
    const asked = clock.now().getTime()
    const answer =
      credential.type === 'managed-identity'
        ? await managedIdentityToken(cloud.resources[audience], {
            ...this.#ports,
            fetch: this.#ports.fetchHere,
          })
        : await this.#grant(audience, credential)
    const life = answer.lifetimeSeconds * 1_000
    const token: Token = {
      value: answer.value,
      expires: asked + Math.max(life - MARGIN_MS, life * LIVED),
      roles: rolesOf(answer.value),
    }
    const dated = datedAt(answer.value)
    if (dated !== null) this.skewMs = dated - asked
    this.#held.set(audience, token)
    return token
  }

  async #grant(
    audience: Audience,
    credential: Exclude<Credential, { readonly type: 'managed-identity' }>,
  ): Promise<{ readonly value: string; readonly lifetimeSeconds: number }> {
    const { cloud, tenantId, clientId, clock, fetch } = this.#ports
    const issuer = `${cloud.login}/${tenantId}`
    const endpoint = `${issuer}/oauth2/v2.0/token`
    const config = new oidc.Configuration(
      { issuer: `${issuer}/v2.0`, token_endpoint: endpoint },
      clientId,
      // Assertions are dated by the clock that is followed.
      { [oidc.clockSkew]: Math.round((clock.now().getTime() - Date.now()) / 1_000) },
      await clientAuth(credential, endpoint),
    )
    config[oidc.customFetch] = async (url, { method, headers, body }) =>
      fetch(url, {
        method: method === 'GET' ? 'GET' : 'POST',
        headers,
        body: body instanceof URLSearchParams ? body.toString() : null,
      })
    if (cloud.login.startsWith('http:')) oidc.allowInsecureRequests(config)
    try {
      const scope = `${cloud.resources[audience]}/.default`
      const answer = await oidc.clientCredentialsGrant(config, { scope })
      return { value: answer.access_token, lifetimeSeconds: answer.expires_in ?? 3_600 }
    } catch (error) {
      throw tokenError(error, cloud, clientId)
    }
  }
}

/** What to do about the refusals of Entra that happen, by its own number. */
const FIXES: Readonly<Record<string, string>> = {
  AADSTS7000215:
    'the client secret is wrong: make a new one in the app registration, and use its value, not its id',
  AADSTS7000222: 'the client secret has expired: make a new one in the app registration',
  AADSTS700016: 'there is no such application in this tenant: check client.id and the tenant id',
  AADSTS90002: 'there is no such tenant in this cloud: check the tenant id and "cloud"',
  AADSTS500011: 'this cloud has no such resource: check "cloud"',
  AADSTS700027: 'the certificate is not registered with the application: upload it there',
  AADSTS700024: 'the assertion is out of its time: set the clock of this machine',
  AADSTS65001: 'nobody has consented: an administrator must grant admin consent',
}

function tokenError(error: unknown, cloud: Cloud, clientId: string): CloudError {
  if (error instanceof CloudError) return error
  if (error instanceof oidc.ResponseBodyError) {
    const told = error.error_description ?? ''
    const code = /AADSTS\d+/.exec(told)?.[0] ?? error.error
    if (error.status >= 500 || error.status === 429)
      return new CloudError(
        error.status === 429 ? 'THROTTLED' : 'SERVICE_FAILED',
        `Entra gives no token now (${code}): it is asked again`,
        { status: error.status, serviceCode: code, isPassing: true },
      )
    const fix = FIXES[code] ?? 'check client id, credential, tenant and cloud'
    return new CloudError(
      'TOKEN_REFUSED',
      `Entra refuses a token to application ${clientId} (${code}): ${fix}`,
      { status: error.status, serviceCode: code },
    )
  }
  if (error instanceof Error && error.cause instanceof CloudError) return error.cause
  return new CloudError(
    'SERVICE_UNREACHABLE',
    `What ${new URL(cloud.login).host} answers is no token: check the network, a proxy that asks for a sign-in, and "cloud"`,
    { cause: error, isPassing: true },
  )
}

async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const over = new AbortController()
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), {
      once: true,
      signal: over.signal,
    })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    over.abort()
  }
}

/** When the token was made out; Entra dates it a few minutes back at most. */
function datedAt(token: string): number | null {
  try {
    const { iat } = decodeJwt(token)
    return typeof iat === 'number' ? iat * 1_000 : null
  } catch {
    return null
  }
}

/** What the application may do, as the token says; a token that is no JWT says nothing. */
function rolesOf(token: string): readonly string[] {
  try {
    const { roles } = decodeJwt(token)
    return Array.isArray(roles) ? roles.map(String) : []
  } catch {
    return []
  }
}

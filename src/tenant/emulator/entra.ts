import { createPublicKey, hash, randomUUID, X509Certificate } from 'node:crypto'
import type { Context, Hono } from 'hono'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { audienceOf, claimsOf, type EmulatedAudience } from './access-token.ts'
import { mountDiscovery } from './discovery.ts'
import { CLOUD_HOSTS } from './hosts.ts'
import type { EmulatorModule, EmulatorPorts } from './module.ts'
import { TokenSigner } from './token-signer.ts'

const MINUTE = 60
const LIFETIME = 60 * MINUTE

/** By how much clocks may differ. */
const CLOCK_SECONDS = 5 * MINUTE
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Tokens of Entra, versions 1 and 2: for a secret or a certificate's assertion (interface reference k). */
export class Entra implements EmulatorModule {
  readonly name = 'entra'
  readonly clientId = '2f1d5a60-9b4e-4c52-8f0e-6a7d3c1b9e21'
  readonly secret: string
  readonly signer = new TokenSigner()
  /** Certificates that are registered, by SHA-256 and by SHA-1 of their DER, base64url. */
  readonly #certificates = new Map<string, X509Certificate>()

  constructor(seed: number) {
    this.secret = `emulated~${hash('sha256', `secret ${seed}`, 'base64url').slice(0, 32)}`
  }

  register(pem: string): void {
    const certificate = new X509Certificate(pem)
    for (const algorithm of ['sha256', 'sha1'])
      this.#certificates.set(hash(algorithm, certificate.raw, 'base64url'), certificate)
  }

  mount(app: Hono, ports: EmulatorPorts): void {
    const { hosts } = ports
    // What old documents call it.
    const former = hosts.login === 'login.microsoftonline.com' ? ['login.windows.net'] : []
    for (const login of [hosts.login, ...former]) {
      const path = `/${login}/:tenant/oauth2`
      app.post(`${path}/token`, async (c) => this.#token(c, ports, 1))
      app.post(`${path}/v2.0/token`, async (c) => this.#token(c, ports, 2))
    }
    mountDiscovery(app, ports, this.signer)
    // The login of another cloud answers too, and does not know the tenant.
    const others = new Set(Object.values(CLOUD_HOSTS).map(({ login }) => login))
    others.delete(hosts.login)
    for (const login of others)
      app.post(`/${login}/:tenant/*`, (c) => failed(c, ports, ...UNKNOWN_TENANT))
    app.post('/emulator/certificates', async (c) => {
      this.register(await c.req.text())
      return c.json({ registered: true })
    })
  }

  /** Null when the bearer may do this; else Microsoft's own refusal, to be worded by the surface. */
  async refusal(
    { world, hosts }: EmulatorPorts,
    header: string | undefined,
    audience: EmulatedAudience,
    role: string,
  ): Promise<'missing' | 'malformed' | 'expired' | 'audience' | 'role' | null> {
    const token = /^Bearer (\S+)$/i.exec(header ?? '')?.[1]
    if (token === undefined) return 'missing'
    const claims = await this.signer.claims(token)
    if (claims === null) return 'malformed'
    if (Number(claims['exp']) * 1_000 <= world.now()) return 'expired'
    if (audienceOf(String(claims['aud']), hosts, this.clientId) !== audience) return 'audience'
    const roles = Array.isArray(claims['roles']) ? claims['roles'] : []
    return roles.includes(role) ? null : 'role'
  }

  async #token(c: Context, ports: EmulatorPorts, version: 1 | 2): Promise<Response> {
    const { world, hosts, ledger } = ports
    const form = new URLSearchParams(await c.req.text())
    const fail = (...refused: Refusal) => failed(c, ports, ...refused)
    if (c.req.param('tenant') !== world.tenantId) return fail(...UNKNOWN_TENANT)
    const grant = form.get('grant_type')
    if (grant === null)
      return fail(
        'AADSTS900144',
        "The request body must contain the following parameter: 'grant_type'.",
        'invalid_request',
      )
    if (grant !== 'client_credentials')
      return fail(
        'AADSTS70003',
        `The app requested an unsupported grant type '${grant.slice(0, 40)}'.`,
        'unsupported_grant_type',
      )
    if (form.get('client_id') !== null && form.get('client_id') !== this.clientId)
      return fail(
        'AADSTS700016',
        'Application with this identifier was not found in the directory.',
        'unauthorized_client',
      )
    const refused = await this.#credentialRefused(form, ports, version)
    if (refused !== null) return fail(...refused)
    const asked = form.get(version === 1 ? 'resource' : 'scope') ?? ''
    if (version === 2 && !asked.endsWith('/.default'))
      return fail(
        'AADSTS1002012',
        `The provided value for scope ${asked.slice(0, 80)} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
        'invalid_scope',
      )
    const resource = asked.replace(/\/\.default$/, '')
    const audience = audienceOf(resource, hosts, this.clientId)
    if (audience === null)
      return fail(
        'AADSTS500011',
        `The resource principal named ${asked.slice(0, 80)} was not found in the tenant.`,
        'invalid_resource',
      )
    ledger.count('token', 200)
    const now = Math.floor(world.now() / 1_000)
    // An hour of the tenant's, and on a fast clock at least ten seconds of this machine's.
    const lifetime = Math.max(LIFETIME, Math.ceil(10 * world.options.rate))
    const token = await this.signer.signed(
      claimsOf({
        audience,
        resource,
        tenantId: world.tenantId,
        clientId: this.clientId,
        login: hosts.login,
        proof: form.get('client_assertion') === null ? 'secret' : 'certificate',
        withoutRoles: world.options.withoutRoles ?? new Set(),
        now,
        lifetime,
      }),
    )
    if (version === 2)
      return c.json({
        token_type: 'Bearer',
        expires_in: lifetime,
        ext_expires_in: lifetime,
        access_token: token,
      })
    // Version 1 writes numbers as strings.
    return c.json({
      token_type: 'Bearer',
      expires_in: String(lifetime),
      ext_expires_in: String(lifetime),
      expires_on: String(now + lifetime),
      not_before: String(now),
      resource: asked,
      access_token: token,
    })
  }

  async #credentialRefused(
    form: URLSearchParams,
    { world }: EmulatorPorts,
    version: 1 | 2,
  ): Promise<readonly [string, string] | null> {
    const assertion = form.get('client_assertion')
    if (assertion === null) {
      if (form.get('client_secret') === this.secret) return null
      return [
        'AADSTS7000215',
        'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
      ]
    }
    if (form.get('client_assertion_type') !== ASSERTION)
      return [
        'AADSTS7000216',
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
      ]
    try {
      const header = decodeProtectedHeader(assertion)
      // Older programs name it by SHA-1.
      const thumbprint = header['x5t#S256'] ?? header.x5t
      const certificate =
        typeof thumbprint === 'string' ? this.#certificates.get(thumbprint) : undefined
      if (certificate === undefined)
        return [
          'AADSTS700027',
          'The certificate with identifier used to sign the client assertion is not registered on application.',
        ]
      const { payload } = await compactVerify(
        assertion,
        createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })),
      )
      const claims: Readonly<Record<string, unknown>> = JSON.parse(Buffer.from(payload).toString())
      const isOwn = claims['iss'] === this.clientId && claims['sub'] === this.clientId
      const path = version === 1 ? '/oauth2/token' : '/oauth2/v2.0/token'
      if (!isOwn || !String(claims['aud']).endsWith(path))
        return ['AADSTS50027', 'JWT token is invalid or malformed.']
      const [from, until] = [Number(claims['nbf'] ?? 0), Number(claims['exp'])]
      const seconds = world.now() / 1_000
      if (from > seconds + CLOCK_SECONDS || !(until > seconds))
        return ['AADSTS700024', 'Client assertion is not within its valid time range.']
      return null
    } catch {
      return ['AADSTS50027', 'JWT token is invalid or malformed.']
    }
  }
}

type Refusal = readonly [code: string, message: string, error?: string]

const UNKNOWN_TENANT: Refusal = [
  'AADSTS90002',
  'Tenant was not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.',
  'invalid_request',
]

/** Refuses in the form of Entra; when it happened is said in tenant time. */
function failed(
  c: Context,
  { world, ledger, hosts }: EmulatorPorts,
  code: string,
  message: string,
  error = 'invalid_client',
): Response {
  const status = error === 'invalid_client' ? 401 : 400
  ledger.count('token', status)
  const number = Number(code.replace('AADSTS', ''))
  const trace = { trace_id: randomUUID(), correlation_id: randomUUID() }
  const timestamp = `${new Date(world.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const body = {
    error,
    error_description: `${code}: ${message} Trace ID: ${trace.trace_id} Correlation ID: ${trace.correlation_id} Timestamp: ${timestamp}`,
    error_codes: [number],
    timestamp,
    ...trace,
    error_uri: `https://${hosts.login}/error?code=${number}`,
  }
  return c.json(body, status)
}

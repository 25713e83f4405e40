import { createHash, createPublicKey, hash, randomUUID, X509Certificate } from 'node:crypto'
import type { Context, Hono } from 'hono'
import { compactVerify, decodeProtectedHeader, SignJWT } from 'jose'
import type { EmulatorModule, EmulatorPorts } from './module.ts'

const MINUTE = 60
const LIFETIME = 60 * MINUTE

/** Roles that an administrator has consented to, by audience. */
const ROLES = {
  management: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
  graph: [
    'AiEnterpriseInteraction.Read.All',
    'AuditLogsQuery.Read.All',
    'CopilotPackages.Read.All',
    'Reports.Read.All',
    'User.Read.All',
    'Sites.Read.All',
    'OnlineMeetings.Read.All',
    'Chat.ReadBasic.All',
    'Files.Read.All',
    'LicenseAssignment.Read.All',
  ],
  'app-insights': ['Data.Read'],
} as const
export type EmulatedAudience = keyof typeof ROLES

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Tokens of Entra, versions 1 and 2: for a secret or a certificate's assertion (interface reference k). */
export class Entra implements EmulatorModule {
  readonly name = 'entra'
  readonly clientId = '2f1d5a60-9b4e-4c52-8f0e-6a7d3c1b9e21'
  readonly secret: string
  readonly #key: Uint8Array
  /** Certificates that are registered, by SHA-256 of their DER, base64url. */
  readonly #certificates = new Map<string, X509Certificate>()

  constructor(seed: number) {
    this.secret = `emulated~${hash('sha256', `secret ${seed}`, 'base64url').slice(0, 32)}`
    this.#key = createHash('sha256').update(`signing ${seed}`).digest()
  }

  register(pem: string): void {
    const certificate = new X509Certificate(pem)
    this.#certificates.set(hash('sha256', certificate.raw, 'base64url'), certificate)
  }

  mount(app: Hono, ports: EmulatorPorts): void {
    const { hosts, world } = ports
    const path = `/${hosts.login}/:tenant/oauth2`
    app.post(`${path}/token`, async (c) => this.#token(c, ports, 1))
    app.post(`${path}/v2.0/token`, async (c) => this.#token(c, ports, 2))
    app.get(`/${hosts.login}/:tenant/v2.0/.well-known/openid-configuration`, (c) => {
      const root = `${ports.address()}/${hosts.login}/${world.tenantId}`
      return c.json({
        issuer: `${root}/v2.0`,
        token_endpoint: `${root}/oauth2/v2.0/token`,
        token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
        response_types_supported: ['code'],
        subject_types_supported: ['pairwise'],
        id_token_signing_alg_values_supported: ['RS256'],
        jwks_uri: `${root}/discovery/v2.0/keys`,
        authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
      })
    })
    app.post('/emulator/certificates', async (c) => {
      this.register(await c.req.text())
      return c.json({ registered: true })
    })
  }

  /** Null when the bearer may do this; else Microsoft's own refusal, to be worded by the surface. */
  async refusal(
    { world }: EmulatorPorts,
    header: string | undefined,
    audience: EmulatedAudience,
    role: string,
  ): Promise<'missing' | 'malformed' | 'expired' | 'audience' | 'role' | null> {
    const token = /^Bearer (\S+)$/i.exec(header ?? '')?.[1]
    if (token === undefined) return 'missing'
    let claims: Readonly<Record<string, unknown>>
    try {
      const { payload } = await compactVerify(token, this.#key)
      claims = JSON.parse(Buffer.from(payload).toString())
    } catch {
      return 'malformed'
    }
    if (Number(claims['exp']) * 1_000 <= world.now()) return 'expired'
    if (claims['audience'] !== audience) return 'audience'
    const roles = Array.isArray(claims['roles']) ? claims['roles'] : []
    return roles.includes(role) ? null : 'role'
  }

  async #token(c: Context, ports: EmulatorPorts, version: 1 | 2): Promise<Response> {
    const { world, hosts, ledger } = ports
    const form = new URLSearchParams(await c.req.text())
    const fail = (code: string, message: string, error = 'invalid_client') => {
      ledger.count('token', 401)
      const body = {
        error,
        error_description: `${code}: ${message} Trace ID: ${randomUUID()}`,
        error_codes: [Number(code.replace('AADSTS', ''))],
      }
      return c.json(body, error === 'invalid_client' ? 401 : 400)
    }
    if (c.req.param('tenant') !== world.tenantId)
      return fail(
        'AADSTS90002',
        'Tenant was not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.',
        'invalid_request',
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
    const audience = audienceOf(asked.replace(/\/\.default$/, '').replace(/\/$/, ''), hosts)
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
    const token = await new SignJWT({
      audience,
      roles: ROLES[audience],
      tid: world.tenantId,
      appid: this.clientId,
      idtyp: 'app',
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setAudience(asked)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + lifetime)
      .sign(this.#key)
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
      const thumbprint = header['x5t#S256']
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
      if (Number(claims['exp']) * 1_000 <= world.now())
        return ['AADSTS700024', 'Client assertion is not within its valid time range.']
      return null
    } catch {
      return ['AADSTS50027', 'JWT token is invalid or malformed.']
    }
  }
}

function audienceOf(resource: string, hosts: EmulatorPorts['hosts']): EmulatedAudience | null {
  const host = resource.split('/').at(-1) ?? ''
  if (host === hosts.management) return 'management'
  if (host === hosts.graph) return 'graph'
  return host === hosts.appInsights ? 'app-insights' : null
}

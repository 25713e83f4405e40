import { hash, randomBytes } from 'node:crypto'
import type { JWTPayload } from 'jose'
import type { CloudHosts } from './hosts.ts'

/** What tokens can be asked for: three of Microsoft's interfaces, and the application itself. */
export type EmulatedAudience = 'management' | 'graph' | 'app-insights' | 'own'

/** Application permissions that can be consented to, by audience. */
export const ROLES: Readonly<Record<EmulatedAudience, readonly string[]>> = {
  management: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
  graph: [
    'AiEnterpriseInteraction.Read.All',
    'AuditLogsQuery.Read.All',
    'CopilotPackages.Read.All',
    'Reports.Read.All',
    'User.Read.All',
    'Sites.Selected',
    'Sites.Read.All',
    'OnlineMeetings.Read.All',
    'Chat.ReadBasic.All',
    'Files.Read.All',
    'LicenseAssignment.Read.All',
  ],
  'app-insights': ['Data.Read'],
  own: [],
}

export interface TokenRequest {
  readonly audience: EmulatedAudience
  /** As it was asked for, without `/.default`. */
  readonly resource: string
  readonly tenantId: string
  readonly clientId: string
  readonly login: string
  /** How the application proved who it is. */
  readonly proof: 'secret' | 'certificate'
  /** Permissions that nobody has consented to. */
  readonly withoutRoles: ReadonlySet<string>
  /** Seconds since 1970, tenant time. */
  readonly now: number
  readonly lifetime: number
}

/**
 * The claims of an application's token. The resource decides which version it has, whatever endpoint is asked:
 * Microsoft's own take version 1, an application registered of late takes version 2.
 */
export function claimsOf(request: TokenRequest): JWTPayload {
  const { audience, resource, tenantId, clientId, login, proof, withoutRoles, now } = request
  const roles = ROLES[audience].filter((role) => !withoutRoles.has(role))
  // The object that stands for the application in this tenant.
  const principal = guidOf(`principal ${clientId} ${tenantId}`)
  const strength = proof === 'secret' ? '1' : '2'
  const common = {
    iat: now,
    nbf: now,
    exp: now + request.lifetime,
    aio: randomBytes(24).toString('base64'),
    idtyp: 'app',
    oid: principal,
    sub: principal,
    tid: tenantId,
    uti: randomBytes(16).toString('base64url'),
    rh: `1.${randomBytes(20).toString('base64url')}.`,
    // Without any consent the claim is not there at all.
    ...(roles.length === 0 ? {} : { roles }),
  }
  if (audience === 'own')
    return {
      aud: clientId,
      iss: `https://${login}/${tenantId}/v2.0`,
      ...common,
      azp: clientId,
      azpacr: strength,
      ver: '2.0',
    }
  const issuer = issuerOf(tenantId)
  return {
    aud: resource,
    iss: issuer,
    ...common,
    appid: clientId,
    appidacr: strength,
    idp: issuer,
    ver: '1.0',
  }
}

/** Of tokens of version 1, in every cloud. */
export const issuerOf = (tenantId: string): string => `https://sts.windows.net/${tenantId}/`

export function audienceOf(
  resource: string,
  hosts: CloudHosts,
  clientId: string,
): EmulatedAudience | null {
  const host = resource.replace(/\/$/, '').split('/').at(-1) ?? ''
  if (host === hosts.management) return 'management'
  if (host === hosts.graph) return 'graph'
  if (host === hosts.appInsights) return 'app-insights'
  return host === clientId ? 'own' : null
}

function guidOf(name: string): string {
  const hex = hash('sha256', name, 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

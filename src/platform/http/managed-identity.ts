import { CloudError } from './cloud-error.ts'
import type { SmallFetch } from './transport.ts'

interface IdentityPorts {
  readonly clientId: string
  readonly fetch: SmallFetch
  readonly environment: NodeJS.ProcessEnv
}

const METADATA_HOST = 'http://169.254.169.254'
const METADATA_PATH = '/metadata/identity/oauth2/token'

/**
 * A token for the identity of the machine: from App Service (IDENTITY_ENDPOINT) or the metadata service of a virtual
 * machine. It answers in the form of version 1, numbers as strings.
 */
export async function managedIdentityToken(
  resource: string,
  { clientId, fetch, environment }: IdentityPorts,
): Promise<{ readonly value: string; readonly lifetimeSeconds: number }> {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = environment
  const isService = endpoint !== undefined && header !== undefined
  // Where something else stands for the metadata service, as for a container, this variable says so to every Azure SDK.
  const host = environment['AZURE_POD_IDENTITY_AUTHORITY_HOST'] ?? METADATA_HOST
  const url = new URL(isService ? endpoint : `${host.replace(/\/+$/, '')}${METADATA_PATH}`)
  url.searchParams.set('api-version', isService ? '2019-08-01' : '2018-02-01')
  url.searchParams.set('resource', resource)
  if (clientId !== '') url.searchParams.set('client_id', clientId)
  let answer: Response
  try {
    answer = await fetch(url.href, {
      method: 'GET',
      body: null,
      headers: isService ? { 'X-IDENTITY-HEADER': header } : { Metadata: 'true' },
    })
  } catch (error) {
    throw failed('its endpoint does not answer', { cause: error, isPassing: true })
  }
  const body: unknown = await answer.json().catch(() => null)
  const token = tokenIn(body)
  if (answer.ok && token !== null) return token
  // The metadata service asks for patience by 404, 410, 429 and 5xx; it refuses by 400 and 403.
  throw failed(`HTTP ${answer.status}`, { isPassing: ![400, 401, 403].includes(answer.status) })
}

function failed(
  why: string,
  given: { readonly cause?: unknown; readonly isPassing: boolean },
): CloudError {
  return new CloudError(
    'TOKEN_REFUSED',
    `This machine has no managed identity that Daybook can use (${why}): assign one, or use a certificate`,
    given,
  )
}

/** Accepts both versions' answers: `"3599"` and 3599. */
function tokenIn(
  body: unknown,
): { readonly value: string; readonly lifetimeSeconds: number } | null {
  if (typeof body !== 'object' || body === null || !('access_token' in body)) return null
  const { access_token: value } = body
  const given = 'expires_in' in body ? Number(body.expires_in) : NaN
  if (typeof value !== 'string' || value === '') return null
  return { value, lifetimeSeconds: Number.isFinite(given) && given > 0 ? given : 3_600 }
}

import { CodedError } from '../errors.ts'
import type { CloudErrorCode } from './cloud-client.ts'

/** What a request came to that was not answered: Daybook's code, the status, and Microsoft's own code. */
export class CloudError extends CodedError<CloudErrorCode> {
  readonly status: number | null
  /** `AF20051`, `Forbidden`, `AADSTS7000215`; null when none was told. */
  readonly serviceCode: string | null
  /** Worth trying again, after a while. */
  readonly isPassing: boolean

  constructor(
    code: CloudErrorCode,
    message: string,
    given: {
      readonly status?: number
      readonly serviceCode?: string | null
      readonly isPassing?: boolean
      readonly cause?: unknown
    } = {},
  ) {
    super(code, message, given.cause === undefined ? {} : { cause: given.cause })
    this.status = given.status ?? null
    this.serviceCode = given.serviceCode ?? null
    this.isPassing = given.isPassing ?? false
  }
}

/** Microsoft's own code in an error's body: JSON, or the single-quoted text that throttling comes as. */
function serviceCodeOf(text: string): string | null {
  return /['"]code['"]\s*:\s*['"]([A-Za-z0-9_.-]{1,80})['"]/.exec(text)?.[1] ?? null
}

/** The message in an error's body, cut: it may name ids, never text of a record. */
function serviceMessageOf(text: string): string {
  const found = /"message"\s*:\s*"((?:[^"\\]|\\.){1,300})/.exec(text)?.[1] ?? ''
  return found.replaceAll(/\\./g, ' ')
}

/** Throttled whatever the status says: AF429 comes under 403 (surprises 10). */
export function isThrottled(status: number, text: string): boolean {
  return status === 429 || text.includes('AF429')
}

/** Turns an answer that is none into an error with cause and fix. `what`: the path without its query. */
export function refusalOf(status: number, text: string, what: string): CloudError {
  const serviceCode = serviceCodeOf(text)
  const told = [serviceCode, serviceMessageOf(text)].filter((one) => one !== null && one !== '')
  const says = told.length === 0 ? `HTTP ${status}` : told.join(': ')
  const given = { status, serviceCode }
  if (isThrottled(status, text))
    return new CloudError('THROTTLED', `Microsoft throttles ${what}: it is tried again later`, {
      ...given,
      isPassing: true,
    })
  if (status >= 500)
    return new CloudError(
      'SERVICE_FAILED',
      `Microsoft failed at ${what} (${says}): it is tried again`,
      {
        ...given,
        isPassing: true,
      },
    )
  if (serviceCode === 'AF10001')
    return new CloudError(
      'PERMISSION_MISSING',
      `The token for ${what} lacks ActivityFeed.Read: grant it to the application and give admin consent`,
      given,
    )
  if (status >= 300 && status < 400)
    return new CloudError(
      'REQUEST_REFUSED',
      `The answer to ${what} leads elsewhere (HTTP ${status}): no token is sent there. A proxy or portal that asks for a sign-in does that, check the network`,
      given,
    )
  if (status === 401)
    return new CloudError(
      'TOKEN_REFUSED',
      `Microsoft refuses the token for ${what} (${says}): check client id, credential, cloud and the clock of this machine`,
      given,
    )
  if (status === 403) return new CloudError('FORBIDDEN', `Not allowed: ${what} (${says})`, given)
  if (status === 404) return new CloudError('NOT_FOUND', `There is no ${what} (${says})`, given)
  return new CloudError('REQUEST_REFUSED', `Microsoft refuses ${what} (${says})`, given)
}

const NETWORK: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved: check DNS and the cloud in the configuration',
  EAI_AGAIN: 'its name cannot be resolved now: check DNS',
  ECONNREFUSED: 'nothing listens there: check the address, firewall and proxy',
  ETIMEDOUT: 'it does not answer: check firewall and proxy',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer: check firewall and proxy',
  UND_ERR_HEADERS_TIMEOUT: 'it takes the request and does not answer',
}

/** A connection that could not be made, or broke before an answer. */
export function networkError(error: unknown, host: string, proxy: string | null): CloudError {
  const code = codeIn(error)
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code))
    return new CloudError(
      'CERTIFICATE_UNTRUSTED',
      `The certificate of ${host} is not trusted (${code}): name your own authority with network.certificates if a proxy opens TLS`,
      { cause: error, isPassing: true },
    )
  if (proxy !== null && OF_THE_PROXY.test(code)) return proxyError(error, host, proxy, code)
  return new CloudError(
    'SERVICE_UNREACHABLE',
    `${host} cannot be reached (${code === '' ? 'connection lost' : code}): ${NETWORK[code] ?? 'it is tried again'}`,
    { cause: error, isPassing: true },
  )
}

// Behind a proxy nothing else is connected to.
const OF_THE_PROXY =
  /UND_ERR_PRX|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|UND_ERR_ABORTED/

function proxyError(error: unknown, host: string, proxy: string, code: string): CloudError {
  const refused = statusIn(error)
  const why =
    refused === '407'
      ? 'it asks for a name and a password (407): write both into the address of the proxy'
      : refused === null
        ? `${code}: nothing answers there. Check network.proxy, or HTTPS_PROXY where that is not set`
        : `it lets nobody through to ${host} (${refused}): have this host allowed`
  return new CloudError('PROXY_FAILED', `The proxy ${proxy} cannot be used: ${why}`, {
    cause: error,
    isPassing: true,
  })
}

/** What a proxy answered to the wish for a tunnel. */
function statusIn(error: unknown): string | null {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const found = /\((\d{3})\)/.exec(one.message)
    if (found !== null) return found[1] ?? null
  }
  return null
}

function codeIn(error: unknown): string {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    if ('code' in one && typeof one.code === 'string') return one.code
  }
  return ''
}

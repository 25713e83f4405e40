import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'hono'
import type { EmulatorPorts } from './module.ts'
import { NO_PUBLISHER, type PublisherPools } from './publisher-pools.ts'

// What every call of the Management Activity API goes through: tokens, tenant, throttling, windows, refusals.

const CONTENT_TYPES = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const
export type ContentType = (typeof CONTENT_TYPES)[number]

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const DAY_MS = 86_400_000
const SKEW_MS = 4 * 60_000

export async function guarded(
  c: Context,
  ports: EmulatorPorts,
  pools: PublisherPools | null,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const { world, entra } = ports
  const { faults } = world
  // What tells one request from another, for faults that strike.
  const key =
    faults.on.size === 0 ? '' : `${c.req.method} ${c.req.url.slice(ports.address().length)}`
  const tenant = c.req.param('tenant')
  const authorization = c.req.header('authorization')
  let refused = await entra.refusal(ports, authorization, 'management', 'ActivityFeed.Read')
  // It takes the other one besides.
  if (refused === null && c.req.query('contentType') === 'DLP.All')
    refused = await entra.refusal(ports, authorization, 'management', 'ActivityFeed.ReadDlp')
  if (refused === 'role')
    return refusal(
      c,
      ports,
      401,
      'AF10001',
      'The permission set (ActivityFeed.Read) sent in the request did not include the expected permission.',
    )
  if (refused !== null) return unauthorised(c, ports)
  if (faults.strikes('token-expiry', key, 0.05)) return unauthorised(c, ports)
  if (tenant === undefined || !GUID.test(tenant))
    return refusal(
      c,
      ports,
      400,
      'AF20013',
      `The tenant ID passed in the URL (${String(tenant)}) is not a valid GUID.`,
    )
  if (tenant.toLowerCase() !== world.tenantId)
    return refusal(
      c,
      ports,
      400,
      'AF20010',
      `The tenant ID passed in the URL (${tenant}) does not match the tenant ID passed in the access token (${world.tenantId}).`,
    )
  if (!GUID.test(publisherOf(c)))
    return refusal(
      c,
      ports,
      400,
      'AF20002',
      'Invalid parameter type: PublisherIdentifier. Expected type: guid',
    )
  if (pools?.take(publisherOf(c), world.now()) === false) return throttled(c, ports, 403)
  if (faults.strikes('throttled', key, 0.15, 2)) return throttled(c, ports, 429)
  if (faults.strikes('forbidden-storm', key, 0.1, 2)) return throttled(c, ports, 403)
  if (faults.strikes('server-errors', key, 0.08, 2))
    return refusal(
      c,
      ports,
      500,
      'AF50000',
      'An internal server error occurred. Retry the request.',
    )
  // Slow for whoever waits in this machine's time.
  if (faults.strikes('slow', key, 0.02)) await sleep(1_500)
  return answer()
}

/** The bounds of a listing, or Microsoft's refusal. */
export function spanOf(
  c: Context,
  ports: EmulatorPorts,
): { readonly from: number; readonly to: number } | Response {
  const [start, end] = [c.req.query('startTime'), c.req.query('endTime')]
  const { faults } = ports.world
  // Microsoft's clock need not be anybody else's.
  const now = ports.world.now() + (faults.isOn('clock-skew') ? SKEW_MS : 0)
  if (faults.isOn('clock-skew')) faults.strike('clock-skew')
  if ((start === undefined) !== (end === undefined))
    return refusal(
      c,
      ports,
      400,
      'AF20030',
      'Start time and end time must both be specified (or both omitted).',
    )
  if (start === undefined || end === undefined) return { from: now - DAY_MS, to: now }
  const [from, to] = [timeOf(start), timeOf(end)]
  if (from === null || to === null)
    return refusal(
      c,
      ports,
      400,
      'AF20002',
      'Invalid parameter type: startTime. Expected type: datetime',
    )
  if (from >= to || from < now - 7 * DAY_MS)
    return refusal(
      c,
      ports,
      400,
      'AF20055',
      'Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past and start time less than end time.',
    )
  return { from, to }
}

export function badType(c: Context, ports: EmulatorPorts): Response {
  const type = c.req.query('contentType')
  return type === undefined
    ? refusal(c, ports, 400, 'AF20001', 'Missing parameter: contentType.')
    : refusal(c, ports, 400, 'AF20020', `The content type ${type.slice(0, 40)} is not valid.`)
}

/** Where auditing is off: it talks of the tenant, and its code breaks off in the middle of a name. */
export function auditingOff(c: Context, ports: EmulatorPorts, type: ContentType): Response {
  const { world, entra } = ports
  const ids = `TenantId=${world.tenantId},ContentType=${type},ApplicationId=${entra.clientId},PublisherId=${publisherOf(c)}`
  ports.ledger.count('management start', 400)
  const error = {
    code: `StartSubscription [CorrId=${randomUUID()}][${ids}][AppId`,
    message: `${entra.clientId.slice(1)}] failed. Exception: Microsoft.Office.Compliance.Audit.DataServiceException: Tenant ${world.tenantId} does not exist.`,
  }
  return c.json({ error }, 400)
}

function unauthorised(c: Context, { ledger }: EmulatorPorts): Response {
  ledger.count('management', 401)
  return c.json({ Message: 'Authorization has been denied for this request.' }, 401)
}

/** Single quotes, no JSON: that is how it comes. */
function throttled(c: Context, { ledger }: EmulatorPorts, status: 403 | 429): Response {
  ledger.count('management', status)
  return c.body(
    `{'error':{'code':'AF429','message':'Too many requests. Method=${methodOf(c)}, PublisherId=${publisherOf(c)}'}}`,
    status,
  )
}

const publisherOf = (c: Context): string => c.req.query('PublisherIdentifier') ?? NO_PUBLISHER

/** What the service calls the request. */
function methodOf({ req }: Context): string {
  const call = req.path.split('/').at(-1) ?? ''
  return req.path.includes('/audit/') ? 'GetBlob' : (METHODS[call] ?? 'ListContent')
}

const METHODS: Readonly<Record<string, string>> = {
  start: 'StartSubscription',
  stop: 'StopSubscription',
  list: 'ListSubscriptions',
  notifications: 'ListNotifications',
}

export function refusal(
  c: Context,
  { ledger }: EmulatorPorts,
  status: 400 | 401 | 404 | 500,
  code: string,
  message: string,
): Response {
  ledger.count(`management ${code}`, status)
  return c.json({ error: { code, message } }, status)
}

export function contentTypeOf(c: Context): ContentType | null {
  const asked = c.req.query('contentType')
  return CONTENT_TYPES.find((type) => type === asked) ?? null
}

/** `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` or with seconds; UTC. */
function timeOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$/.test(text)) return null
  const at = Date.parse(`${text.replace(/Z$/, '')}${text.length === 10 ? 'T00:00:00' : ''}Z`)
  return Number.isNaN(at) ? null : at
}

import type { Hono } from 'hono'
import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { Feed, FeedDesk, FetchDesk, Notice, Outcome, Unit } from '../feed.ts'
import { readPages } from '../interaction-history.ts'
import { openContent } from './encrypted-content.ts'
import { readKeys, type Keys } from './keys.ts'
import { notificationReceiver, type ReceiverPorts } from './receiver.ts'
import {
  endSubscription,
  keepSubscribed,
  recover,
  unsubscribe,
  type SubscriptionPorts,
} from './subscriptions.ts'
import { announceSweep, peopleOf, TENANT_SCOPE, taskOf } from './units.ts'

export interface GraphNotificationsOptions {
  readonly client: CloudClient
  readonly tenantId: string
  /** Where Graph reaches the receiver from outside. */
  readonly url: string
  /** PEM; read when it is needed, so that a renewed certificate is taken up. */
  readonly certificate: () => string
  readonly key: () => string
  /** One subscription to the whole tenant, which takes all six Copilot plans; else one for each licensed person. */
  readonly wholeTenant: boolean
  /** Serves the receiver until the signal; absent: somebody else does. */
  readonly listen?: (receiver: Hono, signal: AbortSignal) => Promise<void>
}

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS
/** Graph tries for four hours to deliver; who was away for longer has missed something. */
const PATIENCE_MS = 4 * 60 * MINUTE_MS
const AT_ONCE = 6
const ROLE = 'AiEnterpriseInteraction.Read.All'

/** Prompts and answers minutes after they are written, by change notifications. Rules: interface reference, section d. */
export function graphNotifications(options: GraphNotificationsOptions): Feed & {
  readonly receiver: Hono
} {
  const { client, tenantId, wholeTenant, listen } = options
  let ports: ReceiverPorts | null = null
  let isListening = false
  const receiver = notificationReceiver(() => ports)
  const keysNow = (): Keys => readKeys(tenantId, options.certificate(), options.key())

  async function plan(desk: FeedDesk, signal: AbortSignal): Promise<void> {
    const keys = keysNow()
    ports = { desk, keys }
    noteExpiry(desk, keys)
    if (!isListening) await listen?.(receiver, signal)
    isListening = true
    const subscription = { client, keys, url: options.url }
    const scopes = wholeTenant ? [TENANT_SCOPE] : peopleOf(desk, TENANT_SCOPE)
    const now = desk.now().getTime()
    const last = desk.state('planned')
    if (typeof last === 'number' && now - last > PATIENCE_MS)
      for (const scope of scopes) recover(desk, scope, last - PATIENCE_MS, now)
    const certificate = desk.state('certificate')
    if (certificate !== null && certificate !== keys.certificateId)
      await inTurns(scopes, (scope) => endSubscription(subscription, desk, scope, signal))
    desk.saveState('certificate', keys.certificateId)
    await inTurns(scopes, (scope) => keep(subscription, desk, scope, signal))
    await dropOthers(subscription, desk, scopes, signal)
    desk.saveState('planned', now)
  }

  async function keep(
    subscription: SubscriptionPorts,
    desk: FeedDesk,
    scope: string,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await keepSubscribed(subscription, desk, scope, signal)
      desk.clearNotice('NOT_SUBSCRIBED', scope)
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      const roles = await client.roles('graph', signal)
      if (!roles.includes(ROLE))
        throw new CloudError('PERMISSION_MISSING', MISSING, { cause: error })
      if (error.code !== 'REQUEST_REFUSED' && error.code !== 'FORBIDDEN') throw error
      desk.notice({ code: 'NOT_SUBSCRIBED', subject: scope, message: fixOf(error, options.url) })
    }
  }

  async function fetch(unit: Unit, desk: FetchDesk, signal: AbortSignal): Promise<Outcome> {
    const task = taskOf(unit.body)
    if (task === null) return { state: 'refused', code: 'TASK_UNKNOWN' }
    if (task.type === 'sweep') {
      const { person, from, to } = task
      if (to > desk.now().getTime()) return { state: 'wait', until: new Date(to).toISOString() }
      try {
        await readPages({ client, beta: false, person, from, to }, desk, signal)
      } catch (error) {
        if (!(error instanceof CloudError)) throw error
        if (error.code === 'FORBIDDEN') return { state: 'refused', code: 'UNLICENSED' }
        if (error.code === 'NOT_FOUND') return { state: 'refused', code: 'NO_MAILBOX' }
        throw error
      }
      return { state: 'done' }
    }
    const { privateKey } = keysNow()
    const items = task.contents.map((content) => openContent(content, privateKey))
    const opened = items.filter((item) => item !== null)
    if (opened.length > 0)
      await desk.take({
        name: unit.key,
        shape: 'ai-interactions',
        context: { format: 'ai-interaction', custodian: task.person },
        bytes: listOf(opened),
      })
    // The key was changed since: the history still has them.
    if (opened.length < items.length) {
      const now = desk.now().getTime()
      announceSweep(desk, task.person, Date.parse(unit.span.from) - DAY_MS, now)
    }
    return { state: 'done' }
  }

  async function check(desk: FeedDesk, signal: AbortSignal): Promise<readonly Notice[]> {
    const found: Notice[] = []
    try {
      const notice = expiryOf(desk, keysNow())
      if (notice !== null) found.push(notice)
    } catch (error) {
      const message = error instanceof Error ? error.message : ''
      found.push({ code: 'CREDENTIAL_UNREADABLE', subject: 'graph-notifications', message })
    }
    const roles = await client.roles('graph', signal)
    if (!roles.includes(ROLE))
      found.push({ code: 'PERMISSION_MISSING', subject: 'graph-notifications', message: MISSING })
    return found
  }

  return {
    name: 'graph-notifications',
    permissions: [
      {
        role: ROLE,
        audience: 'graph',
        required: true,
        why: 'Without it nobody tells of new prompts and answers; graph-interactions still finds them',
      },
    ],
    everyMs: 5 * MINUTE_MS,
    concurrency: 4,
    plan,
    fetch,
    check,
    receiver,
  }
}

const MISSING = `The token for Graph lacks ${ROLE}: grant it to the application (application permission) and give admin consent`

function fixOf(error: CloudError, url: string): string {
  if (/validation/i.test(error.message))
    return `Graph cannot reach ${url}: let it in from the internet over https, and answer POST there within 10 seconds`
  return `Graph makes no subscription (${error.serviceCode ?? error.status}): a subscription to the tenant takes all six Copilot plans; without them set graph-notifications.whole-tenant to false`
}

/** Whoever is no longer to be told of. */
async function dropOthers(
  subscription: SubscriptionPorts,
  desk: FeedDesk,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const before = desk.state('scopes')
  const wanted = new Set(scopes)
  const others = Array.isArray(before)
    ? before.flatMap((one: unknown) => (typeof one === 'string' && !wanted.has(one) ? [one] : []))
    : []
  await inTurns(others, (scope) => unsubscribe(subscription, desk, scope, signal))
  if (others.length > 0 || !Array.isArray(before) || before.length !== scopes.length)
    desk.saveState('scopes', scopes)
}

function noteExpiry(desk: FeedDesk, keys: Keys): void {
  const notice = expiryOf(desk, keys)
  if (notice === null) desk.clearNotice('CERTIFICATE_ENDING', 'graph-notifications')
  else desk.notice(notice)
}

function expiryOf(desk: FeedDesk, { expiresAt }: Keys): Notice | null {
  if (expiresAt.getTime() - desk.now().getTime() > 30 * DAY_MS) return null
  return {
    code: 'CERTIFICATE_ENDING',
    subject: 'graph-notifications',
    message: `The certificate for notifications ends on ${expiresAt.toISOString().slice(0, 10)}: put a new one and its key in place of the files that the configuration names`,
  }
}

/** Records as they were encrypted, one behind the other. */
async function* listOf(items: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  for (const [at, item] of items.entries()) {
    yield Buffer.from(at === 0 ? '[' : ',')
    yield item
  }
  yield await Promise.resolve(Buffer.from(']'))
}

async function inTurns<T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const one of rest) await each(one)
    }),
  )
}

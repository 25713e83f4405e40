import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { Feed, FeedDesk, FetchDesk, Notice, Outcome, Unit } from '../feed.ts'
import { checkSubscriptions } from './check.ts'
import { listContent } from './list-content.ts'
import { Subscriptions } from './subscriptions.ts'
import { Webhook, type WebhookOptions } from './webhook.ts'
import { BUDGET, feedRoot, withPublisher, type ContentType } from './wire.ts'

export interface ManagementActivityOptions {
  readonly client: CloudClient
  readonly tenantId: string
  /** Whose share of the throttling pool is used; named in every call. */
  readonly publisher: string
  readonly contentTypes: readonly ContentType[]
  /** Microsoft calls when there is something new; without it polling finds the same, later. */
  readonly webhook?: WebhookOptions
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Content that appears out of order was created up to an hour before. */
const RECENT_MS = 2 * HOUR_MS
/** Microsoft refuses a window that begins more than seven days ago; its clock need not be ours. */
const OLDEST_MS = 7 * DAY_MS - 10 * 60_000

/**
 * Audit records from the Office 365 Management Activity API: subscribes and stays subscribed, lists by contentCreated
 * with an overlap in each cycle, and streams blobs. Rules: interface reference, section a.
 */
export function managementActivity(options: ManagementActivityOptions): Feed {
  const { client, publisher, contentTypes, tenantId } = options
  const subscriptions = new Subscriptions(options)
  const webhook =
    options.webhook === undefined
      ? null
      : new Webhook(options.webhook, options, async (contentType, desk, signal) => {
          // The listing decides what there is; cursors are those of planning.
          const now = desk.now().getTime()
          desk.announce(await listContent(options, contentType, now - RECENT_MS, now, signal))
        })

  async function plan(desk: FeedDesk, signal: AbortSignal): Promise<void> {
    if (webhook !== null) subscriptions.webhook = await webhook.open(desk, signal)
    await subscriptions.keep(desk, signal)
    const failures: unknown[] = []
    for (const contentType of contentTypes) {
      signal.throwIfAborted()
      try {
        await planType(contentType, desk, signal)
      } catch (error) {
        signal.throwIfAborted()
        // A type that fails must not keep the others from being listed.
        const code = error instanceof CloudError ? error.serviceCode : null
        if (code === 'AF20022' || code === 'AF20023')
          await subscriptions.restart(contentType, code === 'AF20023', desk, signal)
        else failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  async function planType(
    contentType: ContentType,
    desk: FeedDesk,
    signal: AbortSignal,
  ): Promise<void> {
    // Whole seconds, as the API takes them: a window of less than one would begin where it ends, and be refused.
    const now = Math.floor(desk.now().getTime() / 1_000) * 1_000
    // Everything that can still be had, the first time and after an outage; then the look-back.
    const upTo = Number(desk.state(`listed ${contentType}`) ?? 0)
    const oldest = now - OLDEST_MS
    const from = Math.max(oldest, Math.min(upTo === 0 ? oldest : upTo, now - desk.lookBackMs))
    // Oldest first: what expires next is known first. Windows end on whole hours, so that they are the same every time.
    for (let start = from; start < now;) {
      const end = Math.min(now, Math.floor(start / HOUR_MS) * HOUR_MS + DAY_MS)
      desk.announce(await listContent(options, contentType, start, end, signal))
      start = end
    }
    // Of a process that was killed after it had started the subscription again.
    subscriptions.nameLoss(contentType, desk)
    desk.saveState(`listed ${contentType}`, now)
    desk.clearNotice('SUBSCRIPTION_DISABLED', contentType)
  }

  async function fetch(unit: Unit, desk: FetchDesk, signal: AbortSignal): Promise<Outcome> {
    const { body } = unit
    if (body === null) return { state: 'lost', code: 'SUBSCRIPTION_DISABLED' }
    const uri = typeof body === 'string' ? body : ''
    if (unit.expiresAt !== null && Date.parse(unit.expiresAt) <= desk.now().getTime())
      return { state: 'lost', code: 'CONTENT_EXPIRED' }
    try {
      const answer = await client.send(
        { audience: 'management', url: withPublisher(uri, publisher), budget: BUDGET },
        signal,
      )
      const { faults } = await desk.take({
        name: `${unit.scope}/${unit.key}`,
        shape: 'management-blob',
        context: { format: 'audit' },
        bytes: answer.bytes(),
      })
      const broken = faults.find(({ code }) => code === 'FILE_TRUNCATED' || code === 'FILE_BROKEN')
      if (broken !== undefined)
        throw new CloudError(
          'CONNECTION_LOST',
          `The content ${unit.key} ended within a record: it is fetched again`,
          { isPassing: true },
        )
      return { state: 'done' }
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      if (error.serviceCode === 'AF20051') return { state: 'lost', code: 'CONTENT_EXPIRED' }
      if (error.serviceCode === 'AF20050' || error.code === 'NOT_FOUND')
        return { state: 'lost', code: 'CONTENT_UNKNOWN' }
      throw error
    }
  }

  return {
    name: 'management-activity',
    permissions: [
      {
        role: 'ActivityFeed.Read',
        audience: 'management',
        required: true,
        why: 'Without it no audit record is collected',
      },
      ...(contentTypes.includes('DLP.All')
        ? [
            {
              role: 'ActivityFeed.ReadDlp',
              audience: 'management' as const,
              required: false,
              why: 'Without it the content type DLP.All is not collected',
            },
          ]
        : []),
    ],
    everyMs: null,
    concurrency: 16,
    plan,
    fetch,
    check: async (_desk, signal): Promise<readonly Notice[]> =>
      checkSubscriptions(options, feedRoot(client, tenantId), signal),
  }
}

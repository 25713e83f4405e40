import { CloudError } from '../../platform/http/cloud-error.ts'
import type { FeedDesk } from '../feed.ts'
import type { ManagementActivityOptions } from './feed.ts'
import { BUDGET, feedRoot, subscriptionItems, withPublisher, type ContentType } from './wire.ts'

const MINUTE_MS = 60_000
/** Microsoft asks for this pause between two starts of one type. */
const BETWEEN_STARTS_MS = 15 * MINUTE_MS
/** How often the list of subscriptions is looked at, when nothing else gives a reason. */
const LOOK_MS = 60 * MINUTE_MS

/** Subscribes to content types and sees to it that they stay subscribed. Never stops one: content made meanwhile is lost. */
export class Subscriptions {
  readonly #options: ManagementActivityOptions

  constructor(options: ManagementActivityOptions) {
    this.#options = options
  }

  /** Starts what is not enabled. Cheap: asks once an hour. */
  async keep(desk: FeedDesk, signal: AbortSignal): Promise<void> {
    const { client, tenantId, publisher, contentTypes } = this.#options
    const now = desk.now().getTime()
    const looked = Number(desk.state('subscriptions') ?? 0)
    if (now - looked < LOOK_MS && looked <= now) return
    const url = withPublisher(`${feedRoot(client, tenantId)}/subscriptions/list`, publisher)
    const answer = await client.send({ audience: 'management', url, budget: BUDGET }, signal)
    const enabled = new Set(
      subscriptionItems(await answer.json())
        .filter(({ isEnabled }) => isEnabled)
        .map(({ contentType }) => contentType),
    )
    for (const contentType of contentTypes)
      if (!enabled.has(contentType)) await this.start(contentType, desk, signal)
    desk.saveState('subscriptions', now)
  }

  /** An administrator or the service has disabled it: an alarm, and a new start. */
  async restart(contentType: ContentType, desk: FeedDesk, signal: AbortSignal): Promise<void> {
    desk.notice({
      code: 'SUBSCRIPTION_DISABLED',
      subject: contentType,
      message: `Somebody disabled the subscription to ${contentType}: it is started again; what was created meanwhile may be lost, ask who did it`,
    })
    await this.start(contentType, desk, signal)
  }

  async start(contentType: ContentType, desk: FeedDesk, signal: AbortSignal): Promise<void> {
    const now = desk.now().getTime()
    const key = `started ${contentType}`
    const last = Number(desk.state(key) ?? 0)
    if (last > 0 && now - last < BETWEEN_STARTS_MS && now >= last) return
    const { client, tenantId, publisher } = this.#options
    const root = feedRoot(client, tenantId)
    const url = withPublisher(`${root}/subscriptions/start?contentType=${contentType}`, publisher)
    try {
      const answer = await client.send(
        { audience: 'management', url, method: 'POST', budget: BUDGET },
        signal,
      )
      await answer.discard()
    } catch (error) {
      // "Already enabled" is what was wanted.
      if (!(error instanceof CloudError) || error.serviceCode !== 'AF20024') {
        if (error instanceof CloudError && error.code === 'REQUEST_REFUSED')
          desk.notice({
            code: 'SUBSCRIPTION_REFUSED',
            subject: contentType,
            message: `${error.message}. Where Microsoft says that the tenant does not exist, auditing is off: turn it on in Purview, then wait up to twelve hours`,
          })
        throw error
      }
    }
    desk.clearNotice('SUBSCRIPTION_REFUSED', contentType)
    desk.saveState(key, now)
  }
}

import { CloudError } from '../../platform/http/cloud-error.ts'
import type { FeedDesk } from '../feed.ts'
import type { ManagementActivityOptions } from './feed.ts'
import {
  BUDGET,
  feedRoot,
  subscriptionItems,
  withPublisher,
  type ContentType,
  type WebhookItem,
} from './wire.ts'

const MINUTE_MS = 60_000
/** Microsoft asks for this pause between two starts of one type. */
const BETWEEN_STARTS_MS = 15 * MINUTE_MS
/** What Microsoft answers when a webhook does not: not there, not https, or not in time. */
const NOT_VALIDATED = 'AF20021'
/** How often the list of subscriptions is looked at, when nothing else gives a reason. */
const LOOK_MS = 60 * MINUTE_MS

/** Subscribes to content types and sees to it that they stay subscribed. Never stops one: content made meanwhile is lost. */
export class Subscriptions {
  readonly #options: ManagementActivityOptions
  /** What is to be called when there is something new; null: nobody. */
  webhook: WebhookItem | null = null
  /** What was looked after last, by this process. */
  #told: WebhookItem | null = null

  constructor(options: ManagementActivityOptions) {
    this.#options = options
  }

  /** Starts what is not enabled. Cheap: asks once an hour. */
  async keep(desk: FeedDesk, signal: AbortSignal): Promise<void> {
    const { client, tenantId, publisher, contentTypes } = this.#options
    const now = desk.now().getTime()
    const looked = Number(desk.state('subscriptions') ?? 0)
    const isKnown = this.webhook === null || isSame(this.webhook, this.#told)
    if (isKnown && now - looked < LOOK_MS && looked <= now) return
    const url = withPublisher(`${feedRoot(client, tenantId)}/subscriptions/list`, publisher)
    const answer = await client.send({ audience: 'management', url, budget: BUDGET }, signal)
    const items = subscriptionItems(await answer.json())
    for (const contentType of contentTypes) {
      const item = items.find((one) => one.contentType === contentType)
      if (item?.isEnabled !== true) await this.start(contentType, desk, signal)
      else if (this.webhook !== null && !isSame(this.webhook, item.webhook))
        await this.#callUs(contentType, desk, signal)
    }
    this.#told = this.webhook
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
    try {
      // A start without a webhook takes the webhook away: with one, it is named each time.
      if (this.webhook === null || !(await this.#callUs(contentType, desk, signal)))
        await this.#send(contentType, null, signal)
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
  /** Has Microsoft call the webhook. False: it could not be reached from there; what is subscribed stays as it was. */
  async #callUs(contentType: ContentType, desk: FeedDesk, signal: AbortSignal): Promise<boolean> {
    const { webhook } = this
    if (webhook === null) return false
    try {
      await this.#send(contentType, webhook, signal)
    } catch (error) {
      if (!(error instanceof CloudError) || error.serviceCode !== NOT_VALIDATED) throw error
      desk.notice({
        code: 'WEBHOOK_UNREACHABLE',
        subject: contentType,
        message: `Microsoft cannot reach ${webhook.address} (${NOT_VALIDATED}): let it in from the internet over https with a public certificate, and pass the header Webhook-AuthID on. Audit content is found by polling meanwhile; it is tried again within the hour`,
      })
      return false
    }
    desk.clearNotice('WEBHOOK_UNREACHABLE', contentType)
    return true
  }

  async #send(
    contentType: ContentType,
    webhook: WebhookItem | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, tenantId, publisher } = this.#options
    const root = feedRoot(client, tenantId)
    const url = withPublisher(`${root}/subscriptions/start?contentType=${contentType}`, publisher)
    const answer = await client.send(
      {
        audience: 'management',
        url,
        method: 'POST',
        budget: BUDGET,
        ...(webhook === null ? {} : { json: { webhook: { ...webhook, expiration: '' } } }),
      },
      signal,
    )
    await answer.discard()
  }
}

const isSame = (one: WebhookItem, other: WebhookItem | null): boolean =>
  one.address === other?.address && one.authId === other.authId

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
/** Nothing that is older can be had anyway. */
const LONGEST_MS = 7 * 24 * 60 * MINUTE_MS
/** Microsoft asks for this pause between two starts of one type. */
const BETWEEN_STARTS_MS = 15 * MINUTE_MS
const ENABLED = 'AF20024'
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
      if (item?.isEnabled !== true)
        await this.restart(contentType, item !== undefined, desk, signal)
      else if (this.webhook !== null && !isSame(this.webhook, item.webhook))
        await this.#callUs(contentType, desk, signal)
    }
    this.#told = this.webhook
    desk.saveState('subscriptions', now)
  }

  /**
   * Starts what is not enabled. If it was once, somebody has disabled it: an alarm, and what was created meanwhile is
   * lost, since Microsoft does not list it after the start either. `isOff`: Microsoft says so; else there is none.
   */
  async restart(
    contentType: ContentType,
    isOff: boolean,
    desk: FeedDesk,
    signal: AbortSignal,
  ): Promise<void> {
    const since = this.#openSince(contentType, isOff, desk)
    if (since > 0) {
      desk.notice({
        code: 'SUBSCRIPTION_DISABLED',
        subject: contentType,
        message: `Somebody disabled the subscription to ${contentType}: it is started again; what was created meanwhile is lost, ask who did it and fill those hours with audit-query`,
      })
      // Before the start: whoever is killed between the two has to remember.
      if (desk.state(closedKey(contentType)) === null) desk.saveState(closedKey(contentType), since)
    }
    if (await this.start(contentType, desk, signal)) this.nameLoss(contentType, desk)
  }

  /** Since when what was created may be lost; 0: it was never subscribed to. */
  #openSince(contentType: ContentType, isOff: boolean, desk: FeedDesk): number {
    // A listing may never have come to its end, and a process may be killed before it can note that it has started it.
    const known = desk.state(`listed ${contentType}`) ?? desk.state(`started ${contentType}`)
    if (known !== null) return Number(known)
    return isOff ? desk.now().getTime() - LONGEST_MS : 0
  }

  /** Announces what nobody can list: of the time from the last listing until the subscription was on again. */
  nameLoss(contentType: ContentType, desk: FeedDesk): void {
    const since = desk.state(closedKey(contentType))
    if (typeof since !== 'number') return
    const span = { from: new Date(since).toISOString(), to: desk.now().toISOString() }
    const unit = {
      key: `${contentType} disabled ${span.from}`,
      scope: contentType,
      span,
      availableAt: span.from,
      // Told before all else is fetched.
      expiresAt: span.to,
      body: null,
    }
    desk.announce({ scope: contentType, span, pages: 1, complete: true, units: [unit] })
    desk.saveState(closedKey(contentType), null)
  }

  /** False: it was begun a moment ago, and Microsoft asks for a pause. */
  async start(contentType: ContentType, desk: FeedDesk, signal: AbortSignal): Promise<boolean> {
    const now = desk.now().getTime()
    const key = `started ${contentType}`
    const last = Number(desk.state(key) ?? 0)
    if (last > 0 && now - last < BETWEEN_STARTS_MS && now >= last) return false
    try {
      // A start without a webhook takes the webhook away: with one, it is named each time.
      if (this.webhook === null || !(await this.#callUs(contentType, desk, signal)))
        await this.#send(contentType, null, signal)
    } catch (error) {
      // "Already enabled" is what was wanted.
      if (!(error instanceof CloudError) || error.serviceCode !== ENABLED) {
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
    return true
  }

  /** Has Microsoft call the webhook. False: it could not be reached from there; what is subscribed stays as it was. */
  async #callUs(contentType: ContentType, desk: FeedDesk, signal: AbortSignal): Promise<boolean> {
    const { webhook } = this
    if (webhook === null) return false
    try {
      await this.#send(contentType, webhook, signal)
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      // "Already enabled, no change": Microsoft knows it.
      if (error.serviceCode !== ENABLED) {
        const why =
          error.serviceCode === NOT_VALIDATED
            ? `Microsoft cannot reach ${webhook.address} (${NOT_VALIDATED}): let it in from the internet over https with a public certificate, and pass its headers on`
            : error.message
        desk.notice({
          code: 'WEBHOOK_UNREACHABLE',
          subject: contentType,
          message: `${why}. Audit content is found by polling meanwhile; it is tried again within the hour`,
        })
        return false
      }
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

const closedKey = (contentType: ContentType): string => `closed ${contentType}`

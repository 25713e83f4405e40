// Change notifications: what became available since the last look is sent to whoever subscribed to it.
import type { GraphDesk } from './desk.ts'
import { encryptContent } from './encrypted-content.ts'
import { bytesOf } from './mailbox-file.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'
import type { MailboxItem } from './tenant-view.ts'
import { textField } from './wire.ts'

const BATCH = 50
const TRIES = 3
/** Of a subscription's lifetime; then it is asked to authorise again. */
const REMIND_BEFORE_MS = 30 * 60_000

/** True when the subscriber took it (2xx). */
export type Post = (url: string, body: unknown) => Promise<boolean>

/** Signs a token that says for which application a notification is. */
export type SignValidation = (applicationId: string) => Promise<string>

interface Change {
  readonly personId: string
  readonly item: MailboxItem
  readonly type: 'created' | 'updated' | 'deleted'
}

export class Notifications {
  private readonly desk: GraphDesk
  private readonly subscriptions: Subscriptions
  private readonly post: Post
  private readonly sign: SignValidation
  private lookedMs: number

  constructor(desk: GraphDesk, subscriptions: Subscriptions, post: Post, sign: SignValidation) {
    this.desk = desk
    this.subscriptions = subscriptions
    this.post = post
    this.sign = sign
    this.lookedMs = desk.view.now().getTime()
  }

  /** Sends everything that came since the last call. Costs nothing while nobody subscribes. */
  async tick(): Promise<void> {
    const from = this.lookedMs
    const now = this.desk.view.now().getTime()
    this.lookedMs = now
    this.subscriptions.dropExpired()
    const all = [...this.subscriptions.all.values()]
    if (all.length === 0) return
    await Promise.all(all.map((one) => this.tellLifecycle(one, now)))
    const changes: Change[] = [
      ...[...this.desk.view.arrived(from, now)].map((one) => ({
        ...one,
        type: changeOf(one.item),
      })),
      ...[...this.desk.view.removed(from, now)].map((one) => ({
        ...one,
        type: 'deleted' as const,
      })),
    ]
    const sendings = all.map(async (one) => {
      const due = changes.filter((change) => concerns(one, change))
      for (let n = 0; n < due.length; n += BATCH)
        // oxlint-disable-next-line no-await-in-loop -- in order, and one at a time for each subscriber
        await this.send(one, due.slice(n, n + BATCH))
    })
    await Promise.all(sendings)
  }

  private async send(to: Subscription, changes: readonly Change[]): Promise<void> {
    const [first] = changes
    const missed = this.desk.strikes(
      'notification-missed',
      `${first?.item.id} ${first?.item.version}`,
    )
    if (missed) return this.lifecycle(to, 'missed')
    const validationTokens = to.certificate === null ? [] : [await this.sign(to.applicationId)]
    const value = changes.map((change) => notificationOf(to, change, this.desk.view.tenantId))
    const body = { value, ...(validationTokens.length === 0 ? {} : { validationTokens }) }
    for (let tried = 0; tried < TRIES; tried++) {
      // oxlint-disable-next-line no-await-in-loop -- tries of the same sending
      if (!(await this.post(to.notificationUrl, body))) continue
      this.desk.served('graph notifications', changes.length)
      return undefined
    }
    return this.lifecycle(to, 'missed')
  }

  private async tellLifecycle(to: Subscription, now: number): Promise<void> {
    const person = to.personId === null ? null : this.desk.view.person(to.personId)
    if (person !== null && !person.licensed) {
      this.subscriptions.all.delete(to.id)
      await this.lifecycle(to, 'subscriptionRemoved')
    } else if (to.expiresMs - now < REMIND_BEFORE_MS && to.remindedOf !== to.expiresMs) {
      to.remindedOf = to.expiresMs
      await this.lifecycle(to, 'reauthorizationRequired')
    }
  }

  private async lifecycle(to: Subscription, lifecycleEvent: string): Promise<void> {
    if (to.lifecycleNotificationUrl === null) return
    const value = [
      {
        lifecycleEvent,
        subscriptionId: to.id,
        resource: to.resource,
        clientState: to.clientState,
        organizationId: this.desk.view.tenantId,
        subscriptionExpirationDateTime: new Date(to.expiresMs).toISOString(),
      },
    ]
    for (let tried = 0; tried < TRIES; tried++)
      // oxlint-disable-next-line no-await-in-loop -- tries of the same sending
      if (await this.post(to.lifecycleNotificationUrl, { value })) return
  }
}

function concerns(to: Subscription, { personId, item, type }: Change): boolean {
  if (to.personId !== null && to.personId !== personId) return false
  if (!to.changeTypes.includes(type)) return false
  if (to.filter === null) return true
  const { property, equal, value } = to.filter
  if (property.toLowerCase() === 'appclass')
    return (item.appClass === value.toLowerCase()) === equal
  const body: unknown = JSON.parse(bytesOf(item.lies).toString())
  return (textField(body, property) === value) === equal
}

const changeOf = (item: MailboxItem): 'created' | 'updated' =>
  item.version > 1 ? 'updated' : 'created'

function notificationOf(to: Subscription, { item, type }: Change, tenantId: string) {
  const resource = `copilot/interactionHistory/interactions('${item.id}')`
  const { certificate } = to
  return {
    subscriptionId: to.id,
    changeType: type,
    clientState: to.clientState,
    subscriptionExpirationDateTime: new Date(to.expiresMs).toISOString(),
    resource,
    resourceData: {
      id: item.id,
      '@odata.type': '#Microsoft.Graph.aiInteraction',
      '@odata.id': resource,
    },
    // Of what is gone only the id is told.
    ...(certificate === null || type === 'deleted'
      ? {}
      : { encryptedContent: encryptContent(bytesOf(item.lies), certificate.read, certificate.id) }),
    tenantId,
  }
}

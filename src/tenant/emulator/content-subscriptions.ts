import type { Context } from 'hono'
import {
  auditingOff,
  badType,
  contentTypeOf,
  refusal,
  type ContentType,
} from './management-guard.ts'
import type { EmulatorPorts } from './module.ts'
import { readWebhook, shownWebhook, type Webhook } from './webhooks.ts'

const HOUR_MS = 3_600_000
/** After somebody could notice. A machine that takes hours of the tenant's for a start loses no more than a fast one. */
const LONGEST_LOSS_MS = HOUR_MS / 2

export interface Subscription {
  /** `disabled`: by an administrator or the service; `stopped`: by its own application. */
  state: 'enabled' | 'stopped' | 'disabled'
  webhook: Webhook | null
  /** Content that is created before this moment is never listed. */
  since: number
  /** When its content was listed last, or when it began. */
  listedAt: number
}

/** Who subscribed to which content; started, stopped and looked at as Microsoft lets it be. */
export class ContentSubscriptions {
  readonly #byType = new Map<ContentType, Subscription>()
  #disabledOnce = false
  #listings = 0

  /** As it is now; undefined: nobody ever started it. */
  of(type: ContentType, ports: EmulatorPorts): Subscription | undefined {
    this.#settle(ports, type)
    return this.#byType.get(type)
  }

  webhooks(): (readonly [ContentType, Webhook])[] {
    return [...this.#byType].flatMap(([type, { state, webhook }]) =>
      state === 'enabled' && webhook !== null ? [[type, webhook] as const] : [],
    )
  }

  start(c: Context, ports: EmulatorPorts): Response | Promise<Response> {
    const type = contentTypeOf(c)
    if (type === null) return badType(c, ports)
    this.#settle(ports, type)
    const known = this.#byType.get(type)
    return this.#withBody(c, ports, (webhook) => {
      if (ports.world.options.auditing === false) return auditingOff(c, ports, type)
      if (known?.state === 'enabled' && webhook === null && known.webhook === null)
        return refusal(
          c,
          ports,
          400,
          'AF20024',
          'The subscription is already enabled. No property change.',
        )
      const startedAt = ports.world.now()
      ports.world.closures.open(type, startedAt)
      // After its own application has stopped it, a subscription begins anew.
      const since = known?.state === 'stopped' ? startedAt : (known?.since ?? -Infinity)
      this.#byType.set(type, { state: 'enabled', webhook, since, listedAt: startedAt })
      ports.ledger.count('management start', 200)
      return c.json({
        contentType: type,
        status: 'enabled',
        webhook: webhook === null ? null : shownWebhook(webhook, ports.world.now()),
      })
    })
  }

  async #withBody(
    c: Context,
    ports: EmulatorPorts,
    done: (webhook: Webhook | null) => Response,
  ): Promise<Response> {
    const webhook = await readWebhook(await c.req.text(), ports.world.now())
    switch (webhook) {
      case 'malformed':
        return refusal(c, ports, 400, 'AF20002', 'Invalid parameter type: webhook.')
      case 'expired':
        return refusal(c, ports, 400, 'AF20003', 'The webhook expiration date is in the past.')
      case 'not-validated':
        return refusal(c, ports, 400, 'AF20021', 'The webhook endpoint could not be validated.')
      case null:
      default:
        return done(webhook)
    }
  }

  stop(c: Context, ports: EmulatorPorts): Response {
    const type = contentTypeOf(c)
    if (type === null) return badType(c, ports)
    const known = this.#byType.get(type)
    if (known?.state === 'enabled') {
      known.state = 'stopped'
      ports.world.closures.close(type, ports.world.now())
    }
    ports.ledger.count('management stop', 200)
    return c.body(null, 200)
  }

  list(c: Context, ports: EmulatorPorts): Response {
    this.#listings += 1
    for (const type of this.#byType.keys()) this.#settle(ports, type)
    return c.json(
      [...this.#byType].map(([contentType, { state, webhook }], at) => ({
        contentType,
        // Seen in answers of Microsoft's: an item without status. Here each is without it now and then.
        ...(state === 'enabled' && (at + this.#listings) % 3 === 0
          ? {}
          : { status: state === 'enabled' ? 'enabled' : 'disabled' }),
        webhook: webhook === null ? null : shownWebhook(webhook, ports.world.now()),
      })),
    )
  }

  /**
   * An administrator turns the subscription off, once: whoever asks next finds it so, and some content was created
   * meanwhile that nobody can list any more.
   */
  #settle({ world }: EmulatorPorts, type: ContentType): void {
    const { faults, options, closures } = world
    const subscription = this.#byType.get(type)
    if (!faults.isOn('subscription-disabled') || this.#disabledOnce) return
    if (type !== 'Audit.General' || subscription?.state !== 'enabled') return
    const usual = options.start.getTime() + Math.max(HOUR_MS, 12_000 * options.rate)
    const from = Math.max(usual, subscription.listedAt)
    const now = world.now()
    if (now <= from) return
    const fresh = world.listed(type, from, now)
    // At night there may be nothing for hours.
    if (fresh.length === 0 && now - from < 2 * HOUR_MS) return
    this.#disabledOnce = true
    subscription.state = 'disabled'
    closures.close(type, fresh.at(-1)?.created ?? now, now + LONGEST_LOSS_MS)
    faults.strike('subscription-disabled')
  }
}

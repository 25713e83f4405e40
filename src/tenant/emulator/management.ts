import type { Context, Hono } from 'hono'
import { BUFFER_BYTES } from './buffers.ts'
import type { Blob } from './blobs.ts'
import { ContentSubscriptions, type Subscription } from './content-subscriptions.ts'
import {
  badType,
  contentTypeOf,
  guarded,
  refusal,
  spanOf,
  type ContentType,
} from './management-guard.ts'
import type { EmulatorModule, EmulatorPorts } from './module.ts'
import { PublisherPools } from './publisher-pools.ts'
import { spoiled, wholeBody } from './spoiled-body.ts'
import { sensitiveTypes } from './sensitive-types.ts'
import { WebhookSender } from './webhooks.ts'

// The Office 365 Management Activity API as it is, odd parts included (interface reference a).

const DAY_MS = 86_400_000
const PAGE = 20
const SMALL_PAGE = 8
const ROUND_MS = 250

export class Management implements EmulatorModule {
  readonly name = 'management'
  readonly #subscriptions = new ContentSubscriptions()
  #isSending = false
  #timer: NodeJS.Timeout | undefined

  mount(app: Hono, ports: EmulatorPorts): void {
    const { hosts, world } = ports
    const { requestsPerMinute } = world.options
    const pools = requestsPerMinute === undefined ? null : new PublisherPools(requestsPerMinute)
    const sender = new WebhookSender(ports, (blob) => this.#item(ports, blob))
    this.#timer = setInterval(() => void this.#round(sender), ROUND_MS)
    this.#timer.unref()
    // The documentation's own sample of a next page shows `/api/v1/`.
    for (const version of ['v1.0', 'v1']) {
      const root = `/${hosts.management}/api/${version}/:tenant/activity/feed`
      app.post(`${root}/subscriptions/start`, (c) =>
        guarded(c, ports, pools, () => this.#subscriptions.start(c, ports)),
      )
      app.post(`${root}/subscriptions/stop`, (c) =>
        guarded(c, ports, pools, () => this.#subscriptions.stop(c, ports)),
      )
      app.get(`${root}/subscriptions/list`, (c) =>
        guarded(c, ports, pools, () => this.#subscriptions.list(c, ports)),
      )
      app.get(`${root}/subscriptions/content`, (c) =>
        guarded(c, ports, pools, () => this.#content(c, ports)),
      )
      app.get(`${root}/subscriptions/notifications`, (c) =>
        guarded(c, ports, pools, () => this.#notifications(c, ports, sender)),
      )
      app.get(`${root}/audit/:id{.+}`, (c) => guarded(c, ports, pools, () => this.#blob(c, ports)))
      app.get(`${root}/resources/dlpSensitiveTypes`, (c) =>
        guarded(c, ports, pools, () => sensitiveTypes(c, ports)),
      )
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #round(sender: WebhookSender): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    try {
      await sender.round(this.#subscriptions.webhooks())
    } catch (error) {
      // A round that was under way when the tenant ended finds its files closed.
      if (this.#timer !== undefined) throw error
    } finally {
      this.#isSending = false
    }
  }

  #content(c: Context, ports: EmulatorPorts): Response {
    const { world, ledger } = ports
    const { faults } = world
    const type = contentTypeOf(c)
    if (type === null) return badType(c, ports)
    const subscription = this.#enabled(c, ports, type)
    if (subscription instanceof Response) return subscription
    const span = spanOf(c, ports)
    if (span instanceof Response) return span
    const offset = offsetOf(c)
    if (offset === null) return refusal(c, ports, 400, 'AF20031', 'Invalid nextPage Input.')
    // Of the whole listing: whoever begins it anew some times gets through, however many pages it has.
    const key = `${type} ${Math.floor(span.from / DAY_MS)}`
    if (offset > 0 && faults.strikes('expired-links', key, 0.5, 2))
      return refusal(c, ports, 400, 'AF20031', 'Invalid nextPage Input: the token has expired.')
    // More than a day is answered in part instead of being refused.
    const to = Math.min(span.to, span.from + DAY_MS)
    subscription.listedAt = world.now()
    const all = world
      .listed(type, span.from, to)
      .filter(({ created }) => created >= subscription.since)
    const size = faults.isOn('small-pages') ? SMALL_PAGE : PAGE
    const page = all.slice(offset, offset + size)
    if (page.length > 0 && faults.isOn('small-pages')) faults.strike('small-pages')
    const next = offset + size
    if (next < all.length) {
      const loops = faults.strikes('page-loops', key, 0.5)
      c.header('NextPageUri', nextPage(c, ports, 'content', loops ? offset : next))
    }
    for (const { expires, appears } of page) if (expires < appears) faults.strike('expired-blobs')
    ledger.count('management content', 200)
    return c.json(page.map((blob) => this.#item(ports, blob)))
  }

  #enabled(c: Context, ports: EmulatorPorts, type: ContentType): Subscription | Response {
    const subscription = this.#subscriptions.of(type, ports)
    if (subscription?.state === 'enabled') return subscription
    return subscription?.state === 'disabled'
      ? refusal(c, ports, 400, 'AF20023', 'The subscription was disabled by a tenant admin.')
      : refusal(
          c,
          ports,
          400,
          'AF20022',
          `No subscription found for the specified content type: ${type}.`,
        )
  }

  /** What webhooks were told, by when the content was created. */
  #notifications(c: Context, ports: EmulatorPorts, sender: WebhookSender): Response {
    const type = contentTypeOf(c)
    if (type === null) return badType(c, ports)
    const subscription = this.#enabled(c, ports, type)
    if (subscription instanceof Response) return subscription
    const span = spanOf(c, ports)
    if (span instanceof Response) return span
    const offset = offsetOf(c)
    if (offset === null) return refusal(c, ports, 400, 'AF20031', 'Invalid nextPage Input.')
    const all = sender.notified.filter(
      ({ blob }) =>
        blob.contentType === type && blob.created >= span.from && blob.created < span.to,
    )
    if (offset + PAGE < all.length)
      c.header('NextPageUri', nextPage(c, ports, 'notifications', offset + PAGE))
    ports.ledger.count('management notifications', 200)
    return c.json(
      all.slice(offset, offset + PAGE).map(({ blob, at, status }) => ({
        ...this.#item(ports, blob),
        notificationSent: new Date(at).toISOString(),
        notificationStatus: status,
      })),
    )
  }

  #item({ address, hosts, world }: EmulatorPorts, blob: Blob): object {
    const root = `${address()}/${hosts.management}/api/v1.0/${world.tenantId}/activity/feed`
    return {
      contentType: blob.contentType,
      contentId: blob.id,
      contentUri: `${root}/audit/${blob.id}`,
      contentCreated: new Date(blob.created).toISOString(),
      contentExpiration: new Date(blob.expires).toISOString(),
    }
  }

  #blob(c: Context, ports: EmulatorPorts): Response {
    const { world, ledger } = ports
    const id = decodeURIComponent(
      c.req.path.slice(c.req.path.indexOf('/audit/') + '/audit/'.length),
    )
    const found = world.blob(id)
    if (found === null) {
      return /^[0-9a-z$_.]+$/i.test(id)
        ? refusal(c, ports, 404, 'AF20050', `The specified content (${id}) does not exist.`)
        : refusal(
            c,
            ports,
            400,
            'AF20052',
            `Content ID (${id.slice(0, 60)}) in the URL is invalid.`,
          )
    }
    const { blob } = found
    if (blob.expires <= world.now()) {
      return refusal(
        c,
        ports,
        400,
        'AF20051',
        `Content requested with the key ${id} has already expired. Content older than 7 days cannot be retrieved.`,
      )
    }
    ledger.count('management blob', 200)
    const harm = world.faults.strikes('resets', id, 0.06)
      ? 'reset'
      : world.faults.strikes('truncated', id, 0.06)
        ? 'cut'
        : null
    if (harm === null) {
      for (const fault of blob.faults) world.faults.strike(fault)
      if (blob.fillings === 0 && blob.length <= BUFFER_BYTES) {
        const { buffer, free } = ports.buffers.take(blob.length)
        return wholeBody(c, found.read(buffer), free)
      }
    }
    return spoiled(c, found.bytes(), blob.length, harm)
  }
}

/** Of the first item of a page; null for a token that was not issued here. */
function offsetOf(c: Context): number | null {
  const offset = Number(Buffer.from(c.req.query('nextPage') ?? '', 'base64url').toString() || 0)
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : null
}

/** The path says `v1`, as the documentation's own sample does, and the publisher is left out. */
function nextPage(
  c: Context,
  { address, hosts, world }: EmulatorPorts,
  call: 'content' | 'notifications',
  offset: number,
): string {
  const query = new URLSearchParams(new URL(c.req.url).searchParams)
  query.delete('PublisherIdentifier')
  query.set('nextPage', Buffer.from(String(offset)).toString('base64url'))
  return `${address()}/${hosts.management}/api/v1/${world.tenantId}/activity/feed/subscriptions/${call}?${query.toString()}`
}

// Webhooks of the Management Activity API: an address is asked to answer a code, then told of each new content.
import { randomUUID } from 'node:crypto'
import type { Blob } from './blobs.ts'
import type { ContentType } from './event-day.ts'
import type { EmulatorPorts } from './module.ts'

const PATIENCE_MS = 10_000
/** Contents in one notification, at most. */
const BATCH = 10
/** Tries in a row that fail; then the webhook is disabled, and its subscription goes on. */
const PATIENT_TRIES = 5
const REMEMBERED = 10_000
const MINUTE_MS = 60_000

export interface Webhook {
  readonly address: string
  readonly authId: string
  readonly expiration: string | null
  failures: number
}

/** What was said of a content, and whether the address took it. */
export interface Notified {
  readonly blob: Blob
  readonly at: number
  status: 'success' | 'failed'
}

export type WebhookRefusal = 'malformed' | 'expired' | 'not-validated'

/** Null: the body has none. Asks the address, which has to be on this machine. */
export async function readWebhook(
  text: string,
  now: number,
): Promise<Webhook | WebhookRefusal | null> {
  if (text.trim() === '') return null
  let asked: unknown
  try {
    asked = JSON.parse(text)
  } catch {
    return 'malformed'
  }
  const hook = field(asked, 'webhook')
  if (hook === undefined || hook === null) return null
  const address = field(hook, 'address')
  const authId = field(hook, 'authId')
  const expiration = field(hook, 'expiration')
  const webhook: Webhook = {
    address: typeof address === 'string' ? address : '',
    authId: typeof authId === 'string' ? authId : '',
    expiration: typeof expiration === 'string' && expiration !== '' ? expiration : null,
    failures: 0,
  }
  if (webhook.expiration !== null && !(Date.parse(webhook.expiration) > now)) return 'expired'
  const code = randomUUID()
  const body = { validationCode: code }
  return (await posted(webhook, body, { 'Webhook-ValidationCode': code }))
    ? webhook
    : 'not-validated'
}

/** As `subscriptions/list` shows it. */
export function shownWebhook({ address, authId, expiration, failures }: Webhook, now: number) {
  const isExpired = expiration !== null && Date.parse(expiration) <= now
  const status = isExpired ? 'expired' : failures >= PATIENT_TRIES ? 'disabled' : 'enabled'
  return { status, address, authId, expiration }
}

interface Again {
  readonly blobs: readonly Blob[]
  readonly tries: number
  readonly due: number
}

/** Tells the addresses of enabled subscriptions of what a listing shows since the last round. */
export class WebhookSender {
  readonly notified: Notified[] = []
  readonly #ports: EmulatorPorts
  readonly #item: (blob: Blob) => object
  /** What an address did not take, and when it is told again. */
  readonly #again = new WeakMap<Webhook, Again[]>()
  #lookedAt: number

  constructor(ports: EmulatorPorts, item: (blob: Blob) => object) {
    this.#ports = ports
    this.#item = item
    this.#lookedAt = ports.world.now()
  }

  async round(webhooks: Iterable<readonly [ContentType, Webhook]>): Promise<void> {
    const { world } = this.#ports
    const [from, to] = [this.#lookedAt, world.now()]
    this.#lookedAt = to
    for (const [type, webhook] of webhooks) {
      if (shownWebhook(webhook, to).status !== 'enabled') continue
      const again = this.#again.get(webhook) ?? []
      this.#again.set(
        webhook,
        again.filter(({ due }) => due > to),
      )
      for (const { blobs, tries } of again.filter(({ due }) => due <= to))
        // oxlint-disable-next-line no-await-in-loop -- an address is told one thing at a time
        await this.#tell(webhook, blobs, tries)
      // What comes out of order was created up to an hour before it appears.
      const fresh = world
        .listed(type, from - 3_600_000, to)
        .filter(({ appears }) => appears > from && appears <= to)
      for (let n = 0; n < fresh.length; n += BATCH)
        // oxlint-disable-next-line no-await-in-loop -- an address is told one thing at a time
        await this.#tell(webhook, fresh.slice(n, n + BATCH), 0)
    }
  }

  async #tell(webhook: Webhook, blobs: readonly Blob[], tries: number): Promise<void> {
    const { world, entra, ledger } = this.#ports
    const ids = { tenantId: world.tenantId, clientId: entra.clientId }
    const isTaken = await posted(
      webhook,
      blobs.map((blob) => ({ ...ids, ...this.#item(blob) })),
    )
    webhook.failures = isTaken ? 0 : webhook.failures + 1
    if (!isTaken)
      this.#again
        .get(webhook)
        ?.push({ blobs, tries: tries + 1, due: world.now() + MINUTE_MS * 2 ** tries })
    const status = isTaken ? 'success' : 'failed'
    ledger.count('management webhook', isTaken ? 200 : 500)
    for (const blob of blobs) this.notified.push({ blob, at: world.now(), status })
    this.notified.splice(0, this.notified.length - REMEMBERED)
  }
}

async function posted(
  { address, authId }: Webhook,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) return false
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authId === '' ? {} : { 'Webhook-AuthID': authId }),
        ...headers,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'error',
    })
    await answer.body?.cancel()
    return answer.status === 200
  } catch {
    return false
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}

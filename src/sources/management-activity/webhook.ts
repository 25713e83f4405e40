import type { Hono } from 'hono'
import { CodedError } from '../../platform/errors.ts'
import type { FeedDesk } from '../feed.ts'
import { webhookReceiver } from './webhook-receiver.ts'
import type { ContentType, WebhookItem } from './wire.ts'

export interface WebhookOptions {
  /** Where Microsoft calls: https, reachable from the internet. */
  readonly address: string
  /** What Microsoft says each time it calls. Read when it is needed. */
  readonly authId: () => string
  /** Serves the receiver until the signal. */
  readonly listen: (receiver: Hono, signal: AbortSignal) => Promise<void>
}

interface Planned {
  readonly desk: FeedDesk
  readonly signal: AbortSignal
}

/** Several notifications of one moment are one look; looks are so far apart, whoever calls and however often. */
const GATHER_MS = 1_000
const REST_MS = 5_000
/** What could be guessed. */
const SHORTEST_AUTH_ID = 16
const REFUSED_EVERY_MS = 60_000

/** Calls of the Management Activity API: each has the collector list what was created of late, and nothing else. */
export class Webhook {
  readonly receiver: Hono
  readonly #options: WebhookOptions
  readonly #list: (type: ContentType, desk: FeedDesk, signal: AbortSignal) => Promise<void>
  readonly #news = new Set<ContentType>()
  #planned: Planned | null = null
  #isListening = false
  #isLooking = false
  #refused = 0
  #refusedToldAt = -Infinity

  constructor(
    options: WebhookOptions,
    { tenantId, contentTypes }: { tenantId: string; contentTypes: readonly ContentType[] },
    list: (type: ContentType, desk: FeedDesk, signal: AbortSignal) => Promise<void>,
  ) {
    this.#options = options
    this.#list = list
    this.receiver = webhookReceiver({
      tenantId: tenantId.toLowerCase(),
      contentTypes,
      authId: () => (this.#planned === null ? null : this.#authId()),
      onNews: (types) => {
        for (const type of types) this.#news.add(type)
        void this.#look()
      },
      onRefused: () => this.#tellRefused(),
    })
  }

  /**
   * Sees to it that somebody answers. What Microsoft is to be told of it; null: nothing, because it cannot be served.
   * The listing finds everything without it, so it is an operator's notice, never a failure.
   */
  async open(desk: FeedDesk, signal: AbortSignal): Promise<WebhookItem | null> {
    try {
      const authId = this.#options.authId()
      if (authId.length < SHORTEST_AUTH_ID)
        throw new CodedError(
          'WEBHOOK_CLOSED',
          `The auth id of the webhook is shorter than ${SHORTEST_AUTH_ID} characters: take random ones`,
        )
      this.#planned = { desk, signal }
      if (!this.#isListening) await this.#options.listen(this.receiver, signal)
      this.#isListening = true
      desk.clearNotice('WEBHOOK_CLOSED', 'management-activity')
      return { address: this.#options.address, authId }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof CodedError)) throw error
      this.#planned = null
      const message = `${error.message}. Audit content is found by polling meanwhile`
      desk.notice({ code: 'WEBHOOK_CLOSED', subject: 'management-activity', message })
      return null
    }
  }

  #authId(): string | null {
    try {
      return this.#options.authId()
    } catch {
      // Told at the next planning.
      return null
    }
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#planned === null) return
    const { desk, signal } = this.#planned
    this.#isLooking = true
    try {
      while (this.#news.size > 0) {
        await desk.sleep(GATHER_MS, signal)
        const types = [...this.#news]
        this.#news.clear()
        for (const type of types) await this.#list(type, desk, signal)
        await desk.sleep(REST_MS, signal)
      }
    } catch {
      // The next planning lists the same, and tells what is wrong.
      this.#news.clear()
    } finally {
      this.#isLooking = false
    }
  }

  #tellRefused(): void {
    this.#refused += 1
    if (this.#planned === null) return
    const { desk } = this.#planned
    const now = desk.now().getTime()
    if (now - this.#refusedToldAt < REFUSED_EVERY_MS) return
    this.#refusedToldAt = now
    desk.notice({
      code: 'WEBHOOK_REFUSED',
      subject: 'management-activity',
      message: `Somebody called the webhook ${this.#refused} times without its auth id, and was sent away: if the auth id was changed just now this passes within the hour, else limit who can reach the address`,
    })
  }
}

import type { OpenUnit } from '../../catalog/collect/units.ts'
import type { Feed } from '../../sources/feed.ts'
import type { DeskPorts } from './desk.ts'
import { CODES_OF_THE_FEED, pauseMs } from './failures.ts'
import type { Wake } from './wake.ts'

type QueuePorts = Pick<DeskPorts, 'book' | 'queue' | 'clock'>

/** Units read from the catalog at once. */
const READ_AHEAD = 200

/** What one feed may fetch next: a window into its queue in the catalog, which is far too long for memory. */
export class FeedQueue {
  readonly feed: Feed
  /** Since this process began. */
  isPlanned = false
  /** When it was first collected from. */
  readonly since: string | null
  readonly #ports: QueuePorts
  readonly #wake: Wake
  /** Taken and not ended: being fetched, or recorded. */
  readonly #running = new Set<number>()
  #fetching = 0
  #ready: OpenUnit[] = []
  #isStale = true
  #retryAt: number | null = null
  #failedRetryAt: number | null = null
  #pausedUntil = 0
  #failures = 0
  /** By an earlier process as well. */
  #mayBeNoticed = true

  constructor(feed: Feed, ports: QueuePorts, wake: Wake) {
    this.feed = feed
    this.#ports = ports
    this.#wake = wake
    this.since = ports.book.feed(feed.name)?.since ?? null
  }

  /** The catalog's queue holds something else than before. */
  changed(): void {
    this.#isStale = true
    this.#wake.up()
  }

  /** What would be fetched next; null: nothing is due, or the feed is at its limit or paused. */
  head(now: number): OpenUnit | null {
    if (this.#isAtLimit() || now < this.#pausedUntil) return null
    if (this.#ready.length === 0) this.#refill(now)
    return this.#ready[0] ?? null
  }

  take(): OpenUnit | null {
    const unit = this.#ready.shift() ?? null
    if (unit === null) return null
    this.#running.add(unit.id)
    this.#fetching += 1
    return unit
  }

  /** The fetch is over, well or not; what it gave may still be on its way to the disk. */
  fetched(): void {
    this.#fetching -= 1
  }

  release(unit: OpenUnit): void {
    this.#running.delete(unit.id)
  }

  /** The feed as a whole failed: nothing is asked of it for a while. */
  pause(now: number): void {
    this.#failures += 1
    this.#mayBeNoticed = true
    this.#pausedUntil = now + pauseMs(this.#failures)
    this.#ready = []
    this.#isStale = true
  }

  healthy(): void {
    this.#failures = 0
    this.#pausedUntil = 0
    if (!this.#mayBeNoticed) return
    this.#mayBeNoticed = false
    const { book, clock } = this.#ports
    const now = clock.now().toISOString()
    for (const code of CODES_OF_THE_FEED)
      book.clearNotice(this.feed.name, code, this.feed.name, now)
  }

  /** When there may be something to fetch again, if nothing happens before: `failed`, of what failed and is tried again. */
  nextMoment(now: number, of: 'any' | 'failed'): number | null {
    // The end of what is being fetched wakes whoever waits; a moment that has passed would wake him all the time.
    if (this.#isAtLimit()) return null
    if (now < this.#pausedUntil)
      return this.#ports.queue.open(this.feed.name) > 0 ? this.#pausedUntil : null
    return of === 'any' ? this.#retryAt : this.#failedRetryAt
  }

  #isAtLimit(): boolean {
    // While the feed is failing as a whole, one unit at a time tries it.
    const most = this.#failures > 0 ? 1 : this.feed.concurrency
    return this.#fetching >= most
  }

  #refill(now: number): void {
    if (!this.#isStale && (this.#retryAt === null || now < this.#retryAt)) return
    const { queue } = this.#ports
    const at = new Date(now).toISOString()
    const limit = READ_AHEAD + this.#running.size
    const due = queue.due(this.feed.name, at, limit)
    this.#ready = due.filter(({ id }) => !this.#running.has(id))
    this.#isStale = due.length === limit
    const retry = queue.nextRetry(this.feed.name, at)
    this.#retryAt = retry.any === null ? null : Date.parse(retry.any)
    this.#failedRetryAt = retry.failed === null ? null : Date.parse(retry.failed)
  }
}

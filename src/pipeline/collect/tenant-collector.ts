import type { CollectReader } from '../../catalog/collect/reader.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { OpenUnit } from '../../catalog/collect/units.ts'
import type { TenantArchives } from '../../archive/tenant-archives.ts'
import type { Feed, Outcome } from '../../sources/feed.ts'
import { closeWindows } from './closing.ts'
import { writeCoverageEntry } from './coverage-entry.ts'
import { FetchCounter, feedDesk, unitOf, type DeskPorts } from './desk.ts'
import { Endings } from './endings.ts'
import type { CollectEvent } from './events.ts'
import { FeedQueue } from './feed-queue.ts'
import { codeOf, concernsFeed, pauseMs, sentenceOf } from './failures.ts'
import { Wake } from './wake.ts'

export interface TenantPorts extends DeskPorts {
  readonly database: DatabaseSync
  readonly archives: TenantArchives
  readonly reader: CollectReader
  readonly everyMs: number
  /** Told what failed without being understood, for whoever debugs it. */
  readonly onFault: (error: unknown) => void
}

/** Units fetched at the same time, over all feeds of a tenant. */
const MOST_FETCHING = 32
/** Of these and of those whose records are on their way to the disk; the recorder bounds what they hold. */
const MOST_RUNNING = 1_000
/** How often one run (`--once`) looks again at what there is, at most. */
const ROUNDS = 4
/** In one run (`--once`): what comes later than this is left to the next one. */
const PATIENCE_MS = 120_000
const MOST_PLANS = 5
const HOUSEKEEPING_MS = 60_000
/** Ended units are kept as long as they can be listed again, and some time for those who look. */
const KEEP_UNITS_MS = 14 * 86_400_000

/** Collects from one tenant: plans each feed in its time, and fetches what is queued, what expires first before all else. */
export class TenantCollector {
  readonly #ports: TenantPorts
  readonly #queues: readonly FeedQueue[]
  readonly #wake = new Wake()
  #fetching = 0
  #running = 0
  #done = 0
  #planning = 0
  readonly #endings: Endings
  #knowsPeople = false
  readonly #people = Promise.withResolvers<void>()

  constructor(feeds: readonly Feed[], ports: TenantPorts) {
    this.#ports = ports
    const now = ports.clock.now().toISOString()
    ports.book.configure(
      feeds.map(({ name }) => name),
      now,
    )
    this.#queues = feeds.map((feed) => new FeedQueue(feed, ports, this.#wake))
    this.#endings = new Endings(ports, (ended) =>
      this.#ends(
        ended.length,
        ended.some(({ queue }) => queue.feed.name === 'directory'),
      ),
    )
  }

  /**
   * Until `stop`, or (`once`) until everything that there is now was fetched. What is begun when it stops is finished,
   * unless `abort` comes first.
   */
  async run(once: boolean, stop: AbortSignal, abort: AbortSignal): Promise<void> {
    const keeping = once ? Promise.resolve() : this.#keepHouse(stop)
    // What was fetched says what else there is: who is licensed, who was active.
    for (let round = 1; round <= ROUNDS; round += 1) {
      const before = this.#done
      const plans = this.#queues.map((queue) => this.#plan(queue, once, stop))
      await this.#fetchAll(once, stop, abort)
      await Promise.all(plans)
      if (!once || stop.aborted || this.#done === before) break
      for (const queue of this.#queues) queue.isPlanned = false
    }
    await keeping
    await this.#tidy()
  }

  async #plan(queue: FeedQueue, once: boolean, stop: AbortSignal): Promise<void> {
    const { clock, book, everyMs } = this.#ports
    const { feed } = queue
    const desk = feedDesk(feed.name, this.#ports)
    const queued = { units: 0 }
    const announcing = {
      ...desk,
      announce: (listing: Parameters<typeof desk.announce>[0]) => {
        const answer = desk.announce(listing)
        if (answer.added > 0) queue.changed()
        queued.units += answer.added
        return answer
      },
    }
    let failures = 0
    this.#planning += 1
    try {
      while (!stop.aborted) {
        const last = book.feed(feed.name)?.plannedAt ?? null
        const every = feed.everyMs ?? everyMs
        const isFirst = feed.everyMs === null && !queue.isPlanned
        const due = last === null || isFirst ? 0 : Date.parse(last) + every
        const wait = due - clock.now().getTime()
        if (wait > 0) {
          if (once) return
          this.#planning -= 1
          if (await this.#rest(wait, queue, stop)) queue.isPlanned = false
          this.#planning += 1
          continue
        }
        try {
          await feed.plan(announcing, stop)
          book.planned(feed.name, clock.now().toISOString())
          this.#tell('info', 'planned', feed.name, { counts: { queued: queued.units } })
          queued.units = 0
          queue.isPlanned = true
          queue.healthy()
          failures = 0
          if (once) return
        } catch (error) {
          if (stop.aborted) return
          this.#failed(queue, error)
          failures += 1
          if (once && (failures >= MOST_PLANS || concernsFeed(error))) return
          await clock.sleep(pauseMs(failures), stop).catch(() => undefined)
        }
      }
    } finally {
      this.#planning -= 1
      this.#wake.up()
    }
  }

  /** True: woken before its time, because the directory has told for the first time who there is. */
  async #rest(ms: number, { feed }: FeedQueue, stop: AbortSignal): Promise<boolean> {
    const { clock } = this.#ports
    if (this.#knowsPeople || feed.name === 'directory') {
      await clock.sleep(ms, stop).catch(() => undefined)
      return false
    }
    const over = new AbortController()
    const either = AbortSignal.any([stop, over.signal])
    await Promise.race([clock.sleep(ms, either).catch(() => undefined), this.#people.promise])
    over.abort()
    return this.#knowsPeople
  }

  async #fetchAll(once: boolean, stop: AbortSignal, abort: AbortSignal): Promise<void> {
    const { clock } = this.#ports
    const onStop = () => this.#wake.up()
    stop.addEventListener('abort', onStop)
    try {
      while (!stop.aborted) {
        const now = clock.now().getTime()
        let started = false
        while (this.#fetching < MOST_FETCHING && this.#running < MOST_RUNNING) {
          const next = this.#next(now)
          if (next === null) break
          started = true
          void this.#fetch(next.queue, next.unit, abort)
        }
        if (started) continue
        // At its limit, what ends is waited for, not what may be begun.
        const isFull = this.#fetching >= MOST_FETCHING || this.#running >= MOST_RUNNING
        const until = isFull ? null : this.#nextMoment(now, 'any')
        // What is not ready at Microsoft (a query that runs for hours) is left to the next run.
        const retry = once ? this.#nextMoment(now, 'failed') : null
        const isIdle = this.#running === 0 && this.#planning === 0
        if (once && isIdle && (retry === null || retry - now > PATIENCE_MS)) return
        await this.#wake.wait(until === null ? null : until - now, clock, stop)
      }
      while (this.#running > 0) await this.#wake.wait(null, clock, abort)
    } finally {
      stop.removeEventListener('abort', onStop)
    }
  }

  /** Of the feeds that may fetch now: what expires first. */
  #next(now: number): { readonly queue: FeedQueue; readonly unit: OpenUnit } | null {
    let best: FeedQueue | null = null
    for (const queue of this.#queues) {
      const head = queue.head(now)
      if (head === null) continue
      if (best === null || expiry(head) < expiry(best.head(now))) best = queue
    }
    const unit = best?.take() ?? null
    return best === null || unit === null ? null : { queue: best, unit }
  }

  #nextMoment(now: number, of: 'any' | 'failed'): number | null {
    const moments = this.#queues.flatMap((queue) => queue.nextMoment(now, of) ?? [])
    return moments.length === 0 ? null : Math.min(...moments)
  }

  async #fetch(queue: FeedQueue, open: OpenUnit, abort: AbortSignal): Promise<void> {
    const unit = unitOf(open)
    const counter = new FetchCounter(queue.feed.name, open, this.#ports, queue.since)
    this.#running += 1
    try {
      const outcome = await this.#fetched(queue, () => queue.feed.fetch(unit, counter.desk, abort))
      const got = await counter.recorded()
      if (outcome.state === 'wait') {
        const body = outcome.body === undefined ? null : JSON.stringify(outcome.body)
        this.#ports.counted()
        this.#ports.queue.wait(open, outcome.until, body, got)
        queue.changed()
      } else await this.#endings.end({ queue, unit: open, got, outcome })
      queue.healthy()
    } catch (error) {
      const got = await counter.recordedOfFailed()
      if (!abort.aborted) {
        this.#failed(queue, error)
        const retryAt = this.#ports.clock.now().getTime() + pauseMs(open.attempts + 1)
        this.#ports.queue.failed(open, codeOf(error), new Date(retryAt).toISOString(), got)
      }
      queue.changed()
    } finally {
      queue.release(open)
      this.#running -= 1
      this.#wake.up()
    }
  }

  /** The next one may be fetched while what this one gave is on its way to the disk. */
  async #fetched(queue: FeedQueue, fetch: () => Promise<Outcome>): Promise<Outcome> {
    this.#fetching += 1
    try {
      return await fetch()
    } finally {
      this.#fetching -= 1
      queue.fetched()
      this.#wake.up()
    }
  }

  #ends(units: number, ofDirectory: boolean): void {
    this.#done += units
    if (this.#knowsPeople || !ofDirectory) return
    this.#knowsPeople = this.#ports.queue.open('directory') === 0
    if (this.#knowsPeople) this.#people.resolve()
  }

  #failed(queue: FeedQueue, error: unknown): void {
    const { book, clock, onFault } = this.#ports
    const now = clock.now()
    const code = codeOf(error)
    if (code === 'FAULT') onFault(error)
    const { name } = queue.feed
    book.failed(name, code, now.toISOString())
    const isWhole = concernsFeed(error)
    this.#tell(code === 'FAULT' ? 'error' : 'warn', isWhole ? 'paused' : 'failed', name, { code })
    if (!isWhole) return
    queue.pause(now.getTime())
    const notice = { code, subject: name, message: sentenceOf(error) }
    book.notice(name, notice, now.toISOString())
  }

  #tell(
    level: CollectEvent['level'],
    event: CollectEvent['event'],
    feed: string,
    more: Pick<CollectEvent, 'code' | 'counts'>,
  ): void {
    this.#ports.tell({ level, event, tenant: this.#ports.tenantId, feed, ...more })
  }

  async #keepHouse(stop: AbortSignal): Promise<void> {
    const { clock } = this.#ports
    while (!stop.aborted) {
      await clock.sleep(HOUSEKEEPING_MS, stop).catch(() => undefined)
      if (!stop.aborted) await this.#tidy()
    }
  }

  async #tidy(): Promise<void> {
    const { tenantId, archives, book, reader, clock, database, lookBackMs, queue, onFault, tell } =
      this.#ports
    try {
      const now = clock.now()
      const closed = closeWindows(database, tenantId, reader, now, lookBackMs)
      if (closed > 0)
        tell({ level: 'info', event: 'closed', tenant: tenantId, counts: { windows: closed } })
      queue.prune(new Date(now.getTime() - KEEP_UNITS_MS).toISOString())
      const isWritten = await writeCoverageEntry(tenantId, archives, book, reader, now)
      if (isWritten) tell({ level: 'info', event: 'coverage', tenant: tenantId })
    } catch (error) {
      // A disk that is full is told by what is recorded; this is done again in a minute.
      onFault(error)
    }
  }
}

const expiry = (unit: OpenUnit | null): string => unit?.expiresAt ?? '9'

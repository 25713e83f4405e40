import { hash, randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { FeedBook } from '../../catalog/collect/feeds.ts'
import { placesAsked, placesToAsk } from '../../catalog/collect/places.ts'
import type { Measures } from '../../catalog/collect/measures.ts'
import type { NewUnit, OpenUnit, UnitQueue, UnitYield } from '../../catalog/collect/units.ts'
import type { Clock } from '../../platform/clock.ts'
import type {
  Body,
  FeedDesk,
  FeedName,
  FetchDesk,
  Json,
  Person,
  Taken,
  Unit,
} from '../../sources/feed.ts'
import type { Reference } from '../../sources/source.ts'
import type { Tell } from './events.ts'
import type { Recorded, Recorder } from './recorder.ts'
import { splitBody } from './split-body.ts'

export interface DeskPorts {
  readonly tenantId: string
  readonly clock: Clock
  readonly lookBackMs: number
  readonly book: FeedBook
  readonly queue: UnitQueue
  readonly measures: Measures
  readonly database: DatabaseSync
  readonly recorder: Recorder
  /** Has the catalog know of everything that was recorded up to now. */
  readonly counted: () => void
  readonly people: () => readonly Person[]
  readonly tell: Tell
  readonly takeReference: (reference: Reference) => Promise<void>
}

/** The desk of one feed of one tenant: its state, what it announces, what an operator should know. */
export function feedDesk(feed: FeedName, ports: DeskPorts): FeedDesk {
  const { tenantId, clock, lookBackMs, book, queue, measures, people, tell } = ports
  const now = (): string => clock.now().toISOString()
  return {
    tenantId,
    lookBackMs,
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    state: (key) => {
      const text = book.state(feed, key)
      const value: Json = text === null ? null : JSON.parse(text)
      return value
    },
    saveState: (key, value) => book.saveState(feed, key, JSON.stringify(value)),
    announce: ({ scope, span, pages, complete, units }) => {
      const at = now()
      const listing = { scope, ...span, pages, complete, units: units.map(newUnit) }
      const { added, known, late } = queue.announce(feed, listing, at)
      measures.listed(tenantId, feed, late, at)
      return { added, known }
    },
    activePeople: (since) => measures.activeSince(tenantId, since),
    people,
    places: (kind, which) => placesToAsk(ports.database, tenantId, kind, which),
    placesAsked: (asked, at) => placesAsked(ports.database, tenantId, asked, at),
    notice: (notice) => {
      book.notice(feed, notice, now())
      tell({ level: 'warn', event: 'noticed', tenant: tenantId, feed, code: notice.code })
    },
    clearNotice: (code, subject) => book.clearNotice(feed, code, subject, now()),
  }
}

export const newUnit = ({ key, scope, span, availableAt, expiresAt, body }: Unit): NewUnit => ({
  key,
  scope,
  ...span,
  availableAt,
  expiresAt,
  body: JSON.stringify(body),
})

export function unitOf({ key, scope, from, to, availableAt, expiresAt, body }: OpenUnit): Unit {
  return { key, scope, span: { from, to }, availableAt, expiresAt, body: JSON.parse(body) }
}

/** The desk of one fetch: takes bodies, and knows when all of their records are on disk. */
export class FetchCounter {
  readonly desk: FetchDesk
  readonly #recorded: Promise<Recorded>[] = []
  #records = 0
  #bytes = 0
  #faults = 0

  constructor(feed: FeedName, unit: OpenUnit, ports: DeskPorts, liveSince: string | null) {
    const { recorder, tenantId, takeReference } = ports
    const { availableAt, id } = unit
    const origin = { name: feed, availableAt, liveSince, unit: id }
    this.desk = {
      ...feedDesk(feed, ports),
      take: async (body) => this.#take(recorder, tenantId, body, origin),
      takeReference: async ({ name, reference, bytes }) => {
        const sha256 = hash('sha256', bytes, 'hex')
        const digest = { size: bytes.length, sha256 }
        await takeReference({ name, reference, encoding: 'utf-8', bytes, digest })
      },
    }
  }

  /** Resolves once everything that was taken is recorded. */
  async recorded(): Promise<UnitYield> {
    return this.#sum(await Promise.all(this.#recorded))
  }

  /** Of a try that failed: what was recorded all the same. */
  async recordedOfFailed(): Promise<UnitYield> {
    const all = await Promise.allSettled(this.#recorded)
    return this.#sum(all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])))
  }

  #sum(all: readonly Recorded[]): UnitYield {
    const sum = (name: 'added' | 'repeated' | 'versions' | 'notAi' | 'unmapped') =>
      all.reduce((total, each) => total + each[name], 0)
    const dropped = new Map<string, number>()
    for (const each of all)
      for (const [kind, count] of each.dropped) dropped.set(kind, (dropped.get(kind) ?? 0) + count)
    return {
      records: this.#records,
      bytes: this.#bytes,
      added: sum('added'),
      repeated: sum('repeated'),
      versions: sum('versions'),
      notAi: sum('notAi'),
      unmapped: sum('unmapped'),
      faults: this.#faults,
      dropped,
    }
  }

  async #take(
    recorder: Recorder,
    tenant: string,
    body: Body,
    origin: Parameters<typeof splitBody>[1],
  ): Promise<Taken> {
    let records = 0
    let bytes = 0
    const faults: Taken['faults'][number][] = []
    for await (const event of splitBody(body, origin, randomUUID)) {
      if (event.type === 'chunk') {
        if (event.isFirst) recorder.begin(event.chunk.container)
        // Before it is handed over: then it belongs to a worker.
        records += event.chunk.ranges.length / 2
        await recorder.take(tenant, event.chunk)
      } else if (event.type === 'fault') faults.push(event.fault)
      else {
        bytes = event.bytes
        for (const end of event.ends) {
          const recorded = recorder.end(tenant, end)
          // Told to whoever waits for all of it.
          recorded.catch(() => undefined)
          this.#recorded.push(recorded)
        }
      }
    }
    this.#records += records
    this.#bytes += bytes
    this.#faults += faults.length
    return { records, bytes, faults }
  }
}

import { inTransaction } from '../../catalog/collect/transaction.ts'
import type { OpenUnit, UnitYield } from '../../catalog/collect/units.ts'
import type { Outcome } from '../../sources/feed.ts'
import { newUnit } from './desk.ts'
import type { FeedQueue } from './feed-queue.ts'
import type { TenantPorts } from './tenant-collector.ts'

interface Ended {
  readonly queue: FeedQueue
  readonly unit: OpenUnit
  readonly got: UnitYield
  readonly outcome: Extract<Outcome, { state: 'done' | 'lost' | 'refused' }>
}

/** Ends units whose records are on disk: those that became durable together, in one transaction. */
export class Endings {
  readonly #ports: TenantPorts
  readonly #done: (ended: readonly Ended[]) => void
  #ended: Ended[] = []

  constructor(ports: TenantPorts, done: (ended: readonly Ended[]) => void) {
    this.#ports = ports
    this.#done = done
  }

  async end(ended: Ended): Promise<void> {
    this.#ended.push(ended)
    await new Promise(setImmediate)
    const all = this.#ended
    if (all.length === 0) return
    this.#ended = []
    const { database, queue: units, book, measures, tenantId, clock } = this.#ports
    const now = clock.now().toISOString()
    this.#ports.counted()
    inTransaction(database, () => {
      for (const { queue, unit, got, outcome } of all) {
        const { name } = queue.feed
        if (outcome.state === 'done') {
          const next = outcome.next ?? []
          units.done(unit, name, got, next.map(newUnit), now)
          if (next.length > 0) queue.changed()
          measures.served(tenantId, name, unit.availableAt ?? now, got.records)
        } else units.end(unit, outcome.state, { code: outcome.code, now, got })
      }
      for (const [{ feed }, of] of Map.groupBy(all, ({ queue }) => queue))
        book.fetched(feed.name, now, sumOf(of, 'added'))
    })
    this.#done(all)
    this.#tell(all)
  }

  #tell(all: readonly Ended[]): void {
    const { tenantId: tenant, tell } = this.#ports
    for (const [queue, of] of Map.groupBy(all, (each) => each.queue)) {
      const feed = queue.feed.name
      const done = of.filter(({ outcome }) => outcome.state === 'done')
      if (done.length > 0) {
        const counts: Record<string, number> = { units: done.length }
        for (const name of COUNTED) counts[name] = sumOf(done, name)
        tell({ level: 'info', event: 'recorded', tenant, feed, counts })
      }
      for (const { outcome } of of) {
        if (outcome.state === 'done') continue
        const level = outcome.state === 'lost' ? 'error' : 'info'
        tell({ level, event: outcome.state, tenant, feed, code: outcome.code })
      }
    }
  }
}

const COUNTED = ['records', 'added', 'repeated', 'versions', 'notAi', 'bytes'] as const

const sumOf = (ended: readonly Ended[], name: (typeof COUNTED)[number]): number =>
  ended.reduce((sum, { got }) => sum + got[name], 0)

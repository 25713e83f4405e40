import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { feedBook } from '../../catalog/collect/feeds.ts'
import { NOTHING, unitQueue } from '../../catalog/collect/units.ts'
import { migrate } from '../../catalog/migrate.ts'
import { systemClock } from '../../platform/clock.ts'
import type { Feed } from '../../sources/feed.ts'
import { FeedQueue } from './feed-queue.ts'
import { Wake } from './wake.ts'

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'
const NOON = Date.parse('2026-03-02T12:00:00Z')
const iso = (ms: number): string => new Date(ms).toISOString()

test('at its limit a feed waits for what it fetches, not for a pause that is over', () => {
  const database = new DatabaseSync(':memory:')
  migrate(database)
  const queue = unitQueue(database, TENANT)
  const units = ['one', 'other'].map((key) => ({
    key,
    scope: 'audit',
    from: iso(NOON),
    to: iso(NOON + 1_000),
    availableAt: null,
    expiresAt: null,
    body: 'null',
  }))
  const span = { from: iso(NOON), to: iso(NOON + 1_000) }
  queue.announce(
    'audit-query',
    { scope: 'audit', ...span, pages: 1, complete: true, units },
    iso(NOON),
  )
  const other = queue.due('audit-query', iso(NOON), 2).find(({ key }) => key === 'other')
  if (other === undefined) throw new Error('nothing is due')
  queue.failed(other, 'CONNECTION_LOST', iso(NOON + 5_000), NOTHING)

  const feed: Feed = {
    name: 'audit-query',
    permissions: [],
    everyMs: null,
    concurrency: 1,
    plan: async () => undefined,
    fetch: async () => ({ state: 'done' }),
    check: async () => [],
  }
  const ports = { book: feedBook(database, TENANT), queue, clock: systemClock }
  const fetching = new FeedQueue(feed, ports, new Wake())
  expect(fetching.head(NOON)?.key).toBe('one')
  expect(fetching.nextMoment(NOON, 'any')).toBe(NOON + 5_000)
  fetching.take()
  expect(fetching.nextMoment(NOON + 9_000, 'any')).toBeNull()
  fetching.fetched()
  expect(fetching.nextMoment(NOON + 9_000, 'any')).toBe(NOON + 5_000)
})

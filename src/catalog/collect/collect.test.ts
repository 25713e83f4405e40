import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../migrate.ts'
import { closeWindows } from '../../pipeline/collect/closing.ts'
import { feedBook } from './feeds.ts'
import { collectMeasures } from './measures.ts'
import { collectReader } from './reader.ts'
import { NOTHING, unitQueue, type NewUnit } from './units.ts'
import { windowLedger } from './windows.ts'

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'
const FEED = 'management-activity'

let database: DatabaseSync
beforeEach(() => {
  database = new DatabaseSync(':memory:')
  migrate(database)
})
afterEach(() => database.close())

const blob = (key: string, availableAt: string): NewUnit => ({
  key,
  scope: 'Audit.General',
  from: availableAt,
  to: availableAt,
  availableAt,
  expiresAt: new Date(Date.parse(availableAt) + 7 * 86_400_000).toISOString(),
  body: '{}',
})
const listing = (from: string, to: string, units: readonly NewUnit[], complete = true) => ({
  scope: 'Audit.General',
  from,
  to,
  pages: 1,
  complete,
  units,
})

test('what is listed again is queued once', () => {
  const queue = unitQueue(database, TENANT)
  const units = [blob('a', '2026-03-02T10:05:00Z'), blob('b', '2026-03-02T09:05:00Z')]
  const one = queue.announce(
    FEED,
    listing('2026-03-02T08:00:00Z', '2026-03-02T11:00:00Z', units),
    '2026-03-02T11:00:00.000Z',
  )
  const two = queue.announce(
    FEED,
    listing('2026-03-02T08:00:00Z', '2026-03-02T11:00:00Z', units),
    '2026-03-02T11:10:00.000Z',
  )

  expect([one.added, two.added, two.known]).toEqual([2, 0, 2])
  expect(queue.open()).toBe(2)
})

test('the oldest-expiring unit comes first, and one in its pause not at all', () => {
  const queue = unitQueue(database, TENANT)
  const units = [
    blob('newer', '2026-03-02T10:05:00Z'),
    blob('older', '2026-03-02T09:05:00Z'),
    blob('failing', '2026-03-02T08:05:00Z'),
  ]
  queue.announce(
    FEED,
    listing('2026-03-02T08:00:00Z', '2026-03-02T11:00:00Z', units),
    '2026-03-02T11:00:00.000Z',
  )
  const [failing] = queue.due(FEED, '2026-03-02T11:00:00.000Z', 1)
  if (failing !== undefined)
    queue.failed(failing, 'SERVICE_FAILED', '2026-03-02T11:05:00.000Z', NOTHING)

  expect(queue.due(FEED, '2026-03-02T11:01:00.000Z', 9).map(({ key }) => key)).toEqual([
    'older',
    'newer',
  ])
  expect(queue.nextRetry(FEED, '2026-03-02T11:01:00.000Z').failed).toBe('2026-03-02T11:05:00.000Z')
  expect(queue.due(FEED, '2026-03-02T11:05:00.000Z', 9).map(({ key }) => key)).toEqual([
    'failing',
    'older',
    'newer',
  ])
})

test('an hour is listed once complete listings, however they were cut, have covered all of it after its end', () => {
  const queue = unitQueue(database, TENANT)
  const ledger = windowLedger(database, TENANT)
  const listedAt = () =>
    ledger.unclosed('2026-03-03T00:00:00Z').find(({ from }) => from === '2026-03-02T10:00:00.000Z')
      ?.listedAt
  queue.announce(
    FEED,
    listing('2026-03-02T09:30:00Z', '2026-03-02T10:20:00Z', []),
    '2026-03-02T10:20:00.000Z',
  )
  expect(listedAt()).toBeNull()
  queue.announce(
    FEED,
    listing('2026-03-02T10:10:00Z', '2026-03-02T11:20:00Z', [], false),
    '2026-03-02T11:20:00.000Z',
  )
  expect(listedAt()).toBeNull()
  queue.announce(
    FEED,
    listing('2026-03-02T10:10:00Z', '2026-03-02T11:20:00Z', []),
    '2026-03-02T11:30:00.000Z',
  )
  expect(listedAt()).toBe('2026-03-02T11:30:00.000Z')
})

test('a unit that an earlier listing of its moment had not shown is late by that long', () => {
  const queue = unitQueue(database, TENANT)
  feedBook(database, TENANT).configure([FEED], '2026-03-02T10:00:00.000Z')
  queue.announce(
    FEED,
    listing('2026-03-02T10:00:00Z', '2026-03-02T10:20:00Z', []),
    '2026-03-02T10:20:00.000Z',
  )
  const { late } = queue.announce(
    FEED,
    listing('2026-03-02T10:00:00Z', '2026-03-02T10:40:00Z', [
      blob('late', '2026-03-02T10:10:00Z'),
      blob('fresh', '2026-03-02T10:30:00Z'),
    ]),
    '2026-03-02T10:40:00.000Z',
  )

  expect(late).toEqual([1_800, 0])
  expect(collectReader(database, TENANT).windows('2026-03-02', '2026-03-03')[0]?.lateUnits).toBe(1)
})

test('a window counts what its units gave, what follows from one, and what is lost', () => {
  const queue = unitQueue(database, TENANT)
  const now = '2026-03-02T11:00:00.000Z'
  queue.announce(
    'audit-query',
    {
      ...listing('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', [
        blob('whole', '2026-03-01T00:00:00Z'),
      ]),
    },
    now,
  )
  const [whole] = queue.due('audit-query', now, 1)
  if (whole === undefined) throw new Error('nothing is due')
  queue.done(
    whole,
    'audit-query',
    { ...NOTHING, records: 7, added: 4, notAi: 3, dropped: new Map([['Teams/25/x', 3]]) },
    [blob('half', '2026-03-01T00:00:00Z')],
    now,
  )
  const [half] = queue.due('audit-query', now, 1)
  if (half === undefined) throw new Error('what follows is not due')
  queue.end(half, 'lost', { code: 'CONTENT_EXPIRED', now, got: NOTHING })

  const reader = collectReader(database, TENANT)
  expect(reader.windows('2026-03-01', '2026-03-02')).toMatchObject([
    { units: 2, done: 1, lost: 1, records: 7, notAi: 3 },
  ])
  expect(reader.losses('2026-03-01', '2026-03-02')).toMatchObject([
    { key: 'half', code: 'CONTENT_EXPIRED' },
  ])
})

test('what a failed try left in the archive counts as new of its unit, not as repeated by the next try', () => {
  const queue = unitQueue(database, TENANT)
  const measures = collectMeasures(database)
  const now = '2026-03-02T11:00:00.000Z'
  const units = [blob('a', '2026-03-02T10:05:00Z')]
  queue.announce(FEED, listing('2026-03-02T10:00:00Z', '2026-03-02T11:00:00Z', units), now)
  const [unit] = queue.due(FEED, now, 1)
  if (unit === undefined) throw new Error('nothing is due')
  const begun = database.prepare('INSERT INTO collect_containers VALUES (?, ?)')
  const kept = (container: string, count: number, next: number) => {
    begun.run(container, unit.id)
    const tally = {
      activity: [],
      lateness: [],
      seen: [],
      signs: [],
      places: [],
      kept: [{ container, count }],
    }
    measures.tally(TENANT, [tally], next, now)
  }
  // Four were recorded when it failed; of seven that it says then, four are there and one is another unit's.
  kept('first', 4, 4)
  queue.failed(unit, 'CONNECTION_LOST', now, NOTHING)
  kept('second', 2, 6)
  queue.done(unit, FEED, { ...NOTHING, records: 7, added: 2, repeated: 5 }, [], now)

  const [window] = collectReader(database, TENANT).windows('2026-03-02', '2026-03-03')
  expect(window).toMatchObject({ done: 1, records: 7, added: 6, repeated: 1 })
})

test('of a lateness the share is told that had come within so many seconds, if enough was measured', () => {
  const measures = collectMeasures(database)
  const now = '2026-03-02T11:00:00.000Z'
  measures.listed(TENANT, FEED, [...Array.from({ length: 99 }, () => 0), 3_600], now)
  const reader = collectReader(database, TENANT)

  expect(reader.lateness('listing management-activity', 0.9, 100)).toBe(1)
  expect(reader.lateness('listing management-activity', 1, 100)).toBe(4_096)
  expect(reader.lateness('listing management-activity', 0.9, 101)).toBeNull()
})

test('activity adds up by person and day, and people are active by what was received of them', () => {
  const measures = collectMeasures(database)
  const one = {
    user: 'avery.howard@contoso.com',
    day: '2026-03-02',
    audit: 1,
    texts: 2,
    lastAt: '2026-03-02T09:00:00Z',
  }
  measures.tally(
    TENANT,
    [{ activity: [one], lateness: [], seen: [], signs: [], places: [], kept: [] }],
    10,
    '2026-03-02T10:00:00.000Z',
  )
  measures.tally(
    TENANT,
    [
      {
        activity: [{ ...one, audit: 0, texts: 5 }],
        lateness: [],
        seen: [],
        signs: [],
        places: [],
        kept: [],
      },
    ],
    20,
    '2026-03-02T12:00:00.000Z',
  )

  expect(collectReader(database, TENANT).activity('2026-03-02', '2026-03-03')).toEqual([
    { user: 'avery.howard@contoso.com', day: '2026-03-02', audit: 1, texts: 7 },
  ])
  expect(measures.tallied(TENANT)).toBe(20)
  expect(measures.activeSince(TENANT, '2026-03-02T09:30:00.000Z')).toHaveLength(1)
  expect(measures.activeSince(TENANT, '2026-03-02T11:30:00.000Z')).toHaveLength(0)
})

test('days of one person that have settled become one closed window, and a later sweep opens only what is new', () => {
  const queue = unitQueue(database, TENANT)
  const reader = collectReader(database, TENANT)
  const sweep = (from: string, to: string) =>
    queue.announce('graph-interactions', { ...listing(from, to, []), scope: 'avery' }, to)
  sweep('2025-01-01T00:00:00.000Z', '2026-03-10T12:00:00.000Z')
  sweep('2026-03-04T12:00:00.000Z', '2026-03-10T13:00:00.000Z')
  closeWindows(database, TENANT, reader, new Date('2026-03-10T13:00:00Z'), 6 * 86_400_000)

  const spans = reader
    .windows('2020-01-01', '2027-01-01')
    .map(({ from, to, state }) => [from.slice(0, 10), to.slice(0, 10), state])
  expect(spans).toEqual([
    ['2025-01-01', '2026-03-07', 'closed'],
    ['2026-03-07', '2026-03-08', 'settling'],
    ['2026-03-08', '2026-03-09', 'settling'],
    ['2026-03-09', '2026-03-10', 'settling'],
    ['2026-03-10', '2026-03-11', 'open'],
  ])
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Item } from '../interactions/item.ts'
import { openEngine } from './engine.ts'
import { facets } from './facets.ts'
import { openIndex, type IndexStore } from './index-store.ts'
import { ALL } from './kql/ast.ts'
import { matches } from './kql/matches.ts'
import { parse } from './kql/parser.ts'
import { encodeItems } from './rows.ts'
import { count, histogram, itemsById, MAX_PAGE, search, sessionItems } from './search.ts'
import { anItem, anyItem, aMessage } from './testdata/items.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-search-'))
const sampled = fc.sample(anyItem, { numRuns: 200, seed: 7 })
const items: Item[] = sampled.map((item, at) => ({
  ...item,
  id: ((at * 7919) % 100_003).toString(16).padStart(32, '0'),
  sequences: [at * 2, at * 2 + 1],
}))
let index: IndexStore

beforeAll(async () => {
  index = await openIndex(await openEngine({ path: folder }))
  // In several parts, as an index grows.
  for (let from = 0; from < items.length; from += 50) await add(items.slice(from, from + 50))
})

afterAll(async () => {
  await index.close()
  rmSync(folder, { recursive: true, force: true })
})

async function add(some: readonly Item[]): Promise<void> {
  const batch = index.nextBatch()
  const rest = { records: [], links: [], superseded: [] }
  await index.write({
    batch,
    tenant: 't',
    watermark: batch,
    items: [encodeItems(some, batch)],
    ...rest,
  })
}

const byTime = (a: Item, b: Item): number =>
  Date.parse(a.occurredAt) - Date.parse(b.occurredAt) || (a.id < b.id ? -1 : 1)

describe('search()', () => {
  test.each(['newest', 'oldest'] as const)(
    'pages through everything once, %s first',
    async (order) => {
      const query = parse('merger OR plan OR user:avery')
      const expected = items.filter((item) => matches(query, item)).toSorted(byTime)
      if (order === 'newest') expected.reverse()

      const seen: string[] = []
      let after: string | null = null
      do {
        const page: Awaited<ReturnType<typeof search>> = await search(index, {
          query,
          order,
          limit: 7,
          ...(after === null ? {} : { after }),
        })
        expect(page.rows.length).toBeGreaterThan(0)
        seen.push(...page.rows.map(({ id }) => id))
        after = page.next
      } while (after !== null)

      expect(expected.length).toBeGreaterThan(20)
      expect(seen).toEqual(expected.map(({ id }) => id))
    },
  )

  test('returns an item as it went in', async () => {
    const item = items.find(
      ({ messages, custodians, agent }) =>
        messages.length > 1 && custodians.length > 1 && agent !== null,
    )

    const [row] = await itemsById(index, item?.id ?? '')

    const {
      custodians,
      agent,
      jailbreak,
      dlp,
      labels,
      recordIds,
      sequences,
      versions,
      kind,
      surface,
    } = item ?? anItem()
    expect(row).toMatchObject({
      kind,
      surface,
      jailbreak,
      dlp,
      labels,
      recordIds,
      sequences,
      versions,
    })
    expect(row?.agent).toEqual({ id: agent?.id, name: agent?.name })
    expect(row?.custodians).toEqual(custodians)
  })

  test('refuses a token of another query, another order, or none of ours', async () => {
    const query = parse('plan')
    const { next } = await search(index, { query, order: 'newest', limit: 1 })
    const after = next ?? ''

    await expect(
      search(index, { query: ALL, order: 'newest', limit: 1, after }),
    ).rejects.toMatchObject({ code: 'QUERY_BAD_TOKEN' })
    await expect(search(index, { query, order: 'oldest', limit: 1, after })).rejects.toMatchObject({
      code: 'QUERY_BAD_TOKEN',
    })
    for (const broken of ['', 'x', 'bnVsbA', 'W10', after.slice(2)])
      await expect(
        search(index, { query, order: 'newest', limit: 1, after: broken }),
      ).rejects.toMatchObject({ code: 'QUERY_BAD_TOKEN' })
  })

  test.each([0, -1, 1.5, MAX_PAGE + 1, Number.NaN])('refuses a page of %d', async (limit) => {
    await expect(search(index, { query: ALL, order: 'newest', limit })).rejects.toMatchObject({
      code: 'QUERY_BAD_LIMIT',
    })
  })

  test('reads a session oldest first', async () => {
    const expected = items
      .filter(({ sessionId }) => sessionId?.toLowerCase() === 'id-2')
      .toSorted(byTime)

    const { rows } = await sessionItems(index, 'ID-2')

    expect(expected.length).toBeGreaterThan(5)
    expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
  })
})

describe('count(), histogram() and facets()', () => {
  test.each(['*', 'merger', 'NOT plan', 'jailbreak:true OR xpia:true', '"nothing of the kind"'])(
    'agree with a plain count for %s',
    async (kql) => {
      const query = parse(kql)
      const hits = items.filter((item) => matches(query, item))

      expect(await count(index, query, 'item')).toBe(hits.length)
      expect(await count(index, query, 'record')).toBe(hits.length * 2)
      expect(await count(index, query, 'interaction')).toBe(
        hits.reduce((sum, { messages }) => sum + messages.length, 0),
      )
      expect(await histogram(index, query, 'month')).toEqual(byMonth(hits))
      const found = Object.fromEntries(
        (await facets(index, query)).map(({ name, values }) => [name, values]),
      )
      expect(found['surface']).toEqual(
        tally(hits, ({ surface }) => (surface === null ? [] : [surface])),
      )
      expect(found['label']).toEqual(tally(hits, ({ labels }) => labels))
      expect(found['kind']).toEqual(tally(hits, ({ kind }) => [kind]))
      expect(found['agent']).toEqual(tally(hits, ({ agent }) => (agent?.name ? [agent.name] : [])))
      expect(found['custodian']).toEqual(
        tally(hits, ({ custodians }) =>
          custodians.flatMap(({ upn, objectId }) => upn ?? objectId ?? []),
        ),
      )
    },
  )

  test.each(['hour', 'day', 'week', 'month', 'quarter', 'year'] as const)(
    'every item is in one %s',
    async (bucket) => {
      const bars = await histogram(index, ALL, bucket)

      expect(bars.reduce((sum, bar) => sum + bar.items, 0)).toBe(items.length)
      expect(bars.map(({ from }) => from)).toEqual(bars.map(({ from }) => from).toSorted())
    },
  )
})

function byMonth(hits: readonly Item[]): object[] {
  return tally(hits, ({ occurredAt }) => [`${occurredAt.slice(0, 7)}-01T00:00:00.000Z`])
    .map(({ value, items: number }) => ({ from: value, items: number }))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
}

function tally(
  hits: readonly Item[],
  valuesOf: (item: Item) => readonly string[],
): { value: string; items: number }[] {
  const counts = new Map<string, number>()
  for (const hit of hits)
    for (const value of valuesOf(hit)) counts.set(value, (counts.get(value) ?? 0) + 1)
  return Array.from(counts, ([value, number]) => ({ value, items: number })).toSorted(
    (a, b) => b.items - a.items || (a.value < b.value ? -1 : 1),
  )
}

function aLate(minute: number): Item {
  const occurredAt = `2026-05-01T00:${String(minute).padStart(2, '0')}:00Z`
  const id = (minute + 500_000).toString(16).padStart(32, '0')
  return anItem({ id, occurredAt, sources: ['growing'], messages: [aMessage()] })
}

test('a page begun before new items arrive goes on without repeating or losing any', async () => {
  const query = parse('source:growing')
  await add(Array.from({ length: 10 }, (_, n) => aLate(n * 2)))

  const first = await search(index, { query, order: 'newest', limit: 4 })
  await add([aLate(1), aLate(13), aLate(19), aLate(21)])
  const second = await search(index, {
    query,
    order: 'newest',
    limit: 100,
    after: first.next ?? '',
  })

  const times = [...first.rows, ...second.rows].map(({ occurredAt }) =>
    Number(occurredAt.slice(14, 16)),
  )
  expect(times).toEqual([18, 16, 14, 12, 10, 8, 6, 4, 2, 1, 0])
})

/** Item n of 3,000: five at a time at the same moment. */
const aLedger = (n: number, text: string): Item =>
  anItem({
    id: (n + 700_000).toString(16).padStart(32, '0'),
    occurredAt: new Date(Date.UTC(2026, 6, 1) + Math.floor(n / 5) * 60_000).toISOString(),
    sequences: [n],
    messages: [aMessage({ text })],
  })
const often = (n: number): boolean => n % 7 === 0
// None among the newest: the reading goes on to the oldest.
const seldom = (n: number): boolean => n % 90 === 0 && n < 1_800

const never = (): boolean => false

describe('a phrase whose words are in thousands of items', () => {
  beforeAll(async () => {
    const ledgers = Array.from({ length: 3_000 }, (_, n) =>
      aLedger(
        n,
        `${often(n) ? 'amber ledger' : 'ledger of amber'} so ${seldom(n) ? 'ledger—falcon' : 'falcon'}`,
      ),
    )
    await add(ledgers.slice(0, 1_700))
    await add(ledgers.slice(1_700))
  })

  test.each([
    ['"amber ledger"', 'newest', often],
    ['"amber ledger"', 'oldest', often],
    ['"ledger falcon"', 'newest', seldom],
    ['"ledger falcon"', 'oldest', seldom],
    ['"falcon amber"', 'newest', never],
  ] as const)('is found once each, page by page: %s, %s first', async (kql, order, matching) => {
    const expected = Array.from({ length: 3_000 }, (_, n) => n).filter(matching)
    if (order === 'newest') expected.reverse()
    const query = parse(kql)

    const seen: number[] = []
    let after: string | null = null
    do {
      const page: Awaited<ReturnType<typeof search>> = await search(index, {
        query,
        order,
        limit: 150,
        ...(after === null ? {} : { after }),
      })
      seen.push(...page.rows.flatMap(({ sequences }) => sequences))
      after = page.next
    } while (after !== null)

    expect(seen).toEqual(expected)
    expect(await count(index, query, 'item')).toBe(expected.length)
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Item } from '../interactions/item.ts'
import { openEngine } from './engine.ts'
import { openIndex, type IndexStore } from './index-store.ts'
import { ALL } from './kql/ast.ts'
import {
  encodeItems,
  encodeLinks,
  encodeRecords,
  encodeSuperseded,
  type LinkRow,
  type Superseded,
} from './rows.ts'
import { ITEM_COLUMNS, LINK_COLUMNS, REWRITTEN_COLUMNS, type Columns } from './schema.ts'
import { count, itemsById, itemsBySequence, recordsBySequence, search } from './search.ts'
import { anItem, aMessage } from './testdata/items.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-index-'))
const engine = await openEngine({ path: folder })
let index: IndexStore

beforeEach(async () => {
  index = await openIndex(engine)
  await index.drop()
})

afterAll(async () => {
  await index.close()
  rmSync(folder, { recursive: true, force: true })
})

const TENANT = 'b86ab9d4-fcf1-4b11-8a06-7a8f91b47fbd'
const idOf = (at: number): string => at.toString(16).padStart(32, '0')

function aTurn(at: number, changes: Partial<Item> = {}): Item {
  return anItem({ id: idOf(at), sequences: [at], recordIds: [`record-${at}`], ...changes })
}

async function write(
  items: readonly Item[],
  superseded: readonly Superseded[] = [],
  links: readonly LinkRow[] = [],
): Promise<void> {
  const batch = index.nextBatch()
  const watermark = index.watermark(TENANT) + 10
  const buffers = {
    items: [encodeItems(items, batch)],
    links: [encodeLinks(links, batch)],
    records: [],
  }
  await index.write({ batch, tenant: TENANT, watermark, superseded, ...buffers })
}

describe('openIndex()', () => {
  test('finds its watermarks again', async () => {
    await write([aTurn(1)])
    await write([aTurn(2)])

    const again = await openIndex(engine)

    expect(again.watermark(TENANT)).toBe(20)
    expect(again.watermark('another')).toBe(0)
    expect(again.nextBatch()).toBe(3)
  })

  test('removes what a crash left of an unfinished batch, wherever it was cut off', async () => {
    await write([aTurn(1), aTurn(2)], [], [{ day: 1, key: 5, sequence: 1 }])
    const batch = index.nextBatch()
    // As write() does, up to the state that never came.
    const gone = encodeSuperseded([{ id: idOf(1), deleted: false }], batch)
    await insert('rewritten', REWRITTEN_COLUMNS, gone)
    await insert('links', LINK_COLUMNS, encodeLinks([{ day: 1, key: 6, sequence: 9 }], batch))
    await insert('items', ITEM_COLUMNS, encodeItems([aTurn(1, { surface: 'Word' })], batch))

    index = await openIndex(engine)

    expect(await count(index, ALL, 'item')).toBe(2)
    expect((await itemsById(index, idOf(1))).map(({ surface }) => surface)).toEqual([null])
    expect(await index.lookupLinks([{ day: 1, key: 6 }])).toEqual([])
    expect(await index.lookupLinks([{ day: 1, key: 5 }])).toEqual([1])
    await write([aTurn(3)])
    expect(await count(index, ALL, 'item')).toBe(3)
  })
})

describe('openIndex() after a process that did not see the end of settling', () => {
  test('forgets the names of rows that are gone', async () => {
    await write([aTurn(1), aTurn(2), aTurn(3)])
    const superseded = [
      { id: idOf(1), deleted: false },
      { id: idOf(2), deleted: true },
    ]
    await write([aTurn(1, { surface: 'Word' })], superseded)
    await index.settle()
    await index.settled()
    expect(index.superseded).toBe(0)
    // As if it had ended before it could forget them.
    await insert('rewritten', REWRITTEN_COLUMNS, encodeSuperseded(superseded, 2))

    index = await openIndex(engine)

    expect(index.superseded).toBe(0)
    expect(await count(index, ALL, 'item')).toBe(2)
  })

  test('deletes the rows that are still there', async () => {
    await write([aTurn(1), aTurn(2)])
    await write([aTurn(1, { surface: 'Word' })], [{ id: idOf(1), deleted: false }])

    index = await openIndex(engine)

    expect(await count(index, ALL, 'item')).toBe(2)
    await index.settled()
    expect(index.superseded).toBe(0)
    expect((await itemsById(index, idOf(1))).map(({ surface }) => surface)).toEqual(['Word'])
  })
})

describe('write()', () => {
  test('still leaves superseded rows out after a batch was settled twice at once', async () => {
    await write([aTurn(1), aTurn(2)])
    await write([aTurn(1, { surface: 'Word' })], [{ id: idOf(1), deleted: false }])
    // As two imports in a row that bring nothing new.
    await index.settle()
    const first = index.settled()
    await index.settle()
    await Promise.all([first, index.settled()])

    await write([aTurn(2, { surface: 'Excel' })], [{ id: idOf(2), deleted: false }])

    expect(index.superseded).toBe(1)
    expect(await count(index, ALL, 'item')).toBe(2)
  })

  test('counts a rewritten item once and a deleted one not at all, before settle() and after', async () => {
    await write([aTurn(1), aTurn(2), aTurn(3)])
    await write(
      [aTurn(1, { surface: 'Word', occurredAt: '2026-02-01T00:00:00Z' })],
      [
        { id: idOf(1), deleted: false },
        { id: idOf(3), deleted: true },
      ],
    )
    await write(
      [aTurn(1, { surface: 'Excel', occurredAt: '2026-04-01T00:00:00Z', sequences: [1, 4, 5] })],
      [{ id: idOf(1), deleted: false }],
    )

    const before = await answers()
    expect(index.superseded).toBe(3)
    await index.settle()
    await index.settled()
    const after = await answers()

    expect(before).toEqual({ items: 2, records: 4, surfaces: [null, 'Excel'] })
    expect(after).toEqual(before)
    expect(index.superseded).toBe(0)
    expect(index.scope().where).toBe('')
  })

  test('brings an item back that was deleted earlier', async () => {
    await write([aTurn(1)])
    await write([], [{ id: idOf(1), deleted: true }])
    expect(await count(index, ALL, 'item')).toBe(0)

    await write([aTurn(1)], [{ id: idOf(1), deleted: false }])

    expect(await count(index, ALL, 'item')).toBe(1)
    await index.settle()
    await index.settled()
    expect(await count(index, ALL, 'item')).toBe(1)
  })

  test('shows nothing of a batch until all of it is there', async () => {
    await write([aTurn(1)])

    const writing = write(
      [aTurn(1, { surface: 'Word' }), aTurn(2)],
      [{ id: idOf(1), deleted: false }],
    )
    const seen = await Promise.all(Array.from({ length: 20 }, () => count(index, ALL, 'item')))
    await writing

    expect(seen).toEqual(Array.from({ length: 20 }, () => 1))
    expect(await count(index, ALL, 'item')).toBe(2)
  })

  test('refuses a batch out of turn', async () => {
    const batch = {
      batch: 7,
      tenant: TENANT,
      watermark: 1,
      items: [],
      records: [],
      links: [],
      superseded: [],
    }

    await expect(index.write(batch)).rejects.toMatchObject({ code: 'INDEX_BATCH_OUT_OF_ORDER' })
  })

  test('keeps awkward text: halves of surrogate pairs, NUL, times out of range', async () => {
    const text = 'a\ud800b \0 "quoted" \\ \u2028 😀'
    await write([
      aTurn(1, {
        messages: [aMessage({ text })],
        occurredAt: '9999-01-01T00:00:00Z',
        sessionId: '\udfff',
      }),
    ])

    const { rows } = await search(index, { query: ALL, order: 'newest', limit: 1 })

    expect(rows[0]?.prompt).toBe(text.replace('\ud800', '\ufffd'))
    expect(rows[0]?.sessionId).toBe('\ufffd')
  })
})

async function answers(): Promise<object> {
  const { rows } = await search(index, { query: ALL, order: 'oldest', limit: 10 })
  const surfaces = rows.map(({ surface }) => surface)
  return {
    items: await count(index, ALL, 'item'),
    records: await count(index, ALL, 'record'),
    surfaces,
  }
}

test('lookupLinks() answers for many keys, whole days apart, up to 52 bits', async () => {
  const largest = 2 ** 52 - 1
  const links = Array.from({ length: 5000 }, (_, at) => ({
    day: at % 7,
    key: largest - at,
    sequence: at % 100,
  }))
  await write([], [], links)

  const found = await index.lookupLinks(links)

  expect(found).toEqual(Array.from({ length: 100 }, (_, at) => at))
  expect(await index.lookupLinks([{ day: 3, key: largest }])).toEqual([])
  expect(await index.lookupLinks([])).toEqual([])
  const together = await Promise.all(links.slice(0, 10).map((link) => index.lookupLinks([link])))
  expect(together).toEqual(links.slice(0, 10).map(({ sequence }) => [sequence]))
})

test('itemsBySequence() and recordsBySequence() keep tenants apart', async () => {
  await write([aTurn(1), aTurn(2, { tenantId: 'another', sequences: [1] })])
  const batch = index.nextBatch()
  const record = {
    sequence: 1,
    namespace: 'audit',
    nativeId: 'X',
    identity: idOf(1),
    occurredAt: null,
    source: 'import',
    kind: 'other',
    recordType: '',
    operation: 'Op',
    version: false,
  } as const
  const records = [TENANT, 'another'].map((tenantId) => ({
    ...record,
    tenantId,
    receivedAt: '2026-03-06T17:00:00.1234567Z',
  }))
  await index.write({
    batch,
    tenant: TENANT,
    watermark: 30,
    items: [],
    records: [encodeRecords(records, batch)],
    links: [],
    superseded: [],
  })

  expect((await itemsBySequence(index, TENANT, [1, 2])).map(({ id }) => id)).toEqual([idOf(1)])
  expect(await recordsBySequence(index, 'another', [1])).toEqual([
    {
      tenantId: 'another',
      sequence: 1,
      namespace: 'audit',
      nativeId: 'X',
      occurredAt: null,
      receivedAt: '2026-03-06T17:00:00.123Z',
      source: 'import',
      kind: 'other',
      recordType: '',
      operation: 'Op',
      version: false,
    },
  ])
})

async function insert(
  table: string,
  columns: Columns,
  rows: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const file = engine.rowFile(table)
  await file.append(rows)
  await engine.insert(table, columns, file)
}

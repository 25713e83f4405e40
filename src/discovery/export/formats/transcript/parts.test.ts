import { expect, test } from 'vitest'
import { batchesOf } from '../package.suite.ts'
import { aMessage, anItem } from './item.suite.ts'
import { fileName, partsOf, type Part } from './parts.ts'

async function partsFrom(items: ReturnType<typeof anItem>[], most?: Parameters<typeof partsOf>[2]) {
  const parts: Part[] = []
  for await (const part of partsOf(batchesOf(items.slice(0, 2), items.slice(2)), undefined, most))
    parts.push(part)
  return parts
}

const shape = (parts: readonly Part[]) =>
  parts.map(({ number, part, isLast, firstOrdinal, items }) => [
    number,
    part,
    isLast,
    firstOrdinal,
    items.length,
  ])

test('partsOf() makes one part of a conversation, however the batches cut it', async () => {
  const parts = await partsFrom([
    anItem({ sessionId: 'a' }),
    anItem({ sessionId: 'b' }),
    anItem({ sessionId: 'b' }),
    anItem({ sessionId: null }),
  ])

  expect(shape(parts)).toEqual([
    [1, 1, true, 1, 1],
    [2, 1, true, 1, 2],
    [3, 1, true, 1, 1],
  ])
})

test('partsOf() keeps apart one session id of two tenants', async () => {
  const other = anItem({ tenantId: '5f0c6d2e-0001-4000-8000-000000000001' })
  expect(shape(await partsFrom([anItem(), other]))).toHaveLength(2)
})

test('partsOf() cuts a conversation that is too long for one file, and goes on counting', async () => {
  const long = anItem({ messages: [aMessage({ text: 'x'.repeat(990) })] })
  const most = { items: 3, characters: 1_000 }

  const parts = await partsFrom([anItem(), anItem(), anItem(), anItem(), long], most)

  expect(shape(parts)).toEqual([
    [1, 1, false, 1, 3],
    [1, 2, false, 4, 1],
    [1, 3, true, 5, 1],
  ])
  expect(parts.map(fileName)).toEqual([
    '000001-2026-03-04-part-1',
    '000001-2026-03-04-part-2',
    '000001-2026-03-04-part-3',
  ])
})

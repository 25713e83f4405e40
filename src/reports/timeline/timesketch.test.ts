import { expect, test } from 'vitest'
import { aGraphItem, aMessage, anAudit, aPart } from '../../../test/facts-builder.ts'
import { reconcile } from '../../interactions/reconcile.ts'
import { timesketchRows } from './timesketch.ts'

function rowsFor(text: string) {
  const parts = [
    aPart(
      0,
      anAudit({
        occurredAt: '2026-03-05T12:00:05.000Z',
        messages: [aMessage({ id: '1772712000000', role: 'prompt' })],
      }),
    ),
    aPart(1, aGraphItem({ id: '1772712000000', text })),
  ]
  const [item] = reconcile(parts)
  if (item === undefined) throw new Error('no item')
  return timesketchRows(item, parts, 3)
}

test('an item has a row for each of its times', () => {
  const rows = rowsFor('What is new?')
  const described = rows.map(({ timestamp_desc }) => timestamp_desc)
  expect(described).toEqual(
    expect.arrayContaining(['Prompt sent', 'Record audited', 'Record collected']),
  )
  expect(rows.every(({ chain, truncated }) => chain === 3 && truncated === '')).toBe(true)
  const times = rows.map(({ timestamp }) => Number(timestamp))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test('a value that OpenSearch would refuse is cut at a whole character, and named', () => {
  const long = rowsFor('ü€'.repeat(20_000)).find(
    ({ timestamp_desc }) => timestamp_desc === 'Prompt sent',
  )
  const message = String(long?.message)
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(32_766)
  expect(Buffer.byteLength(message)).toBeGreaterThan(32_760)
  expect(message).not.toContain('\ufffd')
  expect(long?.truncated).toBe('message')
})

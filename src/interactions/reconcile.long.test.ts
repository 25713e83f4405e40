import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  anyArchiveInTwoOrders,
  hostile,
  indexInBatches,
  withSequences,
} from '../../test/reconcile-cases.ts'
import type { Item } from './item.ts'
import { reconcile } from './reconcile.ts'

const byId = (items: readonly Item[]) => items.toSorted((a, b) => (a.id < b.id ? -1 : 1))

test('reconcile() gives the same items in any order, import order and batches (50,000 archives)', () => {
  fc.assert(
    fc.property(
      anyArchiveInTwoOrders,
      fc.integer({ min: 1, max: 5 }),
      ([parts, shuffled], size) => {
        const items = reconcile(parts)
        expect(reconcile(shuffled)).toEqual(items)
        expect(byId(indexInBatches(shuffled, size))).toEqual(byId(items))
        const original = shuffled.map(({ sequence }) => sequence)
        const imported = reconcile(shuffled.map((part, sequence) => ({ ...part, sequence })))
        const renamed = imported.map((item) =>
          withSequences(item, (sequence) => original[sequence] ?? -1),
        )
        expect(byId(renamed)).toEqual(byId(items))
      },
    ),
    { numRuns: 50_000 },
  )
}, 600_000)

test.each(hostile)(
  'reconcile() stays linear for %s (200,000 parts)',
  (_, make, itemsOf) => {
    const parts = make(200_000)

    const started = performance.now()
    const count = reconcile(parts).length

    expect(count).toBe(itemsOf(200_000))
    expect(performance.now() - started).toBeLessThan(30_000)
  },
  120_000,
)

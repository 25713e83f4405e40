import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aGraphItem, aMessage, anAudit, aPart } from '../../test/facts-builder.ts'
import {
  anyArchive,
  anyArchiveInTwoOrders,
  hostile,
  indexInBatches,
  withSequences,
} from '../../test/reconcile-cases.ts'
import type { Item } from './item.ts'
import type { Facts } from './record.ts'
import { reconcile } from './reconcile.ts'

const byId = (items: readonly Item[]) => items.toSorted((a, b) => (a.id < b.id ? -1 : 1))

test('reconcile() gives the same items for the same parts in any order', () => {
  fc.assert(
    fc.property(anyArchiveInTwoOrders, ([parts, shuffled]) => {
      expect(reconcile(shuffled)).toEqual(reconcile(parts))
    }),
    { numRuns: 400 },
  )
})

test('reconcile() gives the same items whichever source was imported first', () => {
  fc.assert(
    fc.property(anyArchiveInTwoOrders, ([parts, shuffled]) => {
      const original = shuffled.map(({ sequence }) => sequence)
      const imported = shuffled.map((part, sequence) => ({ ...part, sequence }))
      const renamed = reconcile(imported).map((item) =>
        withSequences(item, (sequence) => original[sequence] ?? -1),
      )
      expect(byId(renamed)).toEqual(byId(reconcile(parts)))
    }),
    { numRuns: 400 },
  )
})

test('reconcile() arrives at the same items when an index takes the records in batches', () => {
  fc.assert(
    fc.property(anyArchiveInTwoOrders, fc.integer({ min: 1, max: 5 }), ([parts, order], size) => {
      expect(byId(indexInBatches(order, size))).toEqual(byId(reconcile(parts)))
    }),
    { numRuns: 300 },
  )
})

const listing = (ids: readonly string[], given: Partial<Facts> = {}) =>
  anAudit({ nativeId: 'a1', messages: ids.map((id) => aMessage({ id })), ...given })

const groupsOf = (...facts: Facts[]) =>
  reconcile(facts.map((one, at) => aPart(at, one)))
    .map(({ sequences }) => new Set(sequences.map((sequence) => facts[sequence])))
    .filter(({ size }) => size > 1)

test('reconcile() joins a row that fits two versions to the same one in every import: that of its own message', () => {
  const row = listing(['2'], { nativeId: 'a1~1', projection: { of: 'a1' } })
  const rowOfBoth = listing(['1', '2'], { nativeId: 'a1~2', projection: { of: 'a1' } })
  const [bare, one, two] = [listing([]), listing(['1']), listing(['2'])]

  expect(groupsOf(bare, two, row)).toEqual([new Set([two, row])])
  expect(groupsOf(row, two, bare)).toEqual([new Set([two, row])])
  expect(groupsOf(one, two, rowOfBoth)).toEqual(groupsOf(two, rowOfBoth, one))
})

test('reconcile() takes a record given twice as one', () => {
  fc.assert(
    fc.property(anyArchive, (parts) => {
      expect(reconcile([...parts, ...parts])).toEqual(reconcile(parts))
    }),
  )
})

test('reconcile() puts every record into exactly one item, and items under different ids', () => {
  fc.assert(
    fc.property(anyArchive, (parts) => {
      const items = reconcile(parts)
      expect(items.flatMap(({ sequences }) => sequences).toSorted((a, b) => a - b)).toEqual(
        parts.map(({ sequence }) => sequence),
      )
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length)
    }),
    { numRuns: 300 },
  )
})

test('reconcile() leaves apart what shares a hashed key only', () => {
  const items = reconcile([
    aPart(0, anAudit({ nativeId: 'a', sessionId: '19:a', messages: [aMessage({ id: '1' })] })),
    aPart(1, anAudit({ nativeId: 'b', sessionId: '19:b', messages: [aMessage({ id: '1' })] })),
    aPart(2, anAudit({ nativeId: 'c', sessionId: null, messages: [aMessage({ id: '1' })] })),
    aPart(3, anAudit({ nativeId: 'd', kind: 'own-access', messages: [aMessage({ id: '1' })] })),
  ])

  expect(items.map(({ sequences }) => sequences)).toEqual([[0], [1], [2], [3]])
})

test('reconcile() names the tenant it is told, else the one that the records name', () => {
  const answer = aPart(0, aGraphItem({ id: '1', role: 'answer' }))

  expect(reconcile([answer])[0]?.tenantId).toBe('unassigned')
  expect(reconcile([answer], { tenantId: 'tenant-1' })[0]?.tenantId).toBe('tenant-1')
  expect(reconcile([aPart(0, anAudit({ tenantId: 'tenant-2' }))])[0]?.tenantId).toBe('tenant-2')
})

test.each(hostile)('reconcile() stays linear for %s', (_, make, itemsOf) => {
  const parts = make(20_000)

  const started = process.threadCpuUsage()
  const count = reconcile(parts).length

  expect(count).toBe(itemsOf(20_000))
  expect(process.threadCpuUsage(started).user / 1_000).toBeLessThan(5000) // a quadratic path takes minutes
})

import { expect, test } from 'vitest'
import { AliasTable, Random } from './random.ts'

function first(k0: number, k1: number, k2: number, k3: number): number[] {
  const random = new Random().seed(k0, k1, k2, k3)
  return [random.u32(), random.u32(), random.u32()]
}

test('the same four numbers give the same stream, any other number another one', () => {
  expect(first(1, 2, 3, 4)).toEqual(first(1, 2, 3, 4))
  const others = [first(0, 2, 3, 4), first(1, 3, 3, 4), first(1, 2, 4, 4), first(1, 2, 3, 5)]
  for (const other of others) expect(other).not.toEqual(first(1, 2, 3, 4))
})

test('ids are GUIDs of version 4 and do not repeat', () => {
  const random = new Random().seed(1, 1, 1, 1)
  const ids = Array.from({ length: 20_000 }, () => random.guid())
  expect(new Set(ids).size).toBe(20_000)
  const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(ids.every((id) => guid.test(id))).toBe(true)
})

test('sessions whose numbers are neighbours have unrelated ids', () => {
  const random = new Random()
  const ids = Array.from({ length: 50_000 }, (_, n) => random.seed(7, 3, n, 1).guid())
  expect(new Set(ids.map((id) => id.slice(0, 13))).size).toBeGreaterThan(49_990)
})

test('ranks are drawn as often as their weights say', () => {
  const random = new Random().seed(9, 9, 9, 9)
  const table = AliasTable.zipf(1_000, 1)
  const counts = Array.from({ length: 1_000 }, () => 0)
  const draws = 400_000
  for (let n = 0; n < draws; n++) {
    const rank = table.draw(random)
    counts[rank] = (counts[rank] ?? 0) + 1
  }
  const harmonic = counts.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0)
  for (const rank of [0, 1, 4, 19, 99]) {
    const expected = draws / (rank + 1) / harmonic
    expect(Math.abs((counts[rank] ?? 0) / expected - 1)).toBeLessThan(0.08)
  }
})

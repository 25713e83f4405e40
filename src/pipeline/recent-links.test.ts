import { expect, test } from 'vitest'
import { RecentLinks } from './recent-links.ts'

const told = (...links: [number, number][]) => ({
  keys: Float64Array.from(links.map(([key]) => key)),
  sequences: Float64Array.from(links.map(([, sequence]) => sequence)),
})

test('RecentLinks finds the records of every batch that the index may lack', () => {
  const recent = new RecentLinks()
  recent.add(1, told([7, 10], [8, 11]))
  recent.rotate()
  recent.add(2, told([7, 20]))

  expect(recent.lookup([{ key: 7 }])).toEqual([10, 20])
  expect(recent.lookup([{ key: 9 }])).toEqual([])
})

test('RecentLinks keeps a generation until the index has all of its batches', () => {
  const recent = new RecentLinks()
  recent.add(1, told([7, 10]))
  // Taken already, its rows not made yet when the first lot is written.
  recent.add(2, told([7, 20]))
  recent.rotate()

  recent.forget(1)
  expect(recent.lookup([{ key: 7 }])).toEqual([10, 20])
  recent.forget(2)
  expect(recent.lookup([{ key: 7 }])).toEqual([])
})

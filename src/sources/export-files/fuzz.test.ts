import { expect, test } from 'vitest'
import { fuzz } from './testdata/fuzz.ts'

test('damaged exports lose no record before the damage, and read the same in pieces of any size', () => {
  expect(fuzz(6_000, 1)).toBe(6_000)
})

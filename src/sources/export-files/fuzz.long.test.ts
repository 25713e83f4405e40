import { expect, test } from 'vitest'
import { fuzz } from './testdata/fuzz.ts'

test('a million damaged exports', { timeout: 600_000 }, () => {
  expect(fuzz(1_000_000, 2)).toBe(1_000_000)
})

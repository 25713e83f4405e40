import { expect, test } from 'vitest'
import { hash64 } from './hash64.ts'

test('hash64() keeps a hundred thousand similar keys apart', () => {
  const hashes = new Set<bigint>()
  for (let at = 0; at < 100_000; at += 1)
    hashes.add(hash64(`m:54:19:session@thread.v2${1_700_000_000_000 + at}`))

  expect(hashes.size).toBe(100_000)
})

test('hash64() spreads over all its bits', () => {
  const counts = Array.from({ length: 64 }, () => 0)
  for (let at = 0; at < 4_000; at += 1) {
    const value = hash64(`key ${at}`)
    for (let bit = 0; bit < 64; bit += 1)
      counts[bit] = (counts[bit] ?? 0) + Number((value >> BigInt(bit)) & 1n)
  }

  for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(250)
})

test('hash64() always gives the same answer', () => {
  expect(hash64('m:5:abcde1700000000000')).toBe(hash64('m:5:abcde1700000000000'))
  expect(hash64('')).not.toBe(hash64('\0'))
})

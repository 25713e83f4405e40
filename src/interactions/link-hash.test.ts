import { expect, test } from 'vitest'
import { LINK_KEYS, linkHash } from './link-hash.ts'

test('linkHash() keeps a hundred thousand similar keys apart', () => {
  const hashes = new Set<number>()
  for (let at = 0; at < 100_000; at += 1)
    hashes.add(linkHash(`m:54:19:session@thread.v2${1_700_000_000_000 + at}`))

  expect(hashes.size).toBe(100_000)
})

test('linkHash() spreads over all its bits', () => {
  const counts = Array.from({ length: 52 }, () => 0)
  for (let at = 0; at < 4_000; at += 1) {
    const value = linkHash(`key ${at}`)
    expect(value).toBeLessThan(LINK_KEYS)
    for (let bit = 0; bit < 52; bit += 1)
      counts[bit] = (counts[bit] ?? 0) + (Math.floor(value / 2 ** bit) % 2)
  }

  for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(250)
})

test('linkHash() always gives the same answer', () => {
  expect(linkHash('m:5:abcde1700000000000')).toBe(linkHash('m:5:abcde1700000000000'))
  expect(linkHash('')).not.toBe(linkHash('\0'))
})

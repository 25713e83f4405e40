import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FAULTS, Faults } from './faults.ts'

test('the reference says of every fault what it does, and of no other', () => {
  const page = readFileSync('docs/reference/emulated-tenant.md', 'utf8')
  const described = [...page.matchAll(/^\| `([\w-]+)`(?: †)? +\|/gm)].map(([, name]) => name)
  const afterwards = described.slice(described.indexOf('late'))
  expect(afterwards).toEqual([...FAULTS])
})

test('a fault of the wire strikes a thing so often at most, and is counted', () => {
  const faults = new Faults(1, new Set(['throttled']))
  const struck = [1, 2, 3, 4].map(() => faults.strikes('throttled', 'one page', 1, 2))
  expect(struck).toEqual([true, true, false, false])
  expect(faults.strikes('slow', 'one page', 1)).toBe(false)
  expect(faults.counts()).toEqual({ throttled: 2 })
})

test('a fault of an interface that nobody asks is not counted among those that are on', () => {
  const faults = new Faults(1, new Set(['concealed-names', 'slow']))
  expect(faults.counts()).toEqual({ slow: 0 })
  faults.strikes('concealed-names', 'a report', 0)
  expect(faults.counts()).toEqual({ slow: 0, 'concealed-names': 0 })
})

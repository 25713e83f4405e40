import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './jcs.ts'

test('canonicalJson() sorts members by UTF-16 code units and writes numbers as RFC 8785 does', () => {
  // The example of RFC 8785 section 3.2.3, and of section 3.2.2.
  const sorted = canonicalJson({
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  })
  expect(Object.values(JSON.parse(sorted)).length).toBe(7)
  expect([...sorted.matchAll(/:"([A-Z][a-z]+)/g)].map(([, word]) => word)).toEqual([
    'Carriage',
    'One',
    'Control',
    'Latin',
    'Euro',
    'Emoji',
    'Hebrew',
  ])
  expect(canonicalJson([JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  )
})

test('canonicalJson() gives one text for one value, whatever the order of members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed())
      expect(canonicalJson(turned)).toBe(canonicalJson(value))
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test.each([['\ud800'], [Number.NaN], [Infinity], [1n], [() => 1]])(
  'canonicalJson() refuses what JSON cannot hold (case %#)',
  (value) => {
    expect(() => canonicalJson({ value })).toThrow(expect.objectContaining({ code: 'BAD_JSON' }))
  },
)

test('canonicalJson() refuses what is nested too deep instead of running out of stack', () => {
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level += 1) deep = [deep]
  expect(() => canonicalJson(deep)).toThrow(expect.objectContaining({ code: 'BAD_JSON' }))
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PART, wordsOf } from './text.ts'
import { WordHasher } from './word-hashes.ts'

const hasher = new WordHasher()
const hex = (text: string): string => Buffer.from(hasher.hashesOf(text)).toString('hex')

describe('hashesOf()', () => {
  test('has two bytes for a word and one for a short word', () => {
    expect(hex('the')).toHaveLength(2)
    expect(hex('merger')).toHaveLength(4)
    expect(hex('The merger, and the plan.')).toBe(
      ['the', 'merger', 'and', 'the', 'plan'].map(hex).join(''),
    )
  })

  test.each([
    ['Zürich', 'zurich'],
    ['the “merger”', 'THE MERGER'],
    ['don’t', 'don t'],
    ['plan東京tower', 'plan tower'],
    ['Ｍｅｒｇｅｒ', 'merger'],
    ['東京都', ''],
  ])('is the same for %j and %j', (one, other) => {
    expect(hex(one)).toBe(hex(other))
  })

  test('keeps the sign between parts', () => {
    expect(hex(`plan${PART}merger`)).toBe(`${hex('plan')}1e${hex('merger')}`)
  })

  test('knows the words that wordsOf() tells, in their order', () => {
    const piece = fc.constantFrom(
      'a',
      'Plan',
      '’',
      '“',
      ' ',
      'ü',
      'u\u0308',
      '京',
      'ー',
      'ﬁ',
      '½',
      '™',
      'İ',
      '\ud83d\ude00',
      '\ud83d',
      '.',
      '1',
    )
    const text = fc.oneof(
      fc.array(piece).map((all) => all.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, (some) => {
        const plain = some.replaceAll(PART, ' ')
        const words = wordsOf(plain).filter(({ run }) => !run)
        expect(hex(plain)).toBe(words.map((word) => hex(word.text)).join(''))
      }),
      { numRuns: 2_000 },
    )
  })

  test('gives every text bytes of its own, however long', () => {
    const long = 'ﷺ '.repeat(20_000)
    expect(hex(long)).toBe(hex('ﷺ').repeat(20_000))
    expect(hex('')).toBe('')
  })
})

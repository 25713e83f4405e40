import { describe, expect, test } from 'vitest'
import { fold, searchTail, wordsOf, PART } from './text.ts'

describe('fold()', () => {
  test.each([
    ['Zürich', 'zurich'],
    ['Zu\u0308rich', 'zurich'],
    ['STRASSE straße', 'strasse strasse'],
    ['Ｍｅｒｇｅｒ ﬁle', 'merger file'],
    ['Йогурт', 'иогурт'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['İstanbul', 'istanbul'],
    ['がギ', 'がギ'],
    ['한국어', '한국어'],
    ['हिन्दी', 'हिन्दी'],
  ])('unifies %j as %j', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  test('changes nothing more when applied again', () => {
    for (let code = 0x20; code < 0x1_0000; code += 1) {
      const once = fold(String.fromCharCode(code))
      expect(fold(once)).toBe(once)
    }
  })
})

test('wordsOf() keeps scripts without spaces apart as runs', () => {
  const words = wordsOf('Plan東京tower, “merger”')

  expect(words.map(({ text, run }) => (run ? `[${text}]` : text))).toEqual([
    'plan',
    '[東京]',
    'tower',
    'merger',
  ])
})

describe('searchTail()', () => {
  test('adds nothing to ASCII text', () => {
    expect(searchTail('The merger plan.')).toBe('')
  })

  test('adds what the tokenizer would not find: words without their signs and accents, pairs of characters', () => {
    expect(searchTail('“Merger” Zürich').split(PART)).toEqual(['merger', 'zurich'])
    expect(searchTail('東京都').split(PART)).toEqual(['東', '京', '東京', '都', '京都'])
  })

  test('adds each token once, however often its word comes', () => {
    expect(searchTail('“plan” '.repeat(10_000))).toBe('plan')
  })
})

import { describe, expect, test } from 'vitest'
import { HOSTILE_TEXT } from '../transcript/item.suite.ts'
import { Fonts } from './fonts.ts'
import { LineSetter } from './lines.ts'

const fonts = new Fonts()
const STYLE = { font: 'text', size: 10 } as const

function set(text: string, width = 300) {
  const setter = new LineSetter(fonts)
  const lines = setter.lines(text, STYLE, width)
  return {
    lines,
    missing: setter.missing,
    texts: lines.map(({ pieces }) => pieces.map((piece) => piece.text).join('')),
  }
}

describe('LineSetter', () => {
  test('breaks at blanks, and inside a word only when it is longer than a line', () => {
    const { texts } = set(
      `one two three four five six seven eight nine ten ${'x'.repeat(200)}`,
      200,
    )

    expect(texts[0]).toBe('one two three four five six seven eight nine ')
    expect(texts.slice(1).join('')).toBe(`ten ${'x'.repeat(200)}`)
    expect(texts.length).toBeGreaterThan(4)
  })

  test('keeps every character, and no line is wider than the page, whatever comes', () => {
    const { lines, texts } = set(HOSTILE_TEXT)

    expect(lines.every(({ width }) => width <= 300 + 3)).toBe(true) // a blank may hang over the end
    const all = texts.join('')
    for (const word of [
      'U+202E',
      'gnp.exe',
      'U+0000',
      'U+D800',
      '日',
      '한',
      'สวัสดี',
      'Καλημέρα',
      'Привет',
      '<script>',
    ])
      expect(all).toContain(word)
    expect(all.match(/x+$/)?.[0].length).toBe(100_000)
  })

  test('shows the code point of a character that no font has, and counts it', () => {
    const { lines, missing, texts } = set('party \u{1f389}!')

    expect(texts).toEqual(['party U+1F389!'])
    expect(lines[0]?.pieces.map(({ isBox }) => isBox)).toEqual([false, true, false])
    expect(missing).toBe(1)
  })

  test('takes the first font that has the character', () => {
    expect(set('a日é').lines[0]?.pieces.map(({ font, text }) => [font, text])).toEqual([
      ['text', 'a'],
      ['every', '日'],
      ['text', 'é'],
    ])
  })

  test('sets right-to-left paragraphs flush right, words in the order in which they are shown', () => {
    const [line] = set('שלום עולם').lines
    expect(line?.rightToLeft).toBe(true)
    expect(line?.pieces.map(({ text }) => text)).toEqual(['עולם', ' ', 'שלום'])
  })
})

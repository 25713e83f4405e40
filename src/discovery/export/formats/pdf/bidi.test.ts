import { expect, test } from 'vitest'
import { directedPieces, isRightToLeft, levelsOf, mirrored, visualOrder } from './bidi.ts'

/** The pieces of a line as they stand on paper, from left to right. */
function shownOrder(text: string): string[] {
  const pieces = directedPieces(text)
  const levels = levelsOf(pieces, isRightToLeft(text))
  return visualOrder(levels).map((at) => {
    const piece = pieces[at] ?? ''
    return (levels[at] ?? 0) % 2 === 1 ? mirrored(piece) : piece
  })
}

test('text from left to right stays as it is', () => {
  expect(shownOrder('see (section 3).').join('')).toBe('see (section 3).')
})

test('a right-to-left paragraph begins at the right, its Latin words and numbers read from the left', () => {
  expect(shownOrder('שלום Falcon v2 עולם').join('')).toBe('עולם Falcon v2 שלום')
  expect(shownOrder('מחיר 41.50 דולר.')).toEqual(['.', 'דולר', ' ', '41.50', ' ', 'מחיר'])
})

test('Hebrew inside a Latin sentence is turned round by itself', () => {
  expect(shownOrder('say שלום עולם now').join('')).toBe('say עולם שלום now')
})

test('brackets in text from right to left are mirrored', () => {
  expect(shownOrder('שלום (Falcon) עולם').join('')).toBe('עולם (Falcon) שלום')
})

test('nothing is lost or doubled', () => {
  const text = 'a ב-12:30 (ג) d, «ה» 5% مرحبا'
  expect(directedPieces(text).join('')).toBe(text)
  expect(visualOrder(levelsOf(directedPieces(text), false)).toSorted((a, b) => a - b)).toEqual(
    directedPieces(text).map((_, at) => at),
  )
})

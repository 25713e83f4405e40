// The order in which text of both directions is shown: the Unicode bidirectional algorithm (UAX #9) without embeddings
// and isolates. Their control characters never come here (they are spelt out), so what is left are letters, numbers and
// what stands between them. Paired brackets (rule N0) are treated like other neutral characters.

const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const NUMBER = /^[\p{Nd}]/u
const LETTER = /^[\p{L}\p{Extended_Pictographic}]/u
const MIRRORED: Readonly<Record<string, string>> = {
  '(': ')',
  ')': '(',
  '[': ']',
  ']': '[',
  '{': '}',
  '}': '{',
  '<': '>',
  '>': '<',
  '«': '»',
  '»': '«',
}

export function hasRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text)
}

/** Direction of a paragraph: that of its first letter (rules P2, P3). */
export function isRightToLeft(paragraph: string): boolean {
  const first = /\p{L}/u.exec(paragraph)?.[0] ?? ''
  return RIGHT_TO_LEFT.test(first)
}

/** Cuts text so that each piece has one direction: a word, a number, or one character between them. */
export function directedPieces(text: string): string[] {
  return (
    text.match(
      /\p{Nd}+(?:[.,:/]\p{Nd}+)*|(?:(?![\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])[\p{L}\p{M}\u200c\u200d])+|[\p{L}\p{M}\u200c\u200d]+|[^]/gu,
    ) ?? []
  )
}

/** Embedding levels of a line's pieces (rules W7, N1, N2, I1, I2). */
export function levelsOf(pieces: readonly string[], rightToLeft: boolean): number[] {
  const base = rightToLeft ? 1 : 0
  let strong = base === 1 ? 'R' : 'L'
  const classes = pieces.map((piece) => {
    if (NUMBER.test(piece)) return strong === 'L' ? 'L' : 'N'
    if (RIGHT_TO_LEFT.test(piece) && /[\p{L}]/u.test(piece)) return (strong = 'R')
    if (LETTER.test(piece)) return (strong = 'L')
    return ' '
  })
  return classes.map((own, at) => {
    if (own === ' ') return neutralLevel(classes, at, base)
    if (own === 'N') return 2
    if (own === 'R') return 1
    return base === 1 ? 2 : 0
  })
}

function neutralLevel(classes: readonly string[], at: number, base: number): number {
  const side = (step: 1 | -1): string => {
    for (let next = at + step; next >= 0 && next < classes.length; next += step) {
      const found = classes[next]
      if (found === 'N') return 'R'
      if (found !== ' ' && found !== undefined) return found
    }
    return base === 1 ? 'R' : 'L'
  }
  const [before, behind] = [side(-1), side(1)]
  if (before !== behind) return base
  return before === 'R' ? 1 : base === 1 ? 2 : 0
}

/** Indexes of the pieces from left to right (rule L2). */
export function visualOrder(levels: readonly number[]): number[] {
  const order = levels.map((_, at) => at)
  for (let level = Math.max(0, ...levels); level > 0; level -= 1) {
    for (let from = 0; from < order.length; from += 1) {
      if ((levels[order[from] ?? 0] ?? 0) < level) continue
      let to = from
      while (to < order.length && (levels[order[to] ?? 0] ?? 0) >= level) to += 1
      order.splice(from, to - from, ...order.slice(from, to).toReversed())
      from = to
    }
  }
  return order
}

/** What stands for a neutral character in text from right to left (rule L4). */
export function mirrored(piece: string): string {
  return MIRRORED[piece] ?? piece
}

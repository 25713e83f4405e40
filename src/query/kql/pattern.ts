import { fold, PART, type Word } from '../text.ts'

// Regular expressions (RE2) that find folded words in text as it was served. They are values bound to the
// statement, run only on rows that the index has found to hold all the words.

/** Scripts whose words have no edges, as in text.ts. */
const UNSPACED =
  '\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}ー々'
const START = `(?:^|[^\\pL\\pN\\pM]|[${UNSPACED}])`
const END = `(?:$|[^\\pL\\pN\\pM]|[${UNSPACED}])`
const GAP = `[^\\pL\\pN\\pM${PART}]`

/** The words one after the other, whatever stands between them. `prefix`: the last one may go on. */
export function patternOf(words: readonly Word[], prefix: boolean): string {
  let pattern = ''
  for (const [at, word] of words.entries()) {
    const previous = words[at - 1]
    if (previous === undefined) pattern += word.run ? '' : START
    // The edge of a run is an edge of a word: nothing needs to stand there.
    else pattern += previous.run === word.run ? `${GAP}+` : `${GAP}*`
    pattern += spellings(word.text)
  }
  return prefix || words.at(-1)?.run === true ? pattern : pattern + END
}

/** Every way of writing a folded word: capitals, accents, ligatures, wide letters. */
function spellings(word: string): string {
  let pattern = ''
  const letters = Array.from(word)
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? ''
    const pair = letter + (letters[at + 1] ?? '')
    const ligatures = variants().get(pair)
    if (ligatures !== undefined && letters[at + 1] !== undefined) {
      pattern += `(?:${classOf(letter)}${classOf(letters[at + 1] ?? '')}|[${ligatures}])`
      at += 1
    } else {
      pattern += classOf(letter)
    }
  }
  return pattern
}

/** Combining diacritics may follow a letter that was written decomposed. */
function classOf(letter: string): string {
  const others = variants().get(letter)
  const marks = /\p{L}/u.test(letter) ? '[\\x{300}-\\x{36f}]*' : ''
  return others === undefined ? letter + marks : `[${letter}${others}]${marks}`
}

let known: Map<string, string> | undefined

/** Folded letter, or pair of letters, to the characters that fold to it. Made once, in a few milliseconds. */
function variants(): Map<string, string> {
  if (known !== undefined) return known
  known = new Map()
  for (const [first, last] of [
    [0x41, 0x5a],
    [0xaa, 0x24ff],
    [0xfb00, 0xfb06],
    [0xff10, 0xff9f],
  ] as const) {
    for (let code = first; code <= last; code += 1) {
      const character = String.fromCharCode(code)
      const base = fold(character)
      if (
        base !== character &&
        /^[\p{L}\p{N}]{1,2}$/u.test(base) &&
        /[\p{L}\p{N}]/u.test(character)
      )
        known.set(base, (known.get(base) ?? '') + character)
    }
  }
  return known
}

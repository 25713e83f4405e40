import type { Binder } from './kql/binder.ts'
import type { Word } from './text.ts'

// Where words stand next to each other: a column with two bytes for each word of the text (one for a short word), in
// order, so that a phrase is looked for in a fifth of the bytes and without a regular expression. It finds all that has
// the phrase and little else (two words may share their bytes); the texts of what it finds decide.
// Only words of ASCII characters are told apart: every other one has the same two bytes, those of FOREIGN.

/** Stands for every word with characters outside ASCII. */
const FOREIGN = 'éé'

/** Half of all words have three letters or less, and there are few such: a byte tells them apart. */
const hashOf = (word: string): string =>
  `left(reinterpretAsFixedString(toUInt16(cityHash64(${word}))), 1 + (length(${word}) > 3))`

/** Unicode's spaces and signs separate words, as in text.ts; the engine's tokenizer takes them for letters. */
const SIGNS = String.raw`'[^\\pL\\pN\\pM\\x00-\\x7f]+'`
const FOREIGN_RUNS = String.raw`'[0-9A-Za-z]*[^\\x00-\\x7f][0-9A-Za-z\\x{80}-\\x{10ffff}]*'`
const PLAIN = `if(isValidASCII(text), text, replaceRegexpAll(replaceRegexpAll(text, ${SIGNS}, ' '), ${FOREIGN_RUNS}, '${FOREIGN}'))`

/** What the column is made of, once, when a row is written. */
export const WORD_HASHES = `arrayStringConcat(arrayMap(x -> ${hashOf('x')}, tokens(lower(${PLAIN}), 'splitByNonAlpha')))`

/** More words would be more ways of mixing them with foreign ones; so many are rare enough together. */
const MOST_WORDS = 4

/**
 * What every text with these words next to each other fulfils; null where that says nothing. A run of a script without
 * spaces has no edge of its own, and the last word of a prefix may go on.
 */
export function sequenceCondition(
  words: readonly Word[],
  prefix: boolean,
  binder: Binder,
): string | null {
  const whole = prefix ? words.slice(0, -1) : words
  const span = longestSpan(whole).slice(0, MOST_WORDS)
  if (span.length < 2) return null
  const ways = span
    .map((word) => (/^[0-9a-z]+$/.test(word) ? [word, FOREIGN] : [FOREIGN]))
    .reduce<string[][]>(
      (all, either) => all.flatMap((way) => either.map((word) => [...way, word])),
      [[]],
    )
  const bound = binder.bind('Array(Array(String))', ways)
  return `multiSearchAny(wordHashes, arrayMap(way -> arrayStringConcat(arrayMap(x -> ${hashOf('x')}, way)), ${bound}))`
}

/** The most words in a row that are no runs. */
function longestSpan(words: readonly Word[]): string[] {
  let longest: string[] = []
  let span: string[] = []
  for (const { text, run } of words) {
    span = run ? [] : [...span, text]
    if (span.length > longest.length) longest = span
  }
  return longest
}

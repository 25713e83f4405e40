import type { Binder } from './kql/binder.ts'
import { PART, wordsOf, type Word } from './text.ts'

// Where words stand next to each other: a column with two bytes for each word of the text (one for a short word), in
// order, so that a phrase is looked for in a fifth of the bytes and without a regular expression. It finds all that has
// the phrase and little else (two words may share their bytes); the texts of what it finds decide.

const PART_CODE = PART.charCodeAt(0)
const SEED = 0x811c9dc5
const PRIME = 0x01000193
/** Half of all words have three letters or less, and there are few such: a byte tells them apart. */
const SHORT = 3

/** Words with characters outside ASCII whose folding is kept, at most. */
const KEPT_RUNS = 8_192
/** Longer parts of a text would keep the whole of it in memory (V8 copies what is shorter than 13 characters). */
const LONG_RUN = 12

/** What an ASCII character is in a word: its code in lower case, 0 where it is no letter or digit. */
const LOWER = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code).toLowerCase()
  return /[0-9a-z]/.test(letter) ? letter.charCodeAt(0) : 0
})

/** Hashes of the words of text after text. What it gives stands until it is asked again. */
export class WordHasher {
  #bytes = new Uint8Array(1 << 14)
  #end = 0
  readonly #runs = new Map<string, readonly string[]>()

  /**
   * Each word of the text, as `wordsOf` tells them, in order. Runs of scripts without spaces leave nothing: they have
   * no edges of their own. The sign between parts is kept, since no phrase runs across it.
   */
  hashesOf(text: string): Uint8Array {
    const { length } = text
    // A word has a character at least, and one that separates it; what folds to many words is looked after below.
    this.#reserve(length + 2)
    let hash = SEED
    let start = -1
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at)
      const lower = code < 128 ? LOWER[code] : 0
      if (lower !== 0 && lower !== undefined) {
        if (start < 0) start = at
        hash = Math.imul(hash ^ lower, PRIME)
      } else if (code < 128) {
        if (start >= 0) this.#add(hash, at - start)
        if (code === PART_CODE) this.#byte(PART_CODE)
        hash = SEED
        start = -1
      } else {
        // A word with this character in it, from its beginning: folded, it may be another one, or several.
        const end = endOfRun(text, at)
        const run = text.slice(start < 0 ? at : start, end)
        this.#reserve(length - end + 2 * run.length + 64)
        for (const word of this.#wordsIn(run)) this.#word(word)
        hash = SEED
        start = -1
        at = end - 1
      }
    }
    if (start >= 0) this.#add(hash, length - start)
    const hashes = this.#bytes.subarray(0, this.#end)
    this.#end = 0
    return hashes
  }

  /** Kept where they are short: the same signs and words come again and again, and folding is slow. */
  #wordsIn(run: string): readonly string[] {
    const known = this.#runs.get(run)
    if (known !== undefined) return known
    const words = wordsOf(run).flatMap((word) => (word.run ? [] : [word.text]))
    if (run.length > LONG_RUN) return words
    if (this.#runs.size >= KEPT_RUNS) this.#runs.clear()
    this.#runs.set(run, words)
    return words
  }

  /** A folded word. */
  #word(word: string): void {
    let hash = SEED
    for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), PRIME)
    this.#reserve(2)
    this.#add(hash, word.length)
  }

  #add(hash: number, length: number): void {
    const mixed = hash ^ (hash >>> 15)
    this.#byte(mixed)
    if (length > SHORT) this.#byte(mixed >>> 8)
  }

  #byte(value: number): void {
    this.#bytes[this.#end++] = value
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = larger
  }
}

/** Where a word ends that has a character outside ASCII. */
function endOfRun(text: string, from: number): number {
  let at = from + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code < 128 && LOWER[code] === 0) break
    at += 1
  }
  return at
}

/**
 * What every text with these words next to each other fulfils; null where that says nothing: the last word of a prefix
 * may go on, and a run of a script without spaces is none of the words.
 */
export function sequenceCondition(
  words: readonly Word[],
  prefix: boolean,
  binder: Binder,
): string | null {
  const span = longestSpan(prefix ? words.slice(0, -1) : words)
  if (span.length < 2) return null
  const hashes = Buffer.from(new WordHasher().hashesOf(span.join(' '))).toString('hex')
  return `position(wordHashes, unhex(${binder.text(hashes)})) > 0`
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

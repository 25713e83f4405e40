import { Bytes, CITATION_MARK } from './bytes.ts'
import type { Random } from './random.ts'
import type { Vocabulary } from './vocabulary.ts'

const BLANK = 32
const QUOTE = 34
const ZERO = 48

// Of 2^32: one word in twenty is followed by a number, as in texts about business.
const FIGURES = 214_748_364

/** Ranks of English words of which the corpus counts the items they are in (all above the real small words). */
export const TRACKED_RANKS = [200, 400, 1_000, 3_000, 10_000, 30_000] as const

/** Makes texts of a wanted length out of words drawn by rank, with sentences, paragraphs and lists. */
export class TextMaker {
  readonly text = new Bytes(262_144)
  /** Bit n: the word of `TRACKED_RANKS[n]` is in a text made since this was last set to 0. */
  seen = 0
  private readonly tracked: Uint8Array

  constructor(words: number) {
    this.tracked = new Uint8Array(words)
    TRACKED_RANKS.forEach((rank, bit) => {
      this.tracked[rank] = 1 << bit
    })
  }

  /**
   * Replaces `text` by one of about `length` characters; `prefix` and `planted` (its beginning and its end)
   * count. At the ends of sentences up to `citations` citation marks are set. Returns its characters.
   */
  make(
    random: Random,
    vocabulary: Vocabulary,
    length: number,
    options: { prefix: string; planted: string; citations: number; listed: boolean },
  ): number {
    const { text, tracked } = this
    const { bytes, offsets, characters, ranks, language } = vocabulary
    const english = offsets.length === tracked.length + 1
    const stop = language.stop
    text.clear()
    let made = 0
    if (options.prefix !== '') {
      text.utf8(options.prefix)
      made += options.prefix.length
    }
    // Whole words are drawn, so a text ends half a word too late on average.
    const wanted = length - 3 - (options.planted === '' ? 0 : options.planted.length + 1)
    let cited = 0
    while (made < wanted) {
      const first = text.length
      const words = 5 + random.below(14)
      const quoted = random.u32() < 60_000_000 ? random.below(words) : -1
      for (let word = 0; word < words && made < wanted; word++) {
        const rank = ranks.draw(random)
        const start = offsets[rank] ?? 0
        const end = offsets[rank + 1] ?? start
        if (word === quoted) {
          text.byte(QUOTE)
          text.piece(bytes, start, language.spaced ? end - 1 : end)
          text.byte(QUOTE)
          if (language.spaced) text.byte(BLANK)
          made += 2
        } else text.piece(bytes, start, end)
        made += characters[rank] ?? 0
        if (random.u32() < FIGURES) made += this.figure(random.u32(), language.spaced)
        if (english) this.seen |= tracked[rank] ?? 0
      }
      capitalise(text, first)
      if (language.spaced) text.length -= 1
      text.utf8(stop)
      if (cited < options.citations && random.u32() < 0x60000000) {
        cited += 1
        text.byte(CITATION_MARK)
        text.byte(cited)
      }
      if (made >= wanted) break
      const after = random.u32() >>> 28
      if (options.listed && after < 3) text.ascii('\n- ')
      else if (after < 5) text.ascii('\n\n')
      else text.byte(BLANK)
      made += 1
    }
    if (options.planted !== '') {
      if (language.spaced) text.byte(BLANK)
      text.utf8(options.planted)
      made += options.planted.length + 1
    }
    return made
  }

  /** Adds a number of two to five digits. Returns its characters. */
  private figure(drawn: number, spaced: boolean): number {
    const digits = 2 + (drawn & 3)
    let left = drawn >>> 2
    for (let digit = 0; digit < digits; digit++) {
      this.text.byte(ZERO + (digit === 0 ? 1 + (left % 9) : left % 10))
      left = Math.floor(left / 10)
    }
    if (spaced) this.text.byte(BLANK)
    return digits + (spaced ? 1 : 0)
  }
}

function capitalise(text: Bytes, index: number): void {
  const first = text.at(index)
  if (first >= 97 && first <= 122) text.patch(index, first - 32)
}

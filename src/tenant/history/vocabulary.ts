import type { Language } from './languages.ts'
import { ENGLISH, ENGLISH_WORDS, OTHERS, OTHER_WORDS } from './languages.ts'
import { AliasTable, Random } from './random.ts'

/** Words of one language by rank, ready to be copied: UTF-8 bytes with the blank that follows. */
export interface Vocabulary {
  readonly language: Language
  readonly words: readonly string[]
  readonly bytes: Uint8Array
  /** `words.length + 1` offsets into `bytes`. */
  readonly offsets: Uint32Array
  /** Characters of each word, its blank included. */
  readonly characters: Uint8Array
  readonly ranks: AliasTable
}

// Fixed, so that "the word of rank 1,000" is the same word in every corpus.
const WORDS_SEED = 20_260_930

/** English first, then the seven others; the same for every seed. */
export function vocabularies(): readonly Vocabulary[] {
  made ??= makeVocabularies()
  return made
}

function makeVocabularies(): readonly Vocabulary[] {
  const small = OTHERS.flatMap((language) => language.small.map(unaccented))
  const english = makeVocabulary(ENGLISH, ENGLISH_WORDS, 0, small)
  return [
    english,
    ...OTHERS.map((language, n) => makeVocabulary(language, OTHER_WORDS, n + 1, english.words)),
  ]
}

function unaccented(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{M}/gu, '')
}

let made: readonly Vocabulary[] | undefined

function makeVocabulary(
  language: Language,
  count: number,
  index: number,
  taken: readonly string[],
): Vocabulary {
  const random = new Random().seed(WORDS_SEED, index, 0, 0)
  // A made English word means one rank of one language, with or without its accents: its count is exact then.
  const foreign = new Set(taken)
  const seen = new Set<string>(language.small)
  while (seen.size < count) {
    // The commoner a word, the shorter.
    const syllables = syllablesOf(seen.size, language.spaced, random)
    let word = ''
    for (let syllable = 0; syllable < syllables; syllable++) {
      word += one(random, language.onsets) + one(random, language.nuclei)
      if (syllable === syllables - 1 || random.chance(0.1)) word += one(random, language.codas)
    }
    if (!foreign.has(unaccented(word))) seen.add(word)
  }
  const words = [...seen].slice(0, count)
  const encoded = words.map((word) => Buffer.from(language.spaced ? `${word} ` : word))
  const offsets = new Uint32Array(count + 1)
  encoded.forEach((bytes, rank) => {
    offsets[rank + 1] = (offsets[rank] ?? 0) + bytes.length
  })
  const blank = language.spaced ? 1 : 0
  return {
    language,
    words,
    bytes: Buffer.concat(encoded),
    offsets,
    characters: Uint8Array.from(words, (word) => word.length + blank),
    ranks: AliasTable.zipf(count, 1),
  }
}

function syllablesOf(rank: number, spaced: boolean, random: Random): number {
  if (rank < 1_000 || !spaced) return 1 + random.below(2)
  return rank < 8_000 || random.chance(0.7) ? 2 : 3
}

function one(random: Random, sounds: readonly string[]): string {
  return sounds[random.below(sounds.length)] ?? ''
}

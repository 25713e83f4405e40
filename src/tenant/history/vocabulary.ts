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
  const small = new Set(OTHERS.flatMap((language) => language.small.map(unaccented)))
  const english = makeVocabulary(ENGLISH, ENGLISH_WORDS, 0, small)
  const taken = new Set(english.words)
  return [
    english,
    ...OTHERS.map((language, n) => makeVocabulary(language, OTHER_WORDS, n + 1, taken)),
  ]
}

function unaccented(word: string): string {
  return isAscii(word) ? word : word.normalize('NFD').replaceAll(/\p{M}/gu, '')
}

// Most words are: 78,000 of them are looked at whenever an emulated tenant starts.
function isAscii(word: string): boolean {
  for (let at = 0; at < word.length; at++) if (word.charCodeAt(at) > 127) return false
  return true
}

let made: readonly Vocabulary[] | undefined

function makeVocabulary(
  language: Language,
  count: number,
  index: number,
  foreign: ReadonlySet<string>,
): Vocabulary {
  const random = new Random().seed(WORDS_SEED, index, 0, 0)
  const seen = new Set<string>(language.small)
  while (seen.size < count) {
    // The commoner a word, the shorter.
    const syllables = syllablesOf(seen.size, language.spaced, random)
    let word = ''
    for (let syllable = 0; syllable < syllables; syllable++) {
      word += one(random, language.onsets) + one(random, language.nuclei)
      if (syllable === syllables - 1 || random.chance(0.1)) word += one(random, language.codas)
    }
    // A made English word means one rank of one language, with or without its accents: its count is exact then.
    if (!foreign.has(unaccented(word))) seen.add(word)
  }
  const words = [...seen].slice(0, count)
  const blank = language.spaced ? 1 : 0
  const offsets = new Uint32Array(count + 1)
  words.forEach((word, rank) => {
    const bytes = isAscii(word) ? word.length : Buffer.byteLength(word)
    offsets[rank + 1] = (offsets[rank] ?? 0) + bytes + blank
  })
  return {
    language,
    words,
    bytes: Buffer.from(language.spaced ? `${words.join(' ')} ` : words.join('')),
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

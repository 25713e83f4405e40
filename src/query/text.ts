// What a searchable word is. The engine's tokenizer splits at ASCII characters that are neither letter nor digit and
// lower-cases; everything it cannot do (accents, Unicode punctuation, scripts without spaces) is done here, once for
// the rows (searchTail) and once for the query (wordsOf), so that both agree.

/** Between the parts of an item's text: no phrase runs across it. */
export const PART = '\x1e'

const NON_ASCII = /[^\0-\x7f]/
/** A run that the engine takes as one token although it holds characters outside ASCII. */
const FOREIGN_RUN = /[0-9A-Za-z]*[^\0-\x7f][0-9A-Za-z\u0080-\uffff]*/g
const WORD = /[\p{L}\p{N}\p{M}]+/gu
/** Scripts whose words are not separated by spaces, and Hangul, whose words carry endings. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々]/u
const UNSPACED_RUN = new RegExp(`${UNSPACED.source}+`, 'gu')
const DIACRITICS = /[\u0300-\u036f]/g
/** Letters that stay whole when Unicode decomposes, as people type them without the key for it. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}
const SPECIAL = /[ßæœøłđðþı]/g

/** The form in which text is compared: compatibility forms and case unified, diacritics of Latin, Greek and Cyrillic taken off. */
export function fold(text: string): string {
  if (!NON_ASCII.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter)
    .replaceAll('ς', 'σ')
    .normalize('NFC')
}

/** A word as it is looked up: `run` true for a stretch of a script without spaces, found by its pairs of characters. */
export interface Word {
  readonly text: string
  readonly run: boolean
}

const ASCII_WORD = /[0-9a-z]+/g

/** The words of a text in their order, folded. */
export function wordsOf(text: string): Word[] {
  const folded = fold(text)
  if (!NON_ASCII.test(folded)) return (folded.match(ASCII_WORD) ?? []).map(plain)
  const words = folded.match(WORD) ?? []
  return UNSPACED.test(folded) ? words.flatMap(segments) : words.map(plain)
}

function plain(text: string): Word {
  return { text, run: false }
}

function segments(word: string): Word[] {
  if (!UNSPACED.test(word)) return [plain(word)]
  const parts: Word[] = []
  let end = 0
  for (const match of word.matchAll(UNSPACED_RUN)) {
    if (match.index > end) parts.push(plain(word.slice(end, match.index)))
    parts.push({ text: match[0], run: true })
    end = match.index + match[0].length
  }
  if (end < word.length) parts.push(plain(word.slice(end)))
  return parts
}

/** Adds the tokens under which a run is indexed: each character, and each two neighbours. */
function addGrams(tokens: Set<string>, run: string): void {
  let previous = ''
  for (const character of run) {
    tokens.add(character)
    if (previous !== '') tokens.add(previous + character)
    previous = character
  }
}

/** The tokens that all rows with this run have; enough for one or two characters, a pre-filter beyond. */
export function tokensOfRun(run: string): string[] {
  const characters = Array.from(run)
  if (characters.length < 2) return characters
  return characters
    .slice(1)
    .map((character, at) => `${characters[at] ?? ''}${character}`)
    .filter((gram, at, all) => all.indexOf(gram) === at)
}

/** The extra tokens a text needs so that the engine finds what `wordsOf` says, or '' (for ASCII text always). */
export function searchTail(text: string): string {
  if (!NON_ASCII.test(text)) return ''
  const runs = text.match(FOREIGN_RUN)
  if (runs === null) return ''
  const known = new Set(runs)
  const tokens = new Set<string>()
  for (const word of wordsOf([...known].join(' '))) {
    if (!word.run) {
      if (!known.has(word.text)) tokens.add(word.text)
      continue
    }
    addGrams(tokens, word.text)
    // Half-width and other compatibility forms: the run as it is looked for.
    if (!text.includes(word.text)) tokens.add(word.text)
  }
  return [...tokens].join(PART)
}

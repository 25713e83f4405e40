import { SEARCHED } from '../schema.ts'
import { tokensOfRun, wordsOf, type Word } from '../text.ts'
import { sequenceCondition } from '../word-hashes.ts'
import type { Value } from './ast.ts'
import type { Binder } from './binder.ts'
import { patternOf } from './pattern.ts'

const TEXT: Readonly<
  Record<'prompt' | 'answer' | 'all', { readonly sql: string; readonly any: string }>
> = {
  prompt: { sql: 'substring(text, 1, promptBytes)', any: 'promptBytes > 0' },
  // One character, PART, lies between them.
  answer: { sql: 'substring(text, promptBytes + 2, answerBytes)', any: 'answerBytes > 0' },
  all: { sql: 'text', any: '1' },
}

/** Words in a part of the text, next to each other. */
export function textCondition(
  part: 'prompt' | 'answer' | 'all',
  value: Value,
  binder: Binder,
): string {
  if (value.any) return TEXT[part].any
  const words = wordsOf(value.text)
  const found = wordsCondition(words, value.prefix, binder)
  const [only] = words
  // The index answers alone when the place and the order of the words do not matter.
  if (part === 'all' && words.length === 1 && only !== undefined && isOneToken(only, value.prefix))
    return found
  const sequence = sequenceCondition(words, value.prefix, binder)
  const close = sequence === null ? found : `${found} AND ${sequence}`
  if (!binder.readsTexts) {
    binder.left += 1
    if (sequence === null || part !== 'all') binder.loose += 1
    return binder.readsHashes ? `(${close})` : found
  }
  return `(${close} AND match(${TEXT[part].sql}, ${binder.text(patternOf(words, value.prefix))}))`
}

function isOneToken(word: Word, prefix: boolean): boolean {
  if (word.run) return Array.from(word.text).length <= 2
  return !prefix || word.text.length >= MIN_PREFIX
}

/** Shorter prefixes stand for too many words of the index. */
const MIN_PREFIX = 2

/** Every word is somewhere in the item, by the text index. A prefix: any word of the index that begins with it. */
export function wordsCondition(words: readonly Word[], prefix: boolean, binder: Binder): string {
  const last = words.at(-1)
  const open = prefix && last !== undefined && !last.run ? last : undefined
  const whole = open === undefined ? words : words.slice(0, -1)
  const parts: string[] = []
  const tokens = [
    ...new Set(whole.flatMap((word) => (word.run ? tokensOfRun(word.text) : [word.text]))),
  ]
  if (tokens.length > 0)
    parts.push(`hasAllTokens(${SEARCHED}, ${binder.bind('Array(String)', tokens)})`)
  if (open !== undefined && open.text.length >= MIN_PREFIX) {
    const vocabulary = `SELECT groupUniqArray(token) FROM mergeTreeTextIndex(currentDatabase(), items, words) WHERE startsWith(token, ${binder.text(open.text)})`
    parts.push(`hasAnyTokens(${SEARCHED}, (${vocabulary}))`)
  }
  return parts.length === 0 ? '1' : parts.join(' AND ')
}

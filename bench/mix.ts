// The query mix: ten kinds in equal parts, their terms drawn by rank from what the corpus says of itself.
import type { CorpusFacts } from '../src/tenant/history/corpus-facts.ts'
import { ENGLISH } from '../src/tenant/history/languages.ts'
import { vocabularies } from '../src/tenant/history/vocabulary.ts'
import { fold, PART } from '../src/query/text.ts'

/** Measured runs of each kind, each with other terms, after some that only warm up. */
export const RUNS = 25
export const WARM_UPS = 5
export const PAGE = 50
/** From here on the goals are those of ten million records. */
export const LARGE = 5_000_000

type Asked = 'page' | 'count' | 'summary'

/** One query, as KQL and as the condition that somebody would write for the bare table. */
export interface Draw {
  readonly asked: Asked
  readonly kql: string
  readonly where: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface Kind {
  readonly name: string
  /** What p95 may cost at most, whatever the bare engine needs. */
  readonly mostMs: number
  readonly draw: (n: number) => Draw
}

type Condition = Pick<Draw, 'where' | 'params'>

/** What a person would write: the text index is declared over this expression. */
const TEXT = 'lowerUTF8(text)'
const LOWERED_IDS = ['recordIds', 'messageIds', 'requestIds']
const FLAGS = ['jailbreak', 'web', 'xpia']

const at = (list: readonly string[], n: number): string => list[n % list.length] ?? ''
const page = (kql: string, condition: Condition): Draw => ({ asked: 'page', kql, ...condition })

export function queryMix(facts: CorpusFacts): readonly Kind[] {
  const { samples } = facts
  const words = samples.words
  const needle = (name: string): string =>
    facts.needles.find((one) => one.name === name)?.kql.replaceAll('"', '') ?? ''
  const quarters = quartersOf(facts)
  const isLarge = facts.options.records >= LARGE

  const kind = (name: string, mostMs: number, draw: Kind['draw']): Kind => ({ name, mostMs, draw })
  return [
    kind('two common words', 150, (n) => {
      const pair = [at(words, n % 8), at(words, (n % 8) + 1 + Math.floor(n / 8))]
      return page(pair.join(' '), hasWords(pair))
    }),
    kind('one rare word', 150, (n) => {
      const word = n === 0 ? needle('rare word') : rareWord(n)
      return page(word, hasWords([word]))
    }),
    kind('phrase', isLarge ? 1_000 : 400, (n) => {
      const phrase = n === 0 ? needle('phrase') : phraseOf(words, n)
      return page(`"${phrase}"`, hasPhrase(phrase))
    }),
    kind('user + quarter', 150, (n) => {
      const user = at(samples.users, n)
      const quarter = quarters[n % quarters.length] ?? { from: '', to: '', until: '' }
      return page(`user:"${user}" AND date:${quarter.from}..${quarter.to}`, {
        where: `has(users, {user:String}) AND occurredAt >= toDateTime64({from:String}, 3, 'UTC') AND occurredAt < toDateTime64({until:String}, 3, 'UTC')`,
        params: { user: fold(user), from: quarter.from, until: quarter.until },
      })
    }),
    kind('file', 150, (n) => {
      const file = at(samples.files, n)
      return page(`file:"${file}"`, {
        where: 'has(files, {file:String})',
        params: { file: fold(file) },
      })
    }),
    kind('session', 150, (n) => {
      const session = at(samples.sessions, n)
      return page(`session:"${session}"`, {
        where: 'lower(session) = {session:String}',
        params: { session: session.toLowerCase() },
      })
    }),
    kind('by id', 150, (n) => {
      // Of an interaction the sample names session and message: the message's id is its own.
      const id = at(samples.ids, n).split(' ').at(-1) ?? ''
      const has = LOWERED_IDS.map(
        (column) => `has(arrayMap(x -> lower(x), ${column}), {id:String})`,
      )
      return page(`id:"${id}"`, { where: has.join(' OR '), params: { id: id.toLowerCase() } })
    }),
    kind('flag + word', 150, (n) => {
      const flag = at(FLAGS, n)
      const word = n === 0 ? 'quexmerger' : at(words, Math.floor(n / FLAGS.length))
      const { where, params } = hasWords([word])
      return page(`${flag}:true AND ${word}`, { where: `${flag} = 1 AND ${where}`, params })
    }),
    kind('exact count', isLarge ? 50 : 150, (n) => {
      const word = at(words, n)
      return { asked: 'count', kql: word, ...hasWords([word]) }
    }),
    kind('histogram + facets', isLarge ? 600 : 400, (n) => {
      if (n % 5 === 4) return { asked: 'summary', kql: '*', where: '1', params: {} }
      const word = at(words, n)
      return { asked: 'summary', kql: word, ...hasWords([word]) }
    }),
  ]
}

function hasWords(words: readonly string[]): Condition {
  return {
    where: `hasAllTokens(${TEXT}, {words:Array(String)})`,
    params: { words: words.map((word) => word.toLowerCase()) },
  }
}

/** Words next to each other: between them anything that is no letter or digit, nor the sign between prompt and answer. */
function hasPhrase(phrase: string): Condition {
  const words = phrase.split(' ')
  const { where, params } = hasWords(words)
  const pattern = `(?i)\\b${words.join(`[^\\pL\\pN${PART}]+`)}\\b`
  return {
    where: `${where} AND match(text, {pattern:String})`,
    params: { ...params, pattern },
  }
}

/** Two words of the commonest, or a small word ("the", "of") and a common one. */
function phraseOf(words: readonly string[], n: number): string {
  const second = words[n % 7] ?? ''
  if (n % 2 === 0) return `${ENGLISH.small[n % 10] ?? ''} ${second}`
  return `${words[Math.floor(n / 7) % 5] ?? ''} ${second}`
}

/** A word of rank 500 and beyond, each rarer by a seventh than the one before. */
function rareWord(n: number): string {
  const english = vocabularies()[0]?.words ?? []
  const rank = ENGLISH.small.length + Math.floor(500 * 1.15 ** n)
  return english[Math.min(rank, english.length - 1)] ?? ''
}

interface Quarter {
  readonly from: string
  /** Its last day, and the day behind it. */
  readonly to: string
  readonly until: string
}

/** Three months each, from the corpus's first day to its last. */
function quartersOf({ options }: CorpusFacts): readonly Quarter[] {
  const first = new Date(`${options.from}T00:00:00Z`)
  const day = (month: number, date: number): string =>
    new Date(Date.UTC(first.getUTCFullYear(), month, date)).toISOString().slice(0, 10)
  return [0, 3, 6, 9].map((months) => {
    const month = first.getUTCMonth() + months
    return { from: day(month, 1), to: day(month + 3, 0), until: day(month + 3, 1) }
  })
}

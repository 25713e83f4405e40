// The facts of a corpus as they are printed before any figure measured on it, and the searches with known answers.
import type { Cast } from './cast.ts'
import { NEEDLE_UPN } from './cast.ts'
import { ENGLISH } from './languages.ts'
import type { FullHistoryOptions } from './history.ts'
import { WORD_QUERIES } from './needles.ts'
import type { Tally } from './tally.ts'
import { SESSION_SAMPLE } from './tally.ts'
import { TRACKED_RANKS } from './text.ts'
import { vocabularies } from './vocabulary.ts'

/** A search with a known answer. */
interface Needle {
  readonly name: string
  readonly kql: string
  readonly unit: 'item' | 'record'
  readonly count: number
  /** Of (at most fifty of) the items: the Id of the audit record, else session and message id with a blank between. */
  readonly ids: readonly string[]
}

export interface CorpusFacts {
  readonly options: FullHistoryOptions
  /** What an import into an empty archive must say. `read` includes `notAi`. */
  readonly expected: {
    readonly read: number
    readonly added: number
    readonly repeated: number
    readonly versions: number
    readonly notAi: number
  }
  readonly files: number
  readonly bytes: number
  readonly items: number
  /** Shares of the AI records as served, unless the name says of what. */
  readonly shares: Readonly<Record<string, number>>
  readonly lengths: {
    readonly promptMedian: number
    readonly answerMedian: number
    readonly answersAbove10kShare: number
  }
  /** zstd level 3 over the raw NDJSON of one day, relative to its size. */
  readonly compression: number
  readonly cast: {
    readonly users: number
    readonly agents: number
    readonly files: number
    readonly sites: number
  }
  readonly vocabulary: {
    readonly words: number
    readonly zipfExponent: number
    readonly languages: number
  }
  readonly operations: Readonly<Record<string, number>>
  readonly needles: readonly Needle[]
  /** Terms for a mix of queries, drawn by rank: the commonest first, each about a third rarer than the one before. */
  readonly samples: {
    readonly words: readonly string[]
    readonly users: readonly string[]
    readonly files: readonly string[]
    readonly sessions: readonly string[]
    readonly ids: readonly string[]
  }
}

export function corpusFacts(options: FullHistoryOptions, cast: Cast, tally: Tally): CorpusFacts {
  const of = (name: string): number => tally.counts[name] ?? 0
  const read = of('read')
  const all = vocabularies()
  return {
    options,
    expected: {
      read: read + of('notAi'),
      added: of('added'),
      repeated: of('repeated'),
      versions: of('versions'),
      notAi: of('notAi'),
    },
    files: of('files'),
    bytes: of('bytes'),
    items: of('items'),
    shares: {
      audit: share(of('audit'), read),
      interactions: share(of('interactions'), read),
      repeats: share(of('repeated'), read),
      versions: share(of('versions'), read),
      twins: share(of('twins'), read),
      late: share(of('late'), read),
      automaticOfExchangesWithText: share(of('automaticExchanges'), of('exchangesWithText')),
      labelledOfResources: share(of('labelledResources'), of('resources')),
      otherLanguagesOfCharacters: share(of('charactersOfOtherLanguages'), of('characters')),
    },
    lengths: {
      promptMedian: median(tally.promptLengths),
      answerMedian: median(tally.answerLengths),
      answersAbove10kShare: share(
        sum(tally.answerLengths.subarray(10_001)),
        sum(tally.answerLengths),
      ),
    },
    compression: of('compressionPerMille') / 1_000,
    cast: {
      users: cast.pools.reduce((users, pool) => users + pool.length, 0),
      agents: cast.agents.length,
      files: cast.needleFile,
      sites: cast.sites.length,
    },
    vocabulary: { words: all[0]?.words.length ?? 0, zipfExponent: 1, languages: all.length },
    operations: operationsOf(tally),
    needles: needlesOf(tally, all[0]?.words ?? []),
    samples: samplesOf(cast, tally, all[0]?.words ?? []),
  }
}

function samplesOf(cast: Cast, tally: Tally, words: readonly string[]): CorpusFacts['samples'] {
  const small = ENGLISH.small.length
  const upns = (cast.pools[0] ?? []).flatMap((index) => cast.members[index]?.upn ?? [])
  return {
    words: byRank(words.slice(small)),
    users: byRank(upns),
    files: byRank(cast.files.slice(0, cast.needleFile).map((file) => file.name)),
    sessions: tally.items[SESSION_SAMPLE]?.ids ?? [],
    ids: tally.items['*']?.ids ?? [],
  }
}

function byRank(list: readonly string[]): string[] {
  const drawn: string[] = []
  for (let rank = 0; rank < list.length; rank += 1 + Math.floor(rank / 3)) {
    drawn.push(list[rank] ?? '')
  }
  return drawn
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000
}

function operationsOf(tally: Tally): Record<string, number> {
  const prefix = 'operation '
  const found = Object.entries(tally.counts).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(
    found.map(([name, items]) => [name.slice(prefix.length), items] as const).toSorted(byName),
  )
}

function needlesOf(tally: Tally, words: readonly string[]): Needle[] {
  const word = (bit: number): string => words[TRACKED_RANKS[bit] ?? 0] ?? ''
  const needles = Object.entries(tally.items).flatMap(([name, { count, ids }]): Needle[] => {
    const needle = (title: string, kql: string): Needle[] => [
      { name: title, kql, unit: 'item', count, ids },
    ]
    const bit = /^word (\d)$/.exec(name)?.[1]
    if (bit !== undefined)
      return needle(`word of rank ${TRACKED_RANKS[Number(bit)]}`, word(Number(bit)))
    if (name === 'words 0 and 1') return needle('two common words', `${word(0)} AND ${word(1)}`)
    if (name === 'person') return needle(name, `user:"${NEEDLE_UPN}"`)
    if (name === 'long session') {
      const thread = tally.items['long session thread']?.ids[0] ?? ''
      return needle(name, `session:"${thread}"`)
    }
    if (name === 'long session thread' || name === SESSION_SAMPLE) return []
    const planted = WORD_QUERIES[name]
    return planted === undefined ? needle(name, name) : needle(name, planted)
  })
  const records = tally.counts['added'] ?? 0
  needles.push({ name: 'every record', kql: '*', unit: 'record', count: records, ids: [] })
  const rare = tally.items['rare word']?.ids[0]
  if (rare !== undefined) {
    needles.push({ name: 'by id', kql: `id:${rare}`, unit: 'item', count: 1, ids: [rare] })
  }
  return needles.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function byName(a: readonly [string, number], b: readonly [string, number]): number {
  return a[0] < b[0] ? -1 : 1
}

function sum(lengths: Uint32Array): number {
  let total = 0
  for (const n of lengths) total += n
  return total
}

function median(lengths: Uint32Array): number {
  const half = sum(lengths) / 2
  let seen = 0
  const found = lengths.findIndex((n) => (seen += n) > half)
  return Math.max(found, 0)
}

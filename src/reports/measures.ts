import { part, joined, partial, type Figure, type FigureUnit, type Lack } from './figure.ts'
import { all, is, kqlOf, not } from './kql.ts'
import type { Query } from '../query/kql/ast.ts'
import { number } from './words.ts'

/** What a table about use reads of the rows of a group; the order is that of `readUse`. */
export const USE_SQL = [
  'count()',
  'sum(length(messageIds))',
  // Of an exchange that no person started every message is automatic.
  'sumIf(prompts, automatic != 1)',
  'sumIf(length(messageIds), automatic = 1)',
  'sumIf(answers, automatic != 1)',
  'countIf(automatic = 1)',
  'countIf(automatic = -1)',
  'sum(answers)',
].join(', ')

/** Prompts and answers of a group of exchanges. */
export interface Use {
  readonly exchanges: number
  readonly interactions: number
  /** Of exchanges that are not known to be automatic. */
  readonly prompts: number
  /** Prompts and answers of exchanges that an application or a schedule started. */
  readonly automatic: number
  readonly answers: number
  readonly automaticExchanges: number
  /** Exchanges of which no record carries the text, so that nobody can tell. */
  readonly unjudgedExchanges: number
  /** Everything that Copilot said, automatic or not. */
  readonly fromCopilot: number
}

export function readUse(row: readonly unknown[]): Use {
  const at = (index: number): number => Number(row[index] ?? 0)
  return {
    exchanges: at(0),
    interactions: at(1),
    prompts: at(2),
    automatic: at(3),
    answers: at(4),
    automaticExchanges: at(5),
    unjudgedExchanges: at(6),
    fromCopilot: at(7),
  }
}

export const USE_COLUMNS = [
  { key: 'interactions', title: 'Interactions', unit: 'interaction', shareOf: null },
  { key: 'prompts', title: 'Prompts', unit: 'interaction', shareOf: 'the row’s interactions' },
  { key: 'automatic', title: 'Automatic', unit: 'interaction', shareOf: 'the row’s interactions' },
  { key: 'answers', title: 'Answers', unit: 'interaction', shareOf: 'the row’s interactions' },
] as const

/** The figures of one row; `query` lists its exchanges. */
export function useFigures(use: Use, query: Query, lack: Lack): Record<string, Figure> {
  const { interactions, exchanges, automaticExchanges, unjudgedExchanges } = use
  const judged = joined(lack, unjudgedLack(unjudgedExchanges, exchanges))
  const figure = (value: number, items: number, of: Query, its: Lack): Figure => ({
    value: its.state === 'unknown' ? null : value,
    unit: 'interaction' satisfies FigureUnit,
    share: its.state === 'unknown' ? null : part(value, interactions),
    ...its,
    kql: kqlOf(of),
    items,
  })
  const human = all(query, not(is('automatic', 'true')))
  const asked = judged.state === 'unknown' ? joined(lack, partial(judged.missing ?? '')) : judged
  return {
    interactions: { ...figure(interactions, exchanges, query, lack), share: null },
    prompts: figure(use.prompts, exchanges - automaticExchanges, human, asked),
    automatic: figure(
      use.automatic,
      automaticExchanges,
      all(query, is('automatic', 'true')),
      judged,
    ),
    answers: figure(use.answers, exchanges - automaticExchanges, human, asked),
    fromCopilot: {
      ...figure(use.fromCopilot, exchanges, query, lack),
      share: part(use.fromCopilot, interactions),
    },
  }
}

function unjudgedLack(unjudged: number, exchanges: number): Lack {
  if (unjudged === 0) return { state: 'complete', missing: null }
  const missing = `of ${number(unjudged)} ${unjudged === 1 ? 'exchange' : 'exchanges'} no record says whether a person started ${unjudged === 1 ? 'it' : 'them'} (automatic:unknown)`
  return { state: unjudged === exchanges ? 'unknown' : 'partial', missing }
}

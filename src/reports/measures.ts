import { part, joined, partial, type Figure, type FigureUnit, type Lack } from './figure.ts'
import { all, is, kqlOf, not } from './kql.ts'
import { or, type Query } from '../query/kql/ast.ts'
import { number } from './words.ts'

// An answer that bears an application's mark although its prompt reads like a person's (docs/reference/item-findings.md).
const MARKED = is('finding', 'AUTOMATIC_ANSWER')
const IS_MARKED = "has(findings, 'AUTOMATIC_ANSWER')"
const STARTED_BY_ITSELF = is('automatic', 'true')

/** What a table about use reads of the rows of a group; the order is that of `readUse`. */
export const USE_SQL = [
  'count()',
  'sum(length(messageIds))',
  // Of an exchange that no person started every message is automatic.
  'sumIf(prompts, automatic != 1)',
  `sumIf(length(messageIds), automatic = 1) + sumIf(answers, automatic != 1 AND ${IS_MARKED})`,
  `sumIf(answers, automatic != 1 AND NOT ${IS_MARKED})`,
  'countIf(automatic = 1)',
  `countIf(automatic != 1 AND ${IS_MARKED})`,
  'countIf(automatic = -1)',
  'sum(answers)',
].join(', ')

/** The columns that USE_SQL reads. */
export const USE_SOURCE = 'messageIds, prompts, answers, automatic, findings'

/** Prompts and answers of a group of exchanges. */
export interface Use {
  readonly exchanges: number
  readonly interactions: number
  /** Of exchanges that are not known to be automatic. */
  readonly prompts: number
  /** Prompts and answers of exchanges that an application or a schedule started, and answers marked as such. */
  readonly automatic: number
  readonly answers: number
  readonly automaticExchanges: number
  /** Not automatic by their prompts, but by the mark of an answer. */
  readonly markedExchanges: number
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
    markedExchanges: at(6),
    unjudgedExchanges: at(7),
    fromCopilot: at(8),
  }
}

export function sumOf(uses: readonly Use[]): Use {
  const sum = (of: (use: Use) => number): number => uses.reduce((total, use) => total + of(use), 0)
  return {
    exchanges: sum((use) => use.exchanges),
    interactions: sum((use) => use.interactions),
    prompts: sum((use) => use.prompts),
    automatic: sum((use) => use.automatic),
    answers: sum((use) => use.answers),
    automaticExchanges: sum((use) => use.automaticExchanges),
    markedExchanges: sum((use) => use.markedExchanges),
    unjudgedExchanges: sum((use) => use.unjudgedExchanges),
    fromCopilot: sum((use) => use.fromCopilot),
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
  const { interactions, exchanges, automaticExchanges, markedExchanges, unjudgedExchanges } = use
  const judged = joined(lack, unjudgedLack(unjudgedExchanges, exchanges))
  const figure = (value: number, items: number, of: Query, its: Lack): Figure => ({
    value: its.state === 'unknown' ? null : value,
    unit: 'interaction' satisfies FigureUnit,
    share: its.state === 'unknown' ? null : part(value, interactions),
    ...its,
    kql: kqlOf(of),
    items,
  })
  // A prompt is a prompt, even where nobody can tell whether a person wrote it; `partial` says so.
  const asked = judged.state === 'unknown' ? joined(lack, partial(judged.missing ?? '')) : judged
  const human = all(query, not(STARTED_BY_ITSELF))
  const byPerson = exchanges - automaticExchanges
  const automatic = all(query, or([STARTED_BY_ITSELF, MARKED]))
  return {
    interactions: { ...figure(interactions, exchanges, query, lack), share: null },
    prompts: figure(use.prompts, byPerson, human, asked),
    automatic: figure(use.automatic, automaticExchanges + markedExchanges, automatic, judged),
    answers: figure(use.answers, byPerson - markedExchanges, all(human, not(MARKED)), asked),
    fromCopilot: figure(use.fromCopilot, exchanges, query, lack),
  }
}

function unjudgedLack(unjudged: number, exchanges: number): Lack {
  if (unjudged === 0) return { state: 'complete', missing: null }
  const missing = `of ${number(unjudged)} ${unjudged === 1 ? 'exchange' : 'exchanges'} no record says whether a person started ${unjudged === 1 ? 'it' : 'them'} (automatic:unknown)`
  return { state: unjudged === exchanges ? 'unknown' : 'partial', missing }
}

import type { IndexStore } from '../query/index-store.ts'
import type { Query } from '../query/kql/ast.ts'
import type { CreditRuleSet } from '../interactions/credits.ts'
import type { Lack } from './figure.ts'

export const REPORTS = [
  'usage',
  'users',
  'agents',
  'resources',
  'labels',
  'models',
  'credits',
  'all',
] as const

export type ReportName = (typeof REPORTS)[number]

export type Period = 'day' | 'week' | 'month' | 'quarter'

/** What a report is made of: all conditions must match. */
export interface ReportScope {
  readonly index: IndexStore
  /** User, times and the asker's own KQL; without the kinds that a table is about. */
  readonly query: Query
  /** The same without the user; and whether one was asked for. */
  readonly asked: Query
  readonly people: boolean
  /** Of the index: archived records that are not searchable yet. */
  readonly lack: Lack
  readonly period: Period | null
  /** Rows of one table. */
  readonly top: number
  readonly rules: CreditRuleSet
}

// How many people used what: over a period, and day by day.
import type { GraphDesk } from './desk.ts'
import type { Usage } from './usage.ts'
import { daysUntil, usageOf } from './usage.ts'

/** Column of the CSV, property of the JSON, and the place among `PRODUCTS`; −1 for any of them. */
const COUNTED = [
  ['Microsoft Teams', 'microsoftTeams', 1],
  ['Word', 'word', 2],
  ['PowerPoint', 'powerPoint', 4],
  ['Outlook', 'outlook', 5],
  ['Excel', 'excel', 3],
  ['OneNote', 'oneNote', 6],
  ['Loop', 'loop', 7],
  ['Any App', 'anyApp', -1],
  ['Copilot Chat', 'copilotChat', 0],
] as const

export interface Counts {
  /** The whole period for a summary, a day for a trend. */
  readonly date: string
  /** Enabled and active, in the order of `COUNT_COLUMNS`. */
  readonly figures: readonly number[]
}

export const COUNT_COLUMNS: readonly string[] = COUNTED.flatMap(([name]) => [
  `${name} Enabled Users`,
  `${name} Active Users`,
])

export function summaryOf(desk: GraphDesk, until: string, days: number): Counts {
  return countsOf(until, usageOf(desk, until, days))
}

export function trendOf(desk: GraphDesk, until: string, days: number): readonly Counts[] {
  return daysUntil(until, days).map((date) => countsOf(date, usageOf(desk, date, 1)))
}

/** `{wordEnabledUsers, wordActiveUsers, …}` */
export function asProperties({ figures }: Counts): Readonly<Record<string, number>> {
  return Object.fromEntries(
    COUNTED.flatMap(([, name], n) => [
      [`${name}EnabledUsers`, figures[2 * n] ?? 0],
      [`${name}ActiveUsers`, figures[2 * n + 1] ?? 0],
    ]),
  )
}

function countsOf(date: string, usage: readonly Usage[]): Counts {
  const figures = COUNTED.flatMap(([, , product]) => {
    const active = usage.filter(({ last, dates }) => (product < 0 ? last : dates[product]) !== '')
    return [usage.length, active.length]
  })
  return { date, figures }
}

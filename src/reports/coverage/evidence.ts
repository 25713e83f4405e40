import type { CoveredPerson, CoverageInputs, CoveredWindow, Loss } from './inputs.ts'
import { Intervals, type Interval } from './intervals.ts'

/** What the audit feed's ledger says of a day: all there, fetched in part, gone, or never asked for. */
export type AuditEvidence = 'closed' | 'open' | 'lost' | 'missing'
type TextEvidence = 'swept' | 'open' | 'lost'
type UsageEvidence = 'active' | 'inactive' | 'silent'

const DAY_MS = 86_400_000
/** Where too little was measured: Microsoft's slowest common case (surprises: nearly all within two to three days). */
const DEFAULT_SETTLING_MS = 3 * DAY_MS

const AUDIT_CONTENT = 'Audit.General'

const intervalOf = ({ from, to }: { readonly from: string; readonly to: string }): Interval => [
  Date.parse(from),
  Date.parse(to),
]

/** The inputs, arranged for a question per person and day. */
export class Evidence {
  readonly collectsAudit: boolean
  readonly #feeds: ReadonlySet<string>
  readonly #settlingMs: number
  readonly #closedContent: Intervals
  readonly #knownContent: Intervals
  readonly #lostContent: Intervals
  readonly #queried: Intervals
  readonly #swept: ReadonlyMap<string, Intervals>
  readonly #lostTexts: ReadonlyMap<string, Intervals>
  readonly #usage: ReadonlyMap<string, { readonly last: string | null; readonly refreshed: string }>

  constructor(inputs: CoverageInputs) {
    const { windows, losses } = inputs
    this.#feeds = new Set(inputs.feeds)
    this.#settlingMs = inputs.settledAfterMs ?? DEFAULT_SETTLING_MS
    this.collectsAudit = this.collects('management-activity') || this.collects('audit-query')
    const content = windows.filter(
      ({ feed, scope }) => feed === 'management-activity' && scope === AUDIT_CONTENT,
    )
    const closed = (list: readonly CoveredWindow[]) =>
      list.filter(({ state, failed }) => state === 'closed' && failed === 0).map(intervalOf)
    this.#closedContent = new Intervals(closed(content))
    this.#knownContent = new Intervals(content.map(intervalOf))
    this.#lostContent = new Intervals(
      losses
        .filter(({ feed, scope }) => feed === 'management-activity' && scope === AUDIT_CONTENT)
        // Records are those of events before the moment in which they became available: that of a content, or any
        // while the subscription was off.
        .map(({ code, from, to }): Interval => [
          Date.parse(from),
          code === 'SUBSCRIPTION_DISABLED' ? Date.parse(to) : Date.parse(from) + 1,
        ]),
    )
    this.#queried = new Intervals(closed(windows.filter(({ feed }) => feed === 'audit-query')))
    const sweeps = windows.filter(({ feed }) => feed === 'graph-interactions')
    this.#swept = byScope(sweeps, (list) => new Intervals(closed(list)))
    this.#lostTexts = byScope(
      losses.filter(({ feed }) => feed === 'graph-interactions'),
      (list: readonly Loss[]) => new Intervals(list.map(intervalOf)),
    )
    this.#usage = new Map(
      inputs.usage.map(({ user, lastActiveDay, refreshedDay }) => [
        user.toLowerCase(),
        { last: lastActiveDay, refreshed: refreshedDay },
      ]),
    )
  }

  collects(feed: string): boolean {
    return this.#feeds.has(feed)
  }

  /**
   * Records of a day become available from its beginning until the lateness that was measured: all that while must lie
   * in closed windows. A query over the time of the event answers as well.
   */
  audit([from, to]: Interval): AuditEvidence {
    if (this.#queried.holds([from, to])) return 'closed'
    const arriving: Interval = [from, to + this.#settlingMs]
    if (this.#lostContent.touches(arriving)) return 'lost'
    if (this.#closedContent.holds(arriving)) return 'closed'
    return this.#knownContent.touches(arriving) ? 'open' : 'missing'
  }

  texts({ id }: CoveredPerson, span: Interval): TextEvidence {
    if (this.#lostTexts.get(id)?.touches(span) === true) return 'lost'
    return this.#swept.get(id)?.holds(span) === true ? 'swept' : 'open'
  }

  /** A report names the last day of activity only: it speaks of that day and of those after it. */
  usage({ upn }: CoveredPerson, day: number): UsageEvidence {
    const row = this.#usage.get(upn.toLowerCase())
    const date = new Date(day).toISOString().slice(0, 10)
    if (row === undefined || date > row.refreshed) return 'silent'
    if (row.last === date) return 'active'
    return row.last === null || row.last < date ? 'inactive' : 'silent'
  }
}

function byScope<T extends { readonly scope: string }>(
  list: readonly T[],
  make: (list: readonly T[]) => Intervals,
): ReadonlyMap<string, Intervals> {
  const groups = Map.groupBy(list, ({ scope }) => scope)
  return new Map([...groups].map(([scope, group]) => [scope, make(group)]))
}

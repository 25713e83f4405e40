import { hash } from 'node:crypto'
import { canonicalJson } from '../../platform/jcs.ts'
import { blindSpots, type BlindSpot } from './blind-spots.ts'
import { Evidence } from './evidence.ts'
import type { CoverageInputs, DayActivity, Loss } from './inputs.ts'
import { judge, stateOn, type DayReason, type DayStatus, type DayVerdict } from './judge.ts'

/** Days in a row of which the same is said. */
interface CoverageRun {
  /** First day and the day behind the last: half-open. */
  readonly from: string
  readonly to: string
  readonly days: number
  readonly status: DayStatus
  readonly reason: DayReason | null
  readonly evidence: string
}

export interface PersonCoverage {
  readonly id: string
  readonly upn: string
  readonly days: Readonly<Record<DayStatus, number>>
  readonly runs: readonly CoverageRun[]
}

/** Who was covered when, and what is missing for which reason. The same inputs give the same statement, byte by byte. */
export interface CoverageStatement {
  readonly version: 1
  readonly tenant: string
  readonly from: string
  readonly to: string
  readonly asOf: string
  readonly timeZone: 'UTC'
  readonly feeds: readonly string[]
  /** Days of persons, each in exactly one. */
  readonly days: Readonly<Record<DayStatus, number>>
  readonly reasons: Readonly<Partial<Record<DayReason, number>>>
  /** What can never be fetched any more: each unit by name. */
  readonly losses: readonly Loss[]
  readonly blindSpots: readonly BlindSpot[]
  readonly people: readonly PersonCoverage[]
  readonly notes: readonly string[]
  /** SHA-256 (hex) of the inputs as canonical JSON: what the log holds. */
  readonly inputsSha256: string
}

const DAY_MS = 86_400_000

/** Persons who were licensed on some day of the period, or whose records are there. Pure. */
export function coverageStatement(inputs: CoverageInputs): CoverageStatement {
  const evidence = new Evidence(inputs)
  const activity = activityByPerson(inputs)
  const [from, end] = [Date.parse(inputs.from), Date.parse(inputs.to)]
  // Of days that have not begun nothing can be said, not even "unknown".
  const to = Math.min(end, Math.floor(Date.parse(inputs.asOf) / DAY_MS) * DAY_MS + DAY_MS)
  const totals = emptyDays()
  const reasons: Partial<Record<DayReason, number>> = {}
  const people: PersonCoverage[] = []
  for (const person of inputs.people.toSorted((a, b) => compare(a.upn, b.upn))) {
    const days = emptyDays()
    const runs: CoverageRun[] = []
    for (let day = from; day < to; day += DAY_MS) {
      const date = dateOf(day)
      const told = activity.get(person.id)?.get(date) ?? NO_ACTIVITY
      const isCovered = stateOn(person, [day, day + DAY_MS])?.licensed === true
      if (!isCovered && told === NO_ACTIVITY) continue
      const verdict = judge(evidence, person, day, told)
      days[verdict.status] += 1
      totals[verdict.status] += 1
      if (verdict.reason !== null) reasons[verdict.reason] = (reasons[verdict.reason] ?? 0) + 1
      extend(runs, date, dateOf(day + DAY_MS), verdict)
    }
    if (runs.length > 0) people.push({ id: person.id, upn: person.upn, days, runs })
  }
  return {
    version: 1,
    tenant: inputs.tenant,
    from: inputs.from,
    to: inputs.to,
    asOf: inputs.asOf,
    timeZone: 'UTC',
    feeds: inputs.feeds.toSorted(compare),
    days: totals,
    reasons,
    losses: inputs.losses.toSorted((a, b) => compare(a.from, b.from) || compare(a.key, b.key)),
    blindSpots: blindSpots(inputs),
    people,
    notes: notesOf(inputs),
    inputsSha256: hash('sha256', canonicalJson(inputs), 'hex'),
  }
}

const NO_ACTIVITY = { audit: 0, texts: 0 } as const

/** Activity by the persons' object ids: records name people by id or by address. */
function activityByPerson({ people, activity }: CoverageInputs) {
  const idOf = new Map<string, string>()
  for (const { id, upn } of people) {
    idOf.set(id.toLowerCase(), id)
    idOf.set(upn.toLowerCase(), id)
  }
  const byPerson = new Map<string, Map<string, Pick<DayActivity, 'audit' | 'texts'>>>()
  for (const { user, day, audit, texts } of activity) {
    const id = idOf.get(user.trim().toLowerCase())
    if (id === undefined) continue
    let days = byPerson.get(id)
    if (days === undefined) byPerson.set(id, (days = new Map()))
    const known = days.get(day) ?? NO_ACTIVITY
    days.set(day, { audit: known.audit + audit, texts: known.texts + texts })
  }
  return byPerson
}

function extend(runs: CoverageRun[], from: string, to: string, verdict: DayVerdict): void {
  const last = runs.at(-1)
  const isSame =
    last?.to === from && last.status === verdict.status && last.evidence === verdict.evidence
  if (isSame) runs[runs.length - 1] = { ...last, to, days: last.days + 1 }
  else runs.push({ from, to, days: 1, ...verdict })
}

function notesOf({ people, usageConcealed, feeds, settledAfterMs }: CoverageInputs): string[] {
  const notes: string[] = []
  if (people.length === 0)
    notes.push('No directory was read: who is licensed is not known, so no person can be listed.')
  if (usageConcealed)
    notes.push('Names in the usage reports are concealed: they cannot be held against the records.')
  if (!feeds.includes('graph-interactions'))
    notes.push('Texts of prompts and answers are not collected.')
  if (settledAfterMs === null)
    notes.push('Too little was measured to know how late records come: three days are waited for.')
  return notes
}

function emptyDays(): Record<DayStatus, number> {
  return { captured: 0, none: 0, gap: 0, unknown: 0 }
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

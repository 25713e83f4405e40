import type { AuditEvidence, Evidence } from './evidence.ts'
import type { CoveredPerson, PersonState } from './inputs.ts'
import type { Interval } from './intervals.ts'

export type DayStatus = 'captured' | 'none' | 'gap' | 'unknown'

/** Why a day is a gap, or nothing can be said of it; docs/reference/coverage.md says what to do about each. */
export type DayReason =
  | 'AUDIT_WITHOUT_TEXT'
  | 'TEXT_WITHOUT_AUDIT'
  | 'NO_MAILBOX'
  | 'LICENCE_LOST'
  | 'CONTENT_EXPIRED'
  | 'WINDOW_NOT_FETCHED'
  | 'USAGE_WITHOUT_RECORD'
  | 'NOT_SETTLED'

/** What is said of one person on one day. */
export interface DayVerdict {
  readonly status: DayStatus
  readonly reason: DayReason | null
  /** What the verdict rests on, in words that repeat: `audit closed`, `texts swept`, `usage report agrees`. */
  readonly evidence: string
}

const DAY_MS = 86_400_000

/**
 * Judges a person's day. Never "no activity" without evidence: every window in which a record of that day could have
 * come must be closed. Rules in order: docs/reference/coverage.md.
 */
export function judge(
  evidence: Evidence,
  person: CoveredPerson,
  day: number,
  activity: { readonly audit: number; readonly texts: number },
): DayVerdict {
  const { audit, texts } = activity
  const span: Interval = [day, day + DAY_MS]
  if (audit > 0 && texts > 0) return captured('audit and text')
  if (audit > 0) return auditAlone(evidence, person, span)
  if (texts > 0) return textAlone(evidence, span)
  return nothing(evidence, person, span)
}

function auditAlone(evidence: Evidence, person: CoveredPerson, span: Interval): DayVerdict {
  if (!evidence.collects('graph-interactions')) return captured('audit; no source of texts')
  return {
    swept: gap('AUDIT_WITHOUT_TEXT', 'audit; texts swept'),
    lost: gap('LICENCE_LOST', 'audit; texts can no longer be read'),
    open: unknown('audit; texts not swept yet'),
  }[evidence.texts(person, span)]
}

function textAlone(evidence: Evidence, span: Interval): DayVerdict {
  if (!evidence.collectsAudit) return captured('text; no audit source')
  return {
    closed: gap('TEXT_WITHOUT_AUDIT', 'text; audit closed'),
    lost: gap('CONTENT_EXPIRED', 'text; audit expired unfetched'),
    missing: gap('WINDOW_NOT_FETCHED', 'text; audit not fetched'),
    open: unknown('text; audit not settled'),
  }[evidence.audit(span)]
}

function nothing(evidence: Evidence, person: CoveredPerson, span: Interval): DayVerdict {
  const usage = evidence.usage(person, span[0])
  if (usage === 'active') return gap('USAGE_WITHOUT_RECORD', 'usage report shows activity')
  if (stateOn(person, span)?.mailbox === false) return gap('NO_MAILBOX', 'no Exchange plan')
  const texts = evidence.collects('graph-interactions') ? evidence.texts(person, span) : null
  const audit: AuditEvidence | null = evidence.collectsAudit ? evidence.audit(span) : null
  const agrees = usage === 'inactive' ? '; usage report agrees' : ''
  if (audit === 'lost') return gap('CONTENT_EXPIRED', 'audit expired unfetched')
  if (audit === 'missing') return gap('WINDOW_NOT_FETCHED', 'audit not fetched')
  if (audit === 'closed') {
    // Audit tells of every exchange: that texts cannot be read any more loses nothing where there was none.
    const swept = texts === 'swept' ? '; texts swept' : ''
    return { status: 'none', reason: null, evidence: `audit closed${swept}${agrees}` }
  }
  if (texts === 'lost') return gap('LICENCE_LOST', 'texts can no longer be read')
  if (audit === null && texts === 'swept')
    return { status: 'none', reason: null, evidence: `texts swept${agrees}` }
  return unknown(audit === 'open' ? 'audit not settled' : 'not swept yet')
}

/** The person's state at the end of the day, as the directory told it. */
export function stateOn(person: CoveredPerson, [, to]: Interval): PersonState | null {
  return person.states.findLast(({ since }) => Date.parse(since) < to) ?? person.states[0] ?? null
}

function captured(evidence: string): DayVerdict {
  return { status: 'captured', reason: null, evidence }
}

function gap(reason: DayReason, evidence: string): DayVerdict {
  return { status: 'gap', reason, evidence }
}

function unknown(evidence: string): DayVerdict {
  return { status: 'unknown', reason: 'NOT_SETTLED', evidence }
}

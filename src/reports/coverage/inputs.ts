// Everything a coverage statement rests on. Pure data: the same inputs give the same statement, and their hash is logged.

/** Half-open, ISO 8601 UTC instants. */
interface Span {
  readonly from: string
  readonly to: string
}

/** What the directory said of a person from some moment on. */
export interface PersonState {
  readonly since: string
  readonly licensed: boolean
  /** Whether an Exchange plan is on; null: not told. */
  readonly mailbox: boolean | null
}

export interface CoveredPerson {
  readonly id: string
  readonly upn: string
  /** Oldest first; empty: the directory was never read. */
  readonly states: readonly PersonState[]
}

/** Records of one person on one UTC day, by the time of the event. */
export interface DayActivity {
  /** Object id or UPN, as the records tell. */
  readonly user: string
  /** `2026-03-02` */
  readonly day: string
  readonly audit: number
  readonly texts: number
}

/** A window of the ledger. Of `management-activity` in contentCreated, of all others in the time of the event. */
export interface CoveredWindow extends Span {
  readonly feed: string
  /** Content type, or the person's object id. */
  readonly scope: string
  /** Closed: listed to its end, everything in it fetched, and late arrivals waited for. */
  readonly state: 'open' | 'settling' | 'closed'
  readonly failed: number
}

/** Something that was listed, or known to exist, and can never be fetched any more; from when until when it was to be had. */
export interface Loss extends Span {
  readonly feed: string
  readonly scope: string
  readonly key: string
  /** `CONTENT_EXPIRED`, `LICENCE_LOST` … */
  readonly code: string
}

/** A row of a usage report. */
export interface UsageRow {
  readonly user: string
  readonly lastActiveDay: string | null
  /** Up to which day the report tells. */
  readonly refreshedDay: string
}

/** What an operator vouches for, recorded with name and time. */
export interface Attestation {
  readonly code: BlindSpotCode
  readonly by: string
  readonly at: string
  readonly says: 'excluded' | 'present'
  readonly words: string
}

/** What no interface of Microsoft's shows the absence of. */
export const BLIND_SPOTS = [
  'AGENT_WITHOUT_MICROSOFT_AUTHENTICATION',
  'CHANNEL_NOT_LOGGED',
  'AUDITING_OFF',
  'COPILOT_PAGES',
  'MEETING_RECAP',
] as const
export type BlindSpotCode = (typeof BLIND_SPOTS)[number]

/** What records or an inventory say of a blind spot. */
export interface BlindSpotEvidence {
  readonly code: BlindSpotCode
  readonly says: 'excluded' | 'present'
  /** One sentence; names agents and ids, never text of a record. */
  readonly from: string
}

export interface CoverageInputs {
  readonly tenant: string
  /** Days `[from, to)`, UTC. */
  readonly from: string
  readonly to: string
  /** The moment the statement is about: later facts are not in the inputs. */
  readonly asOf: string
  /** Feeds that are configured. */
  readonly feeds: readonly string[]
  readonly people: readonly CoveredPerson[]
  readonly activity: readonly DayActivity[]
  readonly windows: readonly CoveredWindow[]
  readonly losses: readonly Loss[]
  /** After how long practically all audit records of a day had arrived, as measured; null: too few to tell. */
  readonly settledAfterMs: number | null
  readonly usage: readonly UsageRow[]
  /** Usage reports whose names are concealed cannot be joined to people. */
  readonly usageConcealed: boolean
  readonly attestations: readonly Attestation[]
  readonly evidence: readonly BlindSpotEvidence[]
}

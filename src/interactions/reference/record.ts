import type { Flag } from '../record.ts'

// Reference data: what no record of anybody's doing tells, but says who and what the records are about.

export type ReferenceKind = 'usage-report' | 'packages' | 'directory' | 'context'

/** A person as a directory or a usage report lists them. */
export interface ReferencePerson {
  readonly subject: 'person'
  readonly objectId: string | null
  readonly upn: string | null
  readonly name: string | null
  /** The report shows digests in place of names: it can be counted, and joined to nobody. */
  readonly concealed: boolean
  readonly enabled: Flag
  /** Whether a Microsoft 365 Copilot licence is assigned; null where the file does not tell. */
  readonly copilotLicence: Flag
  /** Names, else ids, of the assigned licences. */
  readonly licences: readonly string[]
  readonly department: string | null
  /** Of a directory with plans: whether an Exchange plan is on. Without one nothing is logged (brief 002). */
  readonly mailbox?: boolean
  readonly dataLocation?: string
  /** The Copilot plan still works and is about to go. */
  readonly licenceEnding?: boolean
  /** Day of the last use of Copilot, by a usage report. */
  readonly lastActivity: string | null
}

/** An agent or app as the tenant's inventory lists it. */
export interface ReferenceAgent {
  readonly subject: 'agent'
  readonly id: string
  /** Every id by which records may name it, by `agentKey`. */
  readonly keys: readonly string[]
  readonly name: string | null
  readonly type: string | null
  readonly publisher: string | null
  readonly version: string | null
  readonly blocked: Flag
  /** Of an inventory that tells of sign-in: whether people sign in with Microsoft. */
  readonly signsInWithMicrosoft?: boolean
}

/** A site, file or meeting as a look-up found it. */
export interface ReferencePlace {
  readonly subject: 'place'
  readonly kind: 'site' | 'file' | 'meeting'
  readonly key: string
  readonly name: string | null
  readonly url: string | null
  /** Of a meeting: when it began. */
  readonly at: string | null
}

/** Figures about the whole tenant: kept, and of no use for names. */
export interface ReferenceFigures {
  readonly subject: 'figures'
  readonly period: string | null
  readonly date: string | null
  readonly figures: Readonly<Record<string, number>>
}

export type ReferenceRow = ReferencePerson | ReferenceAgent | ReferencePlace | ReferenceFigures

import type {
  Agent,
  Context,
  Dlp,
  Facts,
  Flag,
  Kind,
  Model,
  Person,
  Resource,
  Role,
} from './record.ts'

/** One archived record as reconciling sees it. */
export interface Part {
  readonly sequence: number
  /** ISO 8601 UTC, milliseconds. */
  readonly receivedAt: string
  readonly source: string
  /** Identity of the record: equal for its versions, different otherwise (32 hex digits). */
  readonly identity: string
  readonly facts: Facts
}

export interface ItemMessage {
  readonly id: string
  readonly role: Role | null
  readonly text: string | null
  readonly at: string | null
  readonly automatic: Flag
  readonly jailbreak: Flag
  /** Sequences of the records that tell of this message. */
  readonly sequences: readonly number[]
}

export type FindingCode =
  | 'TEXT_WITHOUT_AUDIT'
  | 'AUDIT_WITHOUT_TEXT'
  | 'CITED_NOT_LISTED'
  | 'FLAGS_DIFFER'
  | 'FIELDS_DIFFER'
  | 'CHANGED_AFTERWARDS'
  | 'RUNTIME_TWIN'
  | 'AUTOMATIC_ANSWER'
  | 'TEST_TRAFFIC'
  | 'CONTENT_FILTERED'
  | 'ATTACHED_DOCUMENT'
  | 'ROWS_DIFFER'

/** A disagreement between the records of one item, or something that one of them lacks. */
export interface ItemFinding {
  readonly code: FindingCode
  readonly message: string
  readonly sequences: readonly number[]
}

/** Why lossy forms of records, and records of other sources, are part of an item. */
export interface Join {
  /**
   * `record-id`: they name the record in the item; `message-id`: they name its conversation and one of its messages;
   * `request-id`: its conversation and the request.
   */
  readonly basis: 'record-id' | 'message-id' | 'request-id'
  readonly confidence: 'certain' | 'likely'
  readonly sequences: readonly number[]
}

/** Which rule of the set decided what an exchange costs; see docs/spec/reconciliation.md. */
export type CreditBasis =
  | 'CustomEngine'
  | 'AnyAgent'
  | 'NoMessages'
  | 'Declarative'
  | 'MicrosoftAgent'
  | 'NoAgent'

/** What an exchange would cost in Copilot credits. An estimate, not a bill. */
export interface CreditEstimate {
  readonly ruleSet: string
  readonly basis: CreditBasis
  readonly total: number
  readonly breakdown: Readonly<Record<string, number>>
}

/**
 * What a search returns: an exchange reconciled from every record that tells of it, or a record that belongs to none.
 * A pure function of its parts; their order plays no role.
 */
export interface Item {
  /** 32 hex digits, a function of the parts' shared keys. */
  readonly id: string
  readonly tenantId: string
  readonly kind: Kind
  /** ISO 8601 UTC; when no part has a time, the first receivedAt. */
  readonly occurredAt: string
  readonly timeBasis: 'occurred' | 'received'
  readonly receivedAt: string
  readonly custodians: readonly Person[]
  readonly surface: string | null
  readonly setting: 'chat' | 'file' | 'meeting' | null
  readonly sessionId: string | null
  readonly requestIds: readonly string[]
  readonly conversationId: string | null
  readonly correlationIds: readonly string[]
  readonly operations: readonly string[]
  readonly recordTypes: readonly string[]
  readonly recordTypeNumbers: readonly number[]
  readonly workloads: readonly string[]
  readonly clientIps: readonly string[]
  readonly regions: readonly string[]
  readonly locale: string | null
  readonly contexts: readonly Context[]
  readonly agent: Agent | null
  readonly messages: readonly ItemMessage[]
  readonly resources: readonly Resource[]
  readonly plugins: readonly string[]
  readonly models: readonly Model[]
  readonly labels: readonly string[]
  readonly jailbreak: Flag
  readonly xpia: Flag
  readonly web: Flag
  readonly tenantGrounded: Flag
  readonly automatic: Flag
  readonly dlp: Dlp | null
  readonly credits: CreditEstimate | null
  readonly text: string
  readonly unmapped: string | null
  readonly sources: readonly string[]
  /** Native ids of the records, each once. */
  readonly recordIds: readonly string[]
  /** Every record, all versions and twins included, ascending. */
  readonly sequences: readonly number[]
  /** How many of `sequences` are later versions of another one. */
  readonly versions: number
  readonly findings: readonly ItemFinding[]
  /** Only for items with lossy forms of records among others: why those are part of it. */
  readonly joins?: readonly Join[]
  /**
   * Which records a field's value comes from: field name to sequences. A field that is not named comes from all of
   * them, so this is empty for most items; `provenanceOf` spells it out.
   */
  readonly provenance: Readonly<Record<string, readonly number[]>>
}

/** Two records that share a link belong to the same cluster. `day`: days since 1970-01-01 UTC, 0 when unknown. */
export interface Link {
  readonly day: number
  /** 52 bits (link-hash.ts). */
  readonly key: number
}

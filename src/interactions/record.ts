// The words that every part of Daybook shares about one record: what it is, and what it says.
// Rules and sources: docs/spec/interaction-model.md.

/** Which authority issued the record's native id (spine: identity = tenant, namespace, native id). */
export type Namespace =
  | 'audit'
  | 'interaction'
  | 'telemetry'
  | 'transcript'
  | 'ediscovery'
  | 'explorer'

/** How the raw text of a record is to be read. */
export const RECORD_FORMATS = [
  /** A unified-audit record as JSON (Management Activity API). */
  'audit',
  /** A JSON object that wraps it (Search-UnifiedAuditLog, portal, Graph): AuditData is a string or an object. */
  'audit-row',
  /** One CSV row that holds it in a column AuditData. */
  'audit-csv',
  /** One Graph aiInteraction. */
  'ai-interaction',
  /** One row of a table that scripts flattened audit records into (PAX and others), as CSV or as a JSON object: a projection. */
  'pax-csv',
  'pax-row',
  /** One record of Activity Explorer (DSPM for AI), as JSON or as a CSV row. */
  'explorer',
  'explorer-csv',
  /** One row of an eDiscovery items report. */
  'ediscovery-csv',
  /** One row of Application Insights: a JSON object, or the list of cells of a query's answer, or a CSV row. */
  'telemetry',
  'telemetry-csv',
  /** One conversation transcript of Copilot Studio (Dataverse), as JSON or as a CSV row. */
  'transcript',
  'transcript-csv',
] as const

export type RecordFormat = (typeof RECORD_FORMATS)[number]

/**
 * What besides the raw text is needed to read it. `columns`: names of the cells of a CSV row, or of a query's answer;
 * `delimiter`: of the CSV. Both lie with the container. `custodian`: object id or UPN of the person whose history an
 * aiInteraction was served from, where the source knows.
 */
export interface ReadContext {
  readonly format: RecordFormat
  readonly custodian?: string
  readonly columns?: readonly string[]
  readonly delimiter?: string
}

/** True, false, or unknown. An absent field of Microsoft's is unknown, never false. */
export type Flag = boolean | null

/** What a record tells of: decides which icon a person sees and what may be counted as use. */
export type Kind =
  | 'interaction'
  | 'scheduled-prompt'
  | 'automation'
  | 'agent-admin'
  | 'plugin-admin'
  | 'promptbook-admin'
  | 'workspace-admin'
  | 'settings-admin'
  | 'own-access'
  | 'agent-run'
  /** A whole conversation told by one row, without its turns. */
  | 'conversation'
  /** A file that was found with a message, told by a row of its own. */
  | 'attachment'
  | 'other'

export type Role = 'prompt' | 'answer'

/** What a record says of itself that an item must show as a finding. */
export type Mark = 'test-traffic' | 'content-filtered' | 'attached-document'

/** Where Copilot was used, in the canonical spelling of docs/spec/interaction-model.md; unknown hosts keep theirs. */
type Surface = string

export interface Person {
  /** Entra object id, lower case. */
  readonly objectId: string | null
  /** User principal name, trimmed, lower case. */
  readonly upn: string | null
  readonly name: string | null
}

export interface Message {
  readonly id: string
  /** null: the record does not say. */
  readonly role: Role | null
  /** null: the record carries no text (audit records never do). */
  readonly text: string | null
  readonly at: string | null
  readonly automatic: Flag
  readonly jailbreak: Flag
  /** Epoch milliseconds of the last change at the source, as served; null where the format has none. */
  readonly etag: string | null
}

export type Dlp = 'blocked' | 'audited' | 'none'

export interface Resource {
  readonly id: string | null
  readonly name: string | null
  /** As served, but without `<>` around it. */
  readonly url: string | null
  /** Site collection of `url`, or null. */
  readonly site: string | null
  readonly type: string | null
  readonly action: string | null
  readonly status: string | null
  readonly labelId: string | null
  readonly xpia: Flag
  readonly dlp: Dlp | null
  /** Names (else ids) of the DLP policies that acted or only audited. */
  readonly policies: readonly string[]
  /** Where the record tells of it: read by Copilot, linked or attached by the answer's text. */
  readonly origin: 'accessed' | 'link' | 'attachment'
  /** What kind of place it came from, for the grounding flags and the credit estimate. */
  readonly place: 'tenant' | 'web' | 'unclassified'
}

export interface Context {
  readonly id: string | null
  readonly type: string | null
  readonly name: string | null
}

export type AgentKind = 'declarative' | 'custom-engine' | 'unknown'
export type AgentOrigin = 'microsoft' | 'customer' | 'unknown'

export interface Agent {
  readonly id: string | null
  /** `id` with the known prefixes taken off, so that the spellings of one agent compare equal. */
  readonly key: string | null
  readonly name: string | null
  readonly appIdentity: string | null
  readonly kind: AgentKind
  readonly origin: AgentOrigin
}

export interface Model {
  readonly provider: string | null
  readonly name: string | null
  readonly version: string | null
}

/** What a record renders that is another record: with losses, so it is never a version of it. */
interface Projection {
  /** Native id of the audit record that it is made from. */
  readonly of: string
}

/** Everything one record says, in our words. Derived from the raw text alone: same text, same facts, always. */
export interface Facts {
  readonly format: RecordFormat
  readonly namespace: Namespace
  /** null: the record carries none; its content hash is its identity. */
  readonly nativeId: string | null
  /** Set on rows that tools made from a record, and on other lossy forms of one. */
  readonly projection?: Projection
  readonly tenantId: string | null
  readonly kind: Kind
  readonly marks?: readonly Mark[]
  /** Canonical name where the number or name is known, else as served, else ''. */
  readonly recordType: string
  readonly recordTypeNumber: number | null
  readonly operation: string
  readonly workload: string
  /** Why the record could not be understood; null for those that were. */
  readonly unmapped: string | null
  /** ISO 8601 UTC with `Z`, fraction digits as served (up to 7); null when absent or unreadable. */
  readonly occurredAt: string | null
  readonly user: Person | null
  /** Whose history the record was served from, where the source says so; may be another than `user`, who acted. */
  readonly custodian?: Person
  readonly userType: string | null
  readonly clientIp: string | null
  readonly region: string | null
  readonly locale: string | null
  readonly surface: Surface | null
  /** AppHost or appClass as served. */
  readonly servedSurface: string | null
  readonly setting: 'chat' | 'file' | 'meeting' | null
  readonly contexts: readonly Context[]
  readonly sessionId: string | null
  readonly requestId: string | null
  readonly conversationId: string | null
  readonly correlationId: string | null
  readonly agent: Agent | null
  readonly messages: readonly Message[]
  readonly resources: readonly Resource[]
  readonly plugins: readonly string[]
  readonly models: readonly Model[]
  readonly web: Flag
  readonly tenantGrounded: Flag
  readonly dlp: Dlp | null
  /** Sensitivity label ids (GUIDs, lower case), each once, of the resources and of the record itself. */
  readonly labels: readonly string[]
  /** Anything else a person may search for as words: names and values of kinds without messages. */
  readonly text: string
}

/** The answer to "what is this?", before anything is kept. */
export interface Intake {
  readonly facts: Facts
  /** Set when the record is a known kind that has nothing to do with AI (`workload/recordType/operation`): it is counted, not kept. */
  readonly notAi: string | null
}

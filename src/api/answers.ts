import type { Item } from '../interactions/item.ts'
import type { Facet, Unit } from '../query/search.ts'
import type { Hit, ItemHit } from './hits.ts'
import type { IndexState } from './index-state.ts'
import type { ChainEnd } from '../reports/timeline/chains.ts'
import type { TimelineGap } from '../reports/timeline/timeline.ts'
import type { CoverageStatement } from '../reports/coverage/statement.ts'
import type { Table } from '../reports/figure.ts'
import type { RecordView } from './item-view.ts'
import type { ListedReferenceFile } from '../catalog/reference.ts'
import type { ItemReference } from './reference-view.ts'

// What the routes answer, for clients in this language.

export type { ExportResult, ExportStep } from '../discovery/export/ports.ts'
export type { Item, ItemMessage } from '../interactions/item.ts'
export type { Resource } from '../interactions/record.ts'
export type { Facet } from '../query/search.ts'
export type { Hit, InteractionHit, ItemHit, RecordHit } from './hits.ts'
export type { IndexState } from './index-state.ts'
export type { RecordView } from './item-view.ts'
export type { ItemReference } from './reference-view.ts'
export type { CoverageStatement } from '../reports/coverage/statement.ts'
export type { ChainEnd } from '../reports/timeline/chains.ts'
export type { Column, Figure, Row, Table } from '../reports/figure.ts'

/** A line of POST /api/v1/records/inventory */
export interface InventoryLine {
  readonly sequence: number
  readonly namespace: string
  /** As its authority issued it; null: its content is its identity. */
  readonly id: string | null
  /** Feed and format: `management-activity.audit`. */
  readonly source: string
  readonly receivedAt: string
  /** Of the exact text that was served. */
  readonly sha256: string
}

/** GET /api/v1/coverage */
export interface CoverageAnswer {
  readonly statement: CoverageStatement
  /** The entry of the tenant's log that holds the hashes of the statement and of what it rests on. */
  readonly logged: { readonly index: number; readonly statementSha256: string }
  /** What each reason that the statement gives means, and what to do about it. */
  readonly reasons: readonly {
    readonly reason: string
    readonly means: string
    readonly remedy: string
  }[]
  /** The statement as a page, if it was asked for. */
  readonly html: string | null
}

/** GET /api/v1/items */
export interface HitsAnswer {
  readonly unit: Unit
  /** The query in its canonical spelling. */
  readonly query: string
  readonly state: IndexState
  readonly value: readonly Hit[]
  readonly next: string | null
}

/** GET /api/v1/items/count */
export interface CountAnswer {
  readonly unit: Unit
  readonly query: string
  readonly state: IndexState
  readonly count: number
}

/** GET /api/v1/items/summary */
export interface SummaryAnswer extends CountAnswer {
  readonly bucket: string
  readonly histogram: readonly { readonly from: string; readonly items: number }[]
  readonly facets: readonly Facet[]
}

/** An item with the records it is made of. */
export interface ItemWithRecords {
  readonly item: Item
  readonly records: readonly RecordView[]
  /** Names and facts that no record tells, but reference data does; absent where there is none. */
  readonly reference?: ItemReference
}

/** GET /api/v1/items/:id */
export interface ItemAnswer {
  readonly unit: 'item'
  readonly state: IndexState
  /** How many items answer to the id; `value` has the first 20. */
  readonly matches: number
  readonly value: readonly ItemWithRecords[]
}

/** GET /api/v1/sessions/:id */
export interface SessionAnswer {
  readonly unit: 'item'
  readonly session: string
  readonly state: IndexState
  readonly value: readonly Item[]
  readonly next: string | null
}

/** POST /api/v1/proofs */
export interface ProofAnswer {
  readonly tenant: string
  readonly sequence: number
  readonly proof: string
  readonly line: string
  readonly raw: string
  readonly publicKey: string
}

/** GET /api/v1/reports/:name */
export interface ReportAnswer {
  readonly report: string
  /** All that was asked for, in the canonical spelling. */
  readonly query: string
  /** The people that `user` was taken to mean. */
  readonly people: readonly string[]
  /** Those of them that no searchable record names. */
  readonly unknownPeople: readonly string[]
  readonly rules: string
  readonly timeZone: 'UTC'
  readonly createdAt: string
  readonly state: IndexState
  readonly tables: readonly Table[]
}

/** GET /api/v1/reference */
export interface ReferenceAnswer {
  readonly unit: 'file'
  readonly value: readonly ListedReferenceFile[]
}

/** A line of POST /api/v1/timeline */
export type TimelineLine =
  | {
      readonly type: 'timeline'
      readonly person: string
      /** Whether a searchable record names this person. */
      readonly known: boolean
      readonly query: string
      readonly gapSeconds: number
      readonly timeZone: 'UTC'
      readonly state: IndexState
    }
  | { readonly type: 'chain'; readonly chain: number; readonly at: string }
  | { readonly type: 'entry'; readonly chain: number; readonly item: ItemHit }
  | ChainEnd
  | {
      readonly type: 'silence'
      readonly from: string
      readonly to: string
      readonly seconds: number
    }
  | TimelineResult

export interface TimelineResult {
  readonly type: 'result'
  readonly unit: 'item'
  readonly items: number
  readonly exchanges: number
  readonly automatic: number
  readonly events: number
  readonly chains: number
  /** Chains in which more than one surface was used. */
  readonly acrossSurfaces: number
  readonly gaps: readonly TimelineGap[]
  readonly state: IndexState
}

/** Something that is wrong, with its cause and its fix in one sentence. */
export interface HealthFinding {
  readonly severity: 'error' | 'warning'
  /** Null: of this machine, or of all. */
  readonly tenant: string | null
  readonly code: string
  readonly subject: string
  readonly message: string
}

/** A step of POST /api/v1/collect: sums since the beginning. */
export interface CollectProgress {
  readonly units: number
  /** Of these: fetched, lost or refused. */
  readonly ended: number
  readonly records: number
}

/** GET /api/v1/collect. */
export interface CollectAnswer {
  readonly at: string
  /** Whether this process collects now. */
  readonly running: boolean
  /** Whether everything recorded is searchable within seconds; null: this process does not collect. */
  readonly indexFollows: boolean | null
  readonly tenants: readonly CollectedTenant[]
}

interface CollectedTenant {
  readonly tenant: string
  readonly since: string
  readonly feeds: readonly CollectedFeed[]
  /** Windows of the ledger by feed and state; `oldest`: where the first of them begins. */
  readonly windows: readonly {
    readonly feed: string
    readonly state: string
    readonly count: number
    readonly oldest: string
  }[]
  /** Seconds within which that share had come. `listing …`: after contentCreated; `event …`: after it happened. */
  readonly lateness: readonly {
    readonly measure: string
    readonly count: number
    readonly p80: number | null
    readonly p95: number | null
    readonly p998: number | null
  }[]
  readonly notices: readonly {
    readonly feed: string
    readonly code: string
    readonly subject: string
    readonly message: string
    readonly firstAt: string
    readonly lastAt: string
  }[]
  /** Fields and values never seen in the first day of collection, first seen in the last week. */
  readonly drift: readonly {
    readonly kind: string
    readonly name: string
    readonly firstAt: string
    readonly sequence: number
  }[]
  /** Null: no collector runs in this process. */
  readonly usage:
    | readonly {
        readonly budget: string
        readonly requests: number
        readonly throttled: number
        readonly failed: number
        readonly waitedMs: number
        readonly share: number
        readonly circuit: string
      }[]
    | null
}

export interface CollectedFeed {
  readonly feed: string
  readonly since: string
  readonly configured: boolean
  /** Last proof of life. */
  readonly plannedAt: string | null
  readonly fetchedAt: string | null
  readonly recordedAt: string | null
  readonly failedAt: string | null
  /** Code of the last failure; null once it has succeeded again. */
  readonly error: string | null
  readonly pending: number
  readonly waiting: number
  /** Of these: failed before, tried again. */
  readonly retrying: number
  readonly done: number
  readonly lost: number
  readonly refused: number
  /** Since the beginning: served, and of these new. */
  readonly records: number
  readonly added: number
  readonly oldestExpiry: string | null
  readonly oldestAvailable: string | null
  /** Since the oldest unit that is not fetched became available. */
  readonly lagSeconds: number | null
  /** Until the oldest unfetched unit can no longer be fetched; null: nothing that waits expires. */
  readonly timeToLossSeconds: number | null
  readonly lastHour: { readonly units: number; readonly records: number; readonly bytes: number }
  /** At the pace of the last hour; `hours`: until nothing waits. */
  readonly outlook: {
    readonly state: 'nothing-waits' | 'in-time' | 'too-slow' | 'stands-still'
    readonly hours: number | null
  }
  /** Records that became available in that hour; outside `low` to `high` is unusual. Null: too few weeks to tell. */
  readonly volume: {
    readonly hour: string
    readonly records: number
    readonly low: number | null
    readonly high: number | null
  }
}

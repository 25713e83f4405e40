import type { Frame, FrameRef } from '../archive/types.ts'
import type { Tally } from '../catalog/collect/measures.ts'
import type { ReadContext } from '../interactions/record.ts'
import type { Arrival } from './collect/tally.ts'

// What the main thread and a worker say to each other. Everything here can be posted; buffers are transferred.
// The main thread decides (order, repeats, sequences) and writes; the workers parse, hash, compress and reconcile.

/** Where a record lies in the archive. */
export interface RecordPlace {
  readonly sequence: number
  readonly frame: FrameRef
}

/** A chunk of a source with the container it came from, as it is posted to a worker. */
export interface PostedChunk {
  /** Daybook's id of the container. */
  readonly container: string
  readonly context: ReadContext
  /** First part of the lines' `source`: `export`, or the interface that served it. */
  readonly origin: string
  /** null: nobody waited for them, so they are not late. */
  readonly arrival: Arrival | null
  readonly bytes: Uint8Array
  readonly ranges: Uint32Array
  readonly positions: Float64Array
}

/** Some lines of one frame of the archive, to be indexed (again). */
export interface PostedFrame {
  readonly frame: FrameRef
  /** Sequences wanted: from, until (not included). */
  readonly from: number
  readonly until: number
}

/** How the records of CSV containers are read: the one thing that an archived line does not tell by itself. */
export type Contexts = Readonly<Record<string, ReadContext>>

export interface Requests {
  readonly prepare: {
    readonly batch: number
    readonly chunks: readonly PostedChunk[]
    /** For records that name no tenant; null: take the one that the others of the batch name, if they agree. */
    readonly defaultTenant: string | null
    /** Other tenants of the folder: a record that names none may lie in one of their archives already. */
    readonly otherTenants: readonly string[]
    readonly receivedAt: string
    /** Whether to count what `coverage` and `status` need (collect/tally.ts). */
    readonly tally: boolean
  }
  /** Takes archived records of one tenant as a batch. */
  readonly load: {
    readonly batch: number
    readonly frames: readonly PostedFrame[]
    readonly contexts: Contexts
  }
  readonly compare: {
    readonly batch: number
    readonly pairs: readonly ComparePair[]
    readonly contexts: Contexts
  }
  readonly pack: {
    readonly batch: number
    readonly receivedAt: string
    readonly groups: readonly PackGroup[]
  }
  /** Takes archived records that share a link with the batch, to be reconciled with it. */
  readonly extend: {
    readonly batch: number
    readonly tenant: string
    readonly places: readonly RecordPlace[]
    readonly contexts: Contexts
  }
  readonly rows: { readonly batch: number; readonly tenant: string; readonly indexBatch: number }
  /** Counts archived records of one tenant (collect/tally.ts). */
  readonly tally: {
    readonly tenant: string
    readonly frames: readonly PostedFrame[]
    readonly contexts: Contexts
  }
  readonly drop: { readonly batch: number }
}

/** Is record `index` of the batch the same as an archived one, or (`place` null) as an earlier one of the batch? */
export interface ComparePair {
  readonly index: number
  readonly place: RecordPlace | null
  readonly earlier: number
}

export interface PackGroup {
  readonly tenant: string
  /** Places in the batch, in the order in which they become lines. */
  readonly indexes: Uint32Array
  readonly firstSequence: number
}

export const VERDICT_KEEP = 0
export const VERDICT_NOT_AI = 1

/** What the main thread must know of each record to decide; parallel arrays. */
export interface Prepared {
  readonly count: number
  readonly verdicts: Uint8Array
  readonly unmapped: Uint8Array
  readonly tenants: readonly string[]
  readonly tenantOf: Uint16Array
  /** Retention periods (`2026-q1`) of the records' own time, else of their receipt. */
  readonly periods: readonly string[]
  readonly periodOf: Uint16Array
  readonly keys: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly containers: readonly string[]
  readonly containerOf: Uint16Array
  /** Records that are not about AI, by container and kind. */
  readonly dropped: readonly {
    readonly container: string
    readonly kind: string
    readonly count: number
  }[]
  /** Bytes of the records' own text. */
  readonly rawBytes: number
  /** Keys that records without a tenant would have in the other tenants' archives. */
  readonly elsewhere: readonly {
    readonly at: number
    readonly tenant: string
    readonly key: number
  }[]
}

/** Archived records taken as a batch: what the repeat keys need of them, in order. */
export interface Loaded {
  readonly count: number
  readonly sequences: Float64Array
  readonly keys: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly links: LinkSet
  readonly told: ToldLinks
}

/** Which record has which key; parallel arrays. */
export interface ToldLinks {
  readonly keys: Float64Array
  readonly sequences: Float64Array
}

/** Keys that records share, salted by tenant. */
export interface LinkSet {
  readonly days: Int32Array
  readonly keys: Float64Array
}

export type Comparison = 'same' | 'different' | 'other-identity'

export interface Packed {
  /** Per group: its frames. */
  readonly groups: readonly (readonly Frame[])[]
  /** Per group: the links of its records. */
  readonly links: readonly LinkSet[]
  /** Per group: which record has which link. */
  readonly told: readonly ToldLinks[]
  /** Per group, if they were asked for. */
  readonly tallies: readonly Tally[]
}

/** The rows of one tenant of a batch, encoded for the index. */
export interface Rows {
  readonly items: Uint8Array<ArrayBuffer>
  readonly records: Uint8Array<ArrayBuffer>
  readonly links: Uint8Array<ArrayBuffer>
  readonly superseded: readonly { readonly id: string; readonly deleted: boolean }[]
  readonly itemCount: number
}

export interface Answers {
  readonly prepare: Prepared
  readonly load: Loaded
  readonly compare: readonly Comparison[]
  readonly pack: Packed
  readonly extend: LinkSet
  readonly rows: Rows
  readonly tally: Tally
  readonly drop: null
}

export type RequestType = keyof Requests

export interface Call<T extends RequestType = RequestType> {
  readonly id: number
  readonly type: T
  readonly request: Requests[T]
}

export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | {
      readonly id: number
      readonly fault: { readonly code: string | null; readonly message: string }
    }

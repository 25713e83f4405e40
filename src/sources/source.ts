// The contract of every source: it yields bytes, and where the records lie in them. It never parses or rewrites a record.

import type { ReadContext } from '../interactions/record.ts'

export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be'

/** How a source served its records; docs/spec/source-shapes.md says what one record of each is. */
export type SourceShape =
  | 'management-blob'
  | 'audit-records'
  | 'graph-page'
  | 'ai-interactions'
  | 'audit-rows'
  | 'audit-csv'
  | 'pax-csv'
  | 'pax-rows'
  | 'explorer-pages'
  | 'explorer-records'
  | 'explorer-csv'
  | 'ediscovery-csv'
  | 'telemetry-rows'
  | 'telemetry-tables'
  | 'telemetry-csv'
  | 'transcripts'
  | 'transcript-csv'

/** What is no record of anybody's doing, but says who and what the records are about. */
export type ReferenceKind = 'usage-report' | 'packages' | 'directory' | 'context'

/** One file, or one member of an archive file, that holds records. */
export interface Container {
  /** Unique within one run of the source: `1`, `2`, … in the order of reading. */
  readonly id: string
  /** The path as given or found; members of archive files as `outer.zip!inner.json`. */
  readonly name: string
  readonly shape: SourceShape
  readonly encoding: Encoding
  /**
   * What its records cannot be read without, as exact UTF-8 text: the header line of a CSV (without its line end), the
   * list of columns of a query's answer. Null for the other shapes.
   */
  readonly header: string | null
  /** How its records are read, unless their chunk says otherwise. */
  readonly context: ReadContext
  /** How it came; absent: it is a file. `name`: the interface, as archived lines name it (`management-activity`). */
  readonly origin?: {
    readonly name: string
    /** contentCreated and the like; null when the source does not say. */
    readonly availableAt: string | null
    /** Since when somebody has been there to receive what comes. */
    readonly liveSince: string | null
    /** What it was fetched for, by its number in the catalog. */
    readonly unit?: number
  }
}

/** Some records of one container that are read alike. Everything in it can be posted to a worker thread. */
export interface Chunk {
  readonly container: Container
  readonly context: ReadContext
  /** UTF-8; owns its whole ArrayBuffer (transferable). What lies between the records is not evidence. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Start and end of each record in `bytes`, pair by pair; in order and not empty. */
  readonly ranges: Uint32Array<ArrayBuffer>
  /** Start and end of each record in the unpacked file as it was served (its own encoding, with its BOM), pair by pair. */
  readonly positions: Float64Array<ArrayBuffer>
}

/** Size in bytes and SHA-256 (lower-case hex). */
export interface Digest {
  readonly size: number
  readonly sha256: string
}

/** A container has been read, as far as it can be read. */
export interface ContainerEnd {
  readonly container: Container
  /** Records yielded. */
  readonly records: number
  /** Of the unpacked bytes that could be read: what `positions` count in. */
  readonly unpacked: Digest
  /** Of the file as it lies on disk (of the outermost one, for members of archive files). */
  readonly file: Digest
}

export type SourceErrorCode =
  | 'PATH_NOT_FOUND'
  | 'FILE_UNREADABLE'
  | 'NOT_AN_EXPORT'
  | 'SHAPE_NOT_SUPPORTED'
  | 'FILE_TRUNCATED'
  | 'FILE_BROKEN'
  | 'ELEMENT_NOT_A_RECORD'
  | 'RECORD_TOO_LARGE'
  | 'ARCHIVE_BROKEN'
  | 'ARCHIVE_REFUSED'

/** Something that could not be read. Reading goes on with whatever can be read behind it. */
export interface SourceError {
  /** Named as a container is. */
  readonly file: string
  /** Byte in the unpacked file where the trouble begins; null when it concerns the whole file. */
  readonly offset: number | null
  readonly code: SourceErrorCode
  /** One sentence that says what is wrong and what to do; never holds text of a record. */
  readonly message: string
}

/** Reference data: a whole file, since its rows mean nothing alone. */
export interface Reference {
  /** Named as a container is. */
  readonly name: string
  readonly reference: ReferenceKind
  /** As served. */
  readonly encoding: Encoding
  /** The whole unpacked text as UTF-8, without byte order mark; at most 64 MB. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of the unpacked bytes as they were served: of the file itself, when it is not packed. */
  readonly digest: Digest
}

/** Per container: `container`, then chunks and errors in the file's order, then `end`. What is no export gives an `error` alone. */
export type SourceEvent =
  | { readonly type: 'container'; readonly container: Container }
  | { readonly type: 'chunk'; readonly chunk: Chunk }
  | ({ readonly type: 'error' } & SourceError)
  | ({ readonly type: 'end' } & ContainerEnd)
  | ({ readonly type: 'reference' } & Reference)

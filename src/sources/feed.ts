// The contract of a source that collects from a tenant: it says what there is to fetch, and fetches one thing at a time.
// It keeps nothing itself: what is to be fetched, cursors and the ledger lie in the catalog, behind the desk it is given.

import type { ReadContext } from '../interactions/record.ts'
import type { ReferenceKind, SourceError, SourceShape } from './source.ts'

/** Also the origin in the `source` of an archived line: `management-activity.audit`. */
export type FeedName =
  | 'management-activity'
  | 'graph-interactions'
  | 'graph-notifications'
  | 'audit-query'
  | 'app-insights'
  | 'directory'
  | 'context'

/** Instants, ISO 8601 UTC, half-open: `from` is in it, `to` is not. */
interface Span {
  readonly from: string
  readonly to: string
}

/** What JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** Something to fetch: a content blob, a person's history over a span, an audit query, a day of telemetry. */
export interface Unit {
  /** Unique within the feed of one tenant; what is listed again has the same key and is fetched once. */
  readonly key: string
  /** The window of the ledger that waits for it. */
  readonly scope: string
  readonly span: Span
  /** When it became available (contentCreated and the like); null when the source does not say. */
  readonly availableAt: string | null
  /** When it can no longer be fetched; null: it does not expire by itself. The oldest-expiring is fetched first. */
  readonly expiresAt: string | null
  /** What `fetch` needs to know; opaque to everybody else. */
  readonly body: Json
}

/** The answer to one listing: pages read, and whether it was read to its end. An incomplete one closes no window. */
export interface Listing {
  /** Content type, person, application …: what the ledger keeps apart within a feed. */
  readonly scope: string
  readonly span: Span
  readonly pages: number
  readonly complete: boolean
  readonly units: readonly Unit[]
}

/** A fact for an operator: `status` and `doctor` show it until it is cleared. Never text of a record, never a secret. */
export interface Notice {
  /** Stable, upper snake case: `SUBSCRIPTION_DISABLED`. */
  readonly code: string
  /** What it is about: a content type, a person, an endpoint. */
  readonly subject: string
  /** Cause and fix, one sentence. */
  readonly message: string
}

/** What the collector offers to a feed of one tenant. Everything it is told is durable when the call returns. */
export interface FeedDesk {
  readonly tenantId: string
  now(): Date
  /** Waits in the collector's clock. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** How far back each cycle looks again, in milliseconds (6 days by default). */
  readonly lookBackMs: number
  state(key: string): Json
  saveState(key: string, value: Json): void
  /** Queues what is new of a listing and notes it in the ledger. */
  announce(listing: Listing): { readonly added: number; readonly known: number }
  /** People whom audit records received since then show active: object id or UPN as told, and when last. */
  activePeople(since: string): readonly { readonly user: string; readonly lastAt: string }[]
  /** People as the directory told last; empty before its first fetch. */
  people(): readonly Person[]
  /** Places that records name by address or id only and that were not asked for since then; those that wait longest first. */
  places(
    kind: Place['kind'],
    which: { readonly askedBefore: string; readonly limit: number },
  ): readonly Place[]
  /** Remembers when places were asked for, as if it had been then. */
  placesAsked(places: readonly Place[], at: string): void
  notice(notice: Notice): void
  clearNotice(code: string, subject: string): void
}

/** A site, file or meeting that a record names by address or id only. */
export interface Place {
  readonly kind: 'site' | 'file' | 'meeting'
  /** Address of a site or file; id of the meeting's thread. */
  readonly key: string
  /** Object id or address of somebody whose record named it; '' when nobody is known. */
  readonly person: string
}

/** A person as the directory feed knows them. */
export interface Person {
  readonly id: string
  readonly upn: string
  /** Whether plan 3f30311c-… (Copilot Chat, Graph-grounded) is enabled now. */
  readonly licensed: boolean
  /** Whether an Exchange plan is enabled now; null when the directory does not say. */
  readonly mailbox: boolean | null
  readonly dataLocation: string | null
  /** The licence still works and is about to go: what it opens has to be read now. */
  readonly licenceEnding?: boolean
}

/** One response body that holds records: a container of the archive. */
export interface Body {
  /** What it is called in the ledger, without host: `Audit.General/2026…$audit_general`. No personal data but ids. */
  readonly name: string
  readonly shape: SourceShape
  readonly context: ReadContext
  readonly bytes: AsyncIterable<Uint8Array>
}

export interface Taken {
  readonly records: number
  readonly bytes: number
  /** What could not be read of it; the records before that are archived. */
  readonly faults: readonly SourceError[]
}

/** What `fetch` is given besides: where the bytes go. */
export interface FetchDesk extends FeedDesk {
  /**
   * Splits a body into its records and hands them to the archive; waits while too much is under way. When `fetch` then
   * says `done`, the unit counts as done once all of its records are recorded (fsynced), not before.
   * A body whose connection breaks rejects with that error after what could be read was handed on.
   */
  take(body: Body): Promise<Taken>
  /** Keeps reference data, a whole answer, with history. */
  takeReference(reference: {
    readonly name: string
    readonly reference: ReferenceKind
    readonly bytes: Uint8Array<ArrayBuffer>
  }): Promise<void>
}

export type Outcome =
  /** Everything was handed over. `next`: what follows from it, queued in the same step. */
  | { readonly state: 'done'; readonly next?: readonly Unit[] }
  /** Not ready: ask again then, with this body instead (an audit query that still runs). Not a failure. */
  | { readonly state: 'wait'; readonly until: string; readonly body?: Json }
  /** It can never be fetched any more. `code` names why: `CONTENT_EXPIRED`, `CONTENT_UNKNOWN`. A gap of the coverage. */
  | { readonly state: 'lost'; readonly code: string }
  /** Nothing to fetch and no failure: `UNLICENSED`, `NO_MAILBOX`. */
  | { readonly state: 'refused'; readonly code: string }

interface Permission {
  /** As Entra names it in the token's `roles`: `ActivityFeed.Read`. */
  readonly role: string
  readonly audience: 'management' | 'graph' | 'app-insights'
  readonly required: boolean
  /** What is not collected without it, one sentence. */
  readonly why: string
}

/** A source of one tenant. Errors that it throws are coded (`platform/http`): the collector backs off and tries again. */
export interface Feed {
  readonly name: FeedName
  readonly permissions: readonly Permission[]
  /** How often `plan` is wanted; null: every polling interval. */
  readonly everyMs: number | null
  /** Units fetched at the same time, at most. */
  readonly concurrency: number
  /** Looks for what there is to fetch and announces it. A part that fails must not keep the others from being planned. */
  plan(desk: FeedDesk, signal: AbortSignal): Promise<void>
  fetch(unit: Unit, desk: FetchDesk, signal: AbortSignal): Promise<Outcome>
  /** What `doctor` asks: each finding with its fix. Changes nothing at Microsoft. */
  check(desk: FeedDesk, signal: AbortSignal): Promise<readonly Notice[]>
}

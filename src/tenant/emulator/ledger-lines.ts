// What the tenant offered, so that it can be held against an archive without asking Daybook.
import { hash } from 'node:crypto'
import { TELEMETRY_APP, telemetryOf } from './app-insights/telemetry.ts'
import { telemetryRow } from './app-insights/telemetry-query.ts'
import { deletedAt } from './deletions.ts'
import type { TenantEvent } from './event-day.ts'
import type { World } from './world.ts'

type LedgerFeed = 'management-activity' | 'graph-interactions' | 'app-insights'

/** One version of a record as the tenant offers it. */
export interface LedgerLine {
  readonly feed: LedgerFeed
  readonly kind: 'audit' | 'interaction' | 'telemetry'
  readonly id: string
  readonly user: string | null
  readonly session: string | null
  /** Of its bytes as they were offered first. */
  readonly sha256: string
  readonly version: number
  readonly occurredAt: string
  readonly availableAt: string
  readonly expiresAt: string | null
  /** False: gone, or closed, before any fetch could have succeeded. Null: it was replaced or deleted where it lay, and need not have been seen. */
  readonly fetchable: boolean | null
  /** Contents that hold it, the person whose history does, or the application that logged it. */
  readonly units: readonly string[]
  readonly why: string | null
}

/** How many versions there were, by what can be asked of a collector. */
export interface LedgerCounts {
  /** That anybody could have fetched, by feed. */
  readonly available: Readonly<Record<LedgerFeed, number>>
  /** That were replaced or deleted where they lay, and need not have been seen. */
  readonly replaced: number
  /** That nobody could have fetched. */
  readonly unavoidable: number
}

/** A version that became available, before it is written down. */
interface Offer {
  readonly feed: LedgerFeed
  readonly event: Pick<TenantEvent, 'id' | 'session' | 'version' | 'occurredAt'> & {
    readonly sha256: string
  }
  readonly user: string | null
  readonly units: string[]
  availableAt: number
  expiresAt: number | null
  fetchable: boolean | null
  why: string | null
}

const KINDS = {
  'management-activity': 'audit',
  'graph-interactions': 'interaction',
  'app-insights': 'telemetry',
} as const

/** Everything that became available until then, each version once; noise is nobody's record. */
export function* ledgerLines(world: World, until: number): Generator<LedgerLine> {
  for (const { feed, event, user, units, fetchable, why, ...offer } of offers(world, until))
    yield {
      feed,
      kind: KINDS[feed],
      id: event.id,
      user,
      session: event.session === '' ? null : event.session,
      sha256: event.sha256,
      version: event.version,
      occurredAt: iso(event.occurredAt),
      availableAt: iso(offer.availableAt),
      expiresAt: offer.expiresAt === null ? null : iso(offer.expiresAt),
      fetchable,
      units,
      why,
    }
}

export function ledgerCounts(world: World, until: number): LedgerCounts {
  const available = { 'management-activity': 0, 'graph-interactions': 0, 'app-insights': 0 }
  let [replaced, unavoidable] = [0, 0]
  for (const { feed, fetchable } of offers(world, until))
    if (fetchable === true) available[feed] += 1
    else if (fetchable === null) replaced += 1
    else unavoidable += 1
  return { available, replaced, unavoidable }
}

function* offers(world: World, until: number): Generator<Offer> {
  yield* auditOffers(world, until)
  yield* interactionOffers(world, until)
  yield* telemetryOffers(world, until)
}

function auditOffers(world: World, until: number): Iterable<Offer> {
  const found = new Map<number, Offer>()
  for (const blob of world.blobsUntil(until)) {
    const isClosed = world.closures.holds(blob.contentType, blob.created)
    const availableAt = isClosed ? blob.created : blob.appears
    if (availableAt > until) continue
    const why = isClosed
      ? 'created while the subscription was disabled'
      : blob.expires > blob.appears
        ? null
        : 'expired before any listing showed it'
    for (const event of blob.events) {
      if (event.kind !== 'audit') continue
      const known = found.get(event.offer)
      if (known === undefined)
        found.set(event.offer, {
          feed: 'management-activity',
          event,
          user: null,
          units: [blob.id],
          availableAt,
          expiresAt: blob.expires,
          fetchable: why === null,
          why,
        })
      else {
        known.units.push(blob.id)
        // It came again where it could be had: that is when it became available.
        if (why !== null || known.fetchable === true) continue
        known.fetchable = true
        known.why = null
        known.availableAt = availableAt
        known.expiresAt = blob.expires
      }
    }
  }
  return found.values()
}

function* interactionOffers(world: World, until: number): Generator<Offer> {
  const { people } = world
  /** The first serving of each version, and for each record which version is the newest. */
  const first = new Map<number, TenantEvent>()
  const newest = new Map<string, number>()
  for (const event of world.eventsUntil(until)) {
    const person = people[event.person]
    if (event.kind !== 'interaction' || person === undefined) continue
    // What the end of a licence keeps from becoming available can never be had, once it has ended.
    const ended = world.licenceEnded(person)
    const isGone = event.fault === 'licence-lost' && ended !== null && ended <= until
    if (event.availableAt > until && !isGone) continue
    const earlier = first.get(event.offer)
    if (earlier === undefined || event.availableAt < earlier.availableAt)
      first.set(event.offer, event)
    if (event.version > 1) newest.set(recordOf(event), event.version)
  }
  for (const event of first.values()) {
    const person = people[event.person]
    if (person === undefined) continue
    const isClosed = event.fault === 'licence-lost'
    // Graph shows the newest version only, and nothing that was deleted: such need not have been seen by anybody.
    const isReplaced =
      (newest.size > 0 && (newest.get(recordOf(event)) ?? 1) > event.version) ||
      deletedAt(world.faults, event) <= until
    yield {
      feed: 'graph-interactions',
      event,
      user: person.objectId,
      units: [person.objectId],
      availableAt: isClosed ? (world.licenceEnded(person) ?? event.availableAt) : event.availableAt,
      expiresAt: null,
      fetchable: isClosed ? false : isReplaced ? null : true,
      why: isClosed ? 'the licence went before it became available' : null,
    }
  }
}

const recordOf = ({ person, session, id }: TenantEvent): string => `${person} ${session} ${id}`

function* telemetryOffers(world: World, until: number): Generator<Offer> {
  const { options, makers, firstDayMs } = world
  for (const row of telemetryOf(options.seed, makers.cast, firstDayMs, until)) {
    if (row.availableMs > until) continue
    yield {
      feed: 'app-insights',
      event: {
        id: row.id,
        session: '',
        version: 1,
        occurredAt: row.occurredMs,
        get sha256() {
          return hash('sha256', telemetryRow(row), 'hex')
        },
      },
      user: null,
      units: [TELEMETRY_APP],
      availableAt: row.availableMs,
      expiresAt: row.availableMs + 90 * 86_400_000,
      fetchable: true,
      why: null,
    }
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

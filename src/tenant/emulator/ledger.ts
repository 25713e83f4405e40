import type { TenantEvent } from './event-day.ts'
import type { World } from './world.ts'

/** One version of a record as the tenant offers it. */
export interface LedgerLine {
  readonly feed: 'management-activity' | 'graph-interactions'
  readonly kind: 'audit' | 'interaction'
  readonly id: string
  readonly user: string | null
  readonly session: string | null
  /** Of its bytes as they were offered first. */
  readonly sha256: string
  readonly version: number
  readonly occurredAt: string
  readonly availableAt: string
  readonly expiresAt: string | null
  /** False: gone, or closed, before any fetch could have succeeded. Null: it was replaced where it lay, and need not have been seen. */
  readonly fetchable: boolean | null
  /** Contents that hold it, or the person whose history does. */
  readonly units: readonly string[]
  readonly why: string | null
}

/** What the emulator counts by itself, so that a test need not ask Daybook. */
export class Ledger {
  readonly #requests = new Map<string, number>()
  readonly #served = new Map<string, number>()

  count(surface: string, status: number): void {
    const key = `${surface} ${status}`
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1)
  }

  /** Records that left through an interface, however often. */
  serve(surface: string, records: number): void {
    this.#served.set(surface, (this.#served.get(surface) ?? 0) + records)
  }

  served(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#served)
  }

  requests(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#requests].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

interface Offer {
  readonly event: TenantEvent
  readonly units: string[]
  fetchable: boolean
  availableAt: number
  expiresAt: number | null
}

/** Everything that became available until then, each version once; noise is nobody's record. */
export function ledgerLines(world: World, until: number): LedgerLine[] {
  return [...auditLines(world, until), ...interactionLines(world, until)]
}

function auditLines(world: World, until: number): LedgerLine[] {
  const offers = new Map<string, Offer>()
  for (const blob of world.blobsUntil(until)) {
    if (blob.appears > until) continue
    const fetchable = blob.expires > blob.appears
    for (const event of blob.events) {
      if (event.kind !== 'audit') continue
      const key = `${event.id} ${event.version}`
      const known = offers.get(key)
      if (known === undefined)
        offers.set(key, {
          event,
          units: [blob.id],
          fetchable,
          availableAt: blob.appears,
          expiresAt: blob.expires,
        })
      else {
        known.units.push(blob.id)
        known.fetchable ||= fetchable
      }
    }
  }
  return [...offers.values()].map(({ event, units, fetchable, availableAt, expiresAt }) => ({
    feed: 'management-activity',
    kind: 'audit',
    id: event.id,
    user: null,
    session: null,
    sha256: event.sha256,
    version: event.version,
    occurredAt: iso(event.occurredAt),
    availableAt: iso(availableAt),
    expiresAt: expiresAt === null ? null : iso(expiresAt),
    fetchable,
    units,
    why: fetchable ? null : 'expired before any listing showed it',
  }))
}

function interactionLines(world: World, until: number): LedgerLine[] {
  const { people } = world
  const versions = new Map<string, Map<number, TenantEvent>>()
  for (const event of world.eventsUntil(until)) {
    const person = people[event.person]
    if (event.kind !== 'interaction' || person === undefined) continue
    // What the end of a licence keeps from becoming available can never be had, once it has ended.
    const ended = world.licenceEnded(person)
    const isGone = event.fault === 'licence-lost' && ended !== null && ended <= until
    if (event.availableAt > until && !isGone) continue
    const key = `${event.person}/${event.session}/${event.id}`
    const known = versions.get(key) ?? new Map<number, TenantEvent>()
    const earlier = known.get(event.version)
    if (earlier === undefined || event.availableAt < earlier.availableAt)
      known.set(event.version, event)
    versions.set(key, known)
  }
  const lines: LedgerLine[] = []
  for (const all of versions.values()) {
    for (const event of all.values()) {
      const person = people[event.person]
      if (person === undefined) continue
      const isClosed = event.fault === 'licence-lost'
      const next = all.get(event.version + 1)
      // Graph shows the newest version only: an older one need not have been seen by anybody.
      const isReplaced = next !== undefined
      lines.push({
        feed: 'graph-interactions',
        kind: 'interaction',
        id: event.id,
        user: person.objectId,
        session: event.session,
        sha256: event.sha256,
        version: event.version,
        occurredAt: iso(event.occurredAt),
        availableAt: iso(
          isClosed ? (world.licenceEnded(person) ?? event.availableAt) : event.availableAt,
        ),
        expiresAt: null,
        fetchable: isClosed ? false : isReplaced ? null : true,
        units: [person.objectId],
        why: isClosed ? 'the licence went before it became available' : null,
      })
    }
  }
  return lines
}

const iso = (ms: number): string => new Date(ms).toISOString()

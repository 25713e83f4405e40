import type { DatabaseSync } from 'node:sqlite'
import { inTransaction, instant, textOf } from './transaction.ts'
import { windowLedger, type WindowCounts } from './windows.ts'

/** What a feed announced; the words are those of `sources/feed.ts`. */
export interface NewUnit {
  readonly key: string
  readonly scope: string
  readonly from: string
  readonly to: string
  readonly availableAt: string | null
  readonly expiresAt: string | null
  /** JSON. */
  readonly body: string
}

interface NewListing {
  readonly scope: string
  readonly from: string
  readonly to: string
  readonly pages: number
  readonly complete: boolean
  readonly units: readonly NewUnit[]
}

/** A unit that may be fetched now. */
export interface OpenUnit extends NewUnit {
  readonly id: number
  readonly attempts: number
  readonly state: 'pending' | 'waiting'
}

/** What came out of a unit: its part of the window's counts. */
export interface UnitYield extends WindowCounts {
  readonly faults: number
  readonly dropped: ReadonlyMap<string, number>
}

export const NOTHING: UnitYield = {
  records: 0,
  bytes: 0,
  added: 0,
  repeated: 0,
  versions: 0,
  notAi: 0,
  unmapped: 0,
  faults: 0,
  dropped: new Map(),
}

/** The durable queue of what there is to fetch from one tenant. Every change keeps the ledger of windows with it, in one transaction. */
export interface UnitQueue {
  /** Queues what is new and notes the listing in the ledger. `late`: for how long earlier listings had not shown it, in seconds. */
  announce(
    feed: string,
    listing: NewListing,
    now: string,
  ): { readonly added: number; readonly known: number; readonly late: readonly number[] }
  /** The oldest-expiring first; those whose time to retry has not come are left out. */
  due(feed: string, now: string, limit: number): OpenUnit[]
  /** When the next unit that waits for its time may be fetched, and the next that failed; null: none waits. */
  nextRetry(
    feed: string,
    now: string,
  ): { readonly any: string | null; readonly failed: string | null }
  done(unit: OpenUnit, feed: string, got: UnitYield, next: readonly NewUnit[], now: string): void
  /** Ends a unit that can never be fetched (any further), or of which there is nothing to fetch. */
  end(
    unit: OpenUnit,
    state: 'lost' | 'refused',
    ended: { readonly code: string; readonly now: string; readonly got: UnitYield },
  ): void
  /** Not ready yet: to be asked again then, with this body. What it gave so far counts. */
  wait(unit: OpenUnit, until: string, body: string | null, got: UnitYield): void
  /** Failed: to be tried again then; what it gave is served again. */
  failed(unit: OpenUnit, code: string, retryAt: string, got: UnitYield): void
  /** Units that are not ended: to be fetched, or waiting. */
  open(feed?: string): number
  /** Forgets ended units that nothing can list again. */
  prune(endedBefore: string): number
}

const SUMS =
  'records = records + ?, bytes = bytes + ?, added = added + ?, repeated = repeated + ?, versions = versions + ?'
const OPEN = `state IN ('pending', 'waiting')`

export function unitQueue(database: DatabaseSync, tenant: string): UnitQueue {
  const windows = windowLedger(database, tenant)
  const add = database.prepare(
    `INSERT INTO collect_units (tenant, feed, key, window, scope, from_at, to_at, available_at, expires_at, body, state, listed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?) ON CONFLICT (tenant, feed, key) DO NOTHING`,
  )
  const isKnown = database.prepare(
    'SELECT 1 FROM collect_units WHERE tenant = ? AND feed = ? AND key = ?',
  )
  const sinceOf = database.prepare('SELECT since FROM collect_feeds WHERE tenant = ? AND feed = ?')
  const due = database.prepare(
    `SELECT * FROM collect_units WHERE tenant = ? AND feed = ? AND ${OPEN} AND (retry_at IS NULL OR retry_at <= ?)
     ORDER BY coalesce(expires_at, '9'), id LIMIT ?`,
  )
  const nextRetry = database.prepare(
    `SELECT min(retry_at) AS at, min(retry_at) FILTER (WHERE error IS NOT NULL) AS failed FROM collect_units WHERE tenant = ? AND feed = ? AND ${OPEN} AND retry_at > ?`,
  )
  const windowOf = database.prepare('SELECT window FROM collect_units WHERE id = ?')
  const finish = database.prepare(
    `UPDATE collect_units SET state = 'done', body = 'null', error = NULL, retry_at = NULL, ended_at = ?,
       ${SUMS} WHERE id = ?`,
  )
  const finishWithout = database.prepare(
    `UPDATE collect_units SET state = ?, error = ?, body = 'null', retry_at = NULL, ended_at = ?, ${SUMS} WHERE id = ?`,
  )
  const wait = database.prepare(
    `UPDATE collect_units SET state = 'waiting', retry_at = ?, body = coalesce(?, body), error = NULL, ${SUMS} WHERE id = ?`,
  )
  const failed = database.prepare(
    'UPDATE collect_units SET attempts = attempts + 1, error = ?, retry_at = ? WHERE id = ?',
  )

  const insert = (feed: string, unit: NewUnit, window: number, now: string): boolean =>
    add.run(
      tenant,
      feed,
      unit.key,
      window,
      unit.scope,
      instant(unit.from) ?? unit.from,
      instant(unit.to) ?? unit.to,
      instant(unit.availableAt),
      instant(unit.expiresAt),
      unit.body,
      now,
    ).changes > 0
  const countsOf = database.prepare('SELECT kept, added FROM collect_units WHERE id = ?')
  /**
   * What tries before this one left in the archive is served again by it and looks like a repeat. The archive says how
   * many of the unit there are (`kept`, counted up to now): those that no earlier account has are the unit's own.
   */
  const account = (unit: OpenUnit, got: UnitYield): UnitYield => {
    const row = countsOf.get(unit.id)
    const unaccounted = Number(row?.['kept'] ?? 0) - Number(row?.['added'] ?? 0)
    const before = Math.max(0, unaccounted - got.added)
    const again = Math.min(got.repeated, before)
    return {
      ...got,
      // What this try did not serve again was served as well.
      records: got.records + before - again,
      added: got.added + before,
      repeated: got.repeated - again,
    }
  }
  const windowIdOf = (unit: OpenUnit): number => Number(windowOf.get(unit.id)?.['window'] ?? 0)

  return {
    announce: (feed, listing, now) =>
      inTransaction(database, () => {
        const late: number[] = []
        const since = textOf(sinceOf.get(tenant, feed)?.['since'])
        let added = 0
        for (const unit of listing.units) {
          if (isKnown.get(tenant, feed, unit.key) !== undefined) continue
          const { window, hiddenSince } = windows.placeOf(feed, unit)
          if (!insert(feed, unit, window, now)) continue
          added += 1
          if (hiddenSince !== null) late.push((Date.parse(now) - hiddenSince) / 1_000)
          // What was there before anybody looked says nothing of how late things come.
          else if (since !== null && (instant(unit.availableAt) ?? '') >= since) late.push(0)
          windows.expect(window, hiddenSince === null ? 0 : 1)
        }
        windows.listed(feed, listing, now)
        return { added, known: listing.units.length - added, late }
      }),
    due: (feed, now, limit) => due.all(tenant, feed, now, limit).map(unitOf),
    nextRetry: (feed, now) => {
      const row = nextRetry.get(tenant, feed, now)
      return { any: textOf(row?.['at']), failed: textOf(row?.['failed']) }
    },
    done: (unit, feed, got, next, now) =>
      inTransaction(database, () => {
        const window = windowIdOf(unit)
        const own = account(unit, got)
        finish.run(now, ...sumsOf(own), unit.id)
        windows.add(window, own, true)
        for (const each of next) {
          const place = each.scope === unit.scope ? window : windows.placeOf(feed, each).window
          if (insert(feed, each, place, now)) windows.expect(place, 0)
        }
      }),
    end: (unit, state, { code, now, got }) =>
      inTransaction(database, () => {
        const own = account(unit, got)
        const window = windowIdOf(unit)
        finishWithout.run(state, code, now, ...sumsOf(own), unit.id)
        windows.add(window, own, false)
        windows.missed(window, state)
      }),
    wait: (unit, until, body, got) =>
      inTransaction(database, () => {
        const own = account(unit, got)
        wait.run(instant(until) ?? until, body, ...sumsOf(own), unit.id)
        windows.add(windowIdOf(unit), own, false)
      }),
    failed: (unit, code, retryAt, got) =>
      inTransaction(database, () => {
        failed.run(code, retryAt, unit.id)
        windows.addOfFailed(windowIdOf(unit), got)
      }),
    open: (feed) =>
      Number(
        database
          .prepare(
            `SELECT count(*) AS count FROM collect_units WHERE tenant = ? AND ${OPEN}${feed === undefined ? '' : ' AND feed = ?'}`,
          )
          .get(tenant, ...(feed === undefined ? [] : [feed]))?.['count'] ?? 0,
      ),
    prune: (endedBefore) =>
      Number(
        database
          .prepare(
            `DELETE FROM collect_units WHERE tenant = ? AND state = 'done' AND ended_at < ? AND coalesce(expires_at, ended_at) < ?`,
          )
          .run(tenant, endedBefore, endedBefore).changes,
      ),
  }
}

const sumsOf = ({ records, bytes, added, repeated, versions }: UnitYield) =>
  [records, bytes, added, repeated, versions] as const

function unitOf(row: Record<string, unknown>): OpenUnit {
  return {
    id: Number(row['id']),
    key: String(row['key']),
    scope: String(row['scope']),
    from: String(row['from_at']),
    to: String(row['to_at']),
    availableAt: textOf(row['available_at']),
    expiresAt: textOf(row['expires_at']),
    body: String(row['body']),
    attempts: Number(row['attempts']),
    state: row['state'] === 'waiting' ? 'waiting' : 'pending',
  }
}

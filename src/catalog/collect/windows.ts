import type { DatabaseSync } from 'node:sqlite'
import { instant, textOf } from './transaction.ts'

/** Counts of a window, or of a unit's part in it. `records = added + repeated + notAi`; `versions`, `unmapped` are in `added`. */
export interface WindowCounts {
  readonly records: number
  readonly bytes: number
  readonly added: number
  readonly repeated: number
  readonly versions: number
  readonly notAi: number
  readonly unmapped: number
}

interface Span {
  readonly scope: string
  readonly from: string
  readonly to: string
}

/** A window that may close. */
export interface OpenWindow extends Span {
  readonly id: number
  readonly feed: string
  readonly state: 'open' | 'settling'
  /** The last time that complete listings had covered all of it. */
  readonly listedAt: string | null
  /** Units that are not ended. */
  readonly waitingFor: number
}

export interface WindowLedger {
  /** The window that waits for a unit of a listing, and since when complete listings had been without it (null: none had been there). */
  placeOf(
    feed: string,
    listing: Span,
    unit: Span & { readonly availableAt: string | null },
  ): { readonly window: number; readonly hiddenSince: number | null }
  /** The window of exactly that span. */
  spanOf(feed: string, span: Span): number
  expect(window: number, late: number): void
  add(
    window: number,
    counts: WindowCounts & {
      readonly faults: number
      readonly dropped: ReadonlyMap<string, number>
    },
  ): void
  missed(window: number, state: 'lost' | 'refused'): void
  listed(
    feed: string,
    listing: Span & { readonly pages: number; readonly complete: boolean },
    now: string,
  ): void
  /** Those that are not closed and ended before then. */
  unclosed(endedBefore: string): OpenWindow[]
  /** When complete listings had last covered all of that window, be it as a part of a larger one. */
  lastListed(window: OpenWindow): string
  settle(window: number, state: 'settling' | 'closed', now: string): void
}

/** Feeds whose windows count in contentCreated: hours, however a listing is cut. */
const HOURLY: ReadonlySet<string> = new Set(['management-activity'])
const HOUR_MS = 3_600_000

const iso = (at: number): string => new Date(at).toISOString()

const exact = ({ scope, from, to }: Span): Span => ({
  scope,
  from: instant(from) ?? from,
  to: instant(to) ?? to,
})
const hourAt = (scope: string, at: number): Span => {
  const from = Math.floor(at / HOUR_MS) * HOUR_MS
  return { scope, from: iso(from), to: iso(from + HOUR_MS) }
}

export function windowLedger(database: DatabaseSync, tenant: string): WindowLedger {
  const put = database.prepare(
    `INSERT INTO collect_windows (tenant, feed, scope, from_at, to_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenant, feed, scope, from_at, to_at) DO NOTHING`,
  )
  const get = database.prepare(
    'SELECT * FROM collect_windows WHERE tenant = ? AND feed = ? AND scope = ? AND from_at = ? AND to_at = ?',
  )
  const expect = database.prepare(
    `UPDATE collect_windows SET units = units + 1, late_units = late_units + ?, state = 'open', closed_at = NULL WHERE id = ?`,
  )
  const add = database.prepare(
    `UPDATE collect_windows SET done = done + 1, records = records + ?, bytes = bytes + ?, added = added + ?,
       repeated = repeated + ?, versions = versions + ?, not_ai = not_ai + ?, unmapped = unmapped + ?, faults = faults + ? WHERE id = ?`,
  )
  const drop = database.prepare(
    `INSERT INTO collect_dropped VALUES (?, ?, ?) ON CONFLICT (window, kind) DO UPDATE SET count = count + excluded.count`,
  )
  const missed = {
    lost: database.prepare('UPDATE collect_windows SET lost = lost + 1 WHERE id = ?'),
    refused: database.prepare('UPDATE collect_windows SET refused = refused + 1 WHERE id = ?'),
  }
  const mark = database.prepare(
    `UPDATE collect_windows SET listed_from = ?, listed_to = ?, listed_at = ?, pages = pages + ?, listings = listings + 1 WHERE id = ?`,
  )

  const row = (feed: string, { scope, from, to }: Span): Record<string, unknown> => {
    put.run(tenant, feed, scope, from, to)
    const found = get.get(tenant, feed, scope, from, to)
    if (found === undefined) throw new Error('a window that was just written is not there')
    return found
  }
  return {
    placeOf: (feed, listing, unit) => {
      const available = Date.parse(instant(unit.availableAt) ?? '')
      const isHourly = HOURLY.has(feed) && !Number.isNaN(available)
      const span = isHourly
        ? hourAt(unit.scope, available)
        : { ...exact(listing), scope: unit.scope }
      const window = row(feed, span)
      const [from, to] = [textOf(window['listed_from']), textOf(window['listed_to'])]
      const wasListed =
        isHourly &&
        from !== null &&
        to !== null &&
        Date.parse(from) <= available &&
        available < Date.parse(to)
      return { window: Number(window['id']), hiddenSince: wasListed ? available : null }
    },
    spanOf: (feed, span) => Number(row(feed, exact(span))['id']),
    expect: (window, late) => void expect.run(late, window),
    add: (window, got) => {
      const { records, bytes, added, repeated, versions, notAi, unmapped, faults, dropped } = got
      add.run(records, bytes, added, repeated, versions, notAi, unmapped, faults, window)
      for (const [kind, count] of dropped) drop.run(window, kind, count)
    },
    missed: (window, state) => void missed[state].run(window),
    listed: (feed, listing, now) => {
      const { scope, from, to } = exact(listing)
      if (!HOURLY.has(feed)) {
        const window = row(feed, { scope, from, to })
        const isListed = listing.complete
        mark.run(
          isListed ? from : textOf(window['listed_from']),
          isListed ? to : textOf(window['listed_to']),
          isListed ? now : textOf(window['listed_at']),
          listing.pages,
          Number(window['id']),
        )
        return
      }
      const [first, last] = [Date.parse(from), Date.parse(to)]
      for (let at = first; at < last;) {
        const hour = hourAt(scope, at)
        const window = row(feed, hour)
        const end = Date.parse(hour.to)
        const part: Interval = [at, Math.min(end, last)]
        const before = intervalOf(window)
        const covered = listing.complete ? union(before, part) : before
        const isWhole = covered !== null && covered[0] <= Date.parse(hour.from) && covered[1] >= end
        // A listing of a part says nothing new of the hour; one to its end does, if the rest was seen before.
        const renewed = listing.complete && isWhole && part[1] === end
        mark.run(
          covered === null ? null : iso(covered[0]),
          covered === null ? null : iso(covered[1]),
          renewed ? now : textOf(window['listed_at']),
          at === first ? listing.pages : 0,
          Number(window['id']),
        )
        at = end
      }
    },
    unclosed: (endedBefore) =>
      database
        .prepare(
          `SELECT * FROM collect_windows WHERE tenant = ? AND state <> 'closed' AND to_at <= ? ORDER BY feed, scope, from_at`,
        )
        .all(tenant, endedBefore)
        .map((window) => ({
          id: Number(window['id']),
          feed: String(window['feed']),
          scope: String(window['scope']),
          from: String(window['from_at']),
          to: String(window['to_at']),
          state: window['state'] === 'settling' ? 'settling' : 'open',
          listedAt: textOf(window['listed_at']),
          waitingFor:
            Number(window['units']) -
            Number(window['done']) -
            Number(window['lost']) -
            Number(window['refused']),
        })),
    lastListed: ({ feed, scope, from, to }) =>
      String(
        database
          .prepare(
            `SELECT max(listed_at) AS at FROM collect_windows
             WHERE tenant = ? AND feed = ? AND scope = ? AND from_at <= ? AND to_at >= ? AND listed_at IS NOT NULL`,
          )
          .get(tenant, feed, scope, from, to)?.['at'] ?? '',
      ),
    settle: (window, state, now) =>
      void database
        .prepare('UPDATE collect_windows SET state = ?, closed_at = ? WHERE id = ?')
        .run(state, state === 'closed' ? now : null, window),
  }
}

type Interval = readonly [from: number, to: number]

function intervalOf(window: Record<string, unknown>): Interval | null {
  const [from, to] = [textOf(window['listed_from']), textOf(window['listed_to'])]
  return from === null || to === null ? null : [Date.parse(from), Date.parse(to)]
}

/** Of two parts that do not touch, the later one: the earlier is listed again by the next look back. */
function union(a: Interval | null, b: Interval): Interval {
  if (a === null || a[1] < b[0] || b[1] < a[0]) return a !== null && a[0] > b[0] ? a : b
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])]
}

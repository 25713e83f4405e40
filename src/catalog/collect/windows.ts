import type { DatabaseSync } from 'node:sqlite'
import { textOf } from './transaction.ts'
import { isHourly, piecesOf, timeOf, windowAt, type Span } from './window-grid.ts'

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

/** A window that may close. */
interface OpenWindow extends Span {
  readonly id: number
  readonly feed: string
  readonly state: 'open' | 'settling'
  /** The last time that complete listings had covered all of it. */
  readonly listedAt: string | null
  /** Units that are not ended. */
  readonly waitingFor: number
  readonly hasLosses: boolean
}

export interface WindowLedger {
  /** The window that waits for a unit, and since when complete listings had been without it (null: none had been there). */
  placeOf(
    feed: string,
    unit: Span & { readonly availableAt: string | null },
  ): { readonly window: number; readonly hiddenSince: number | null }
  expect(window: number, late: number): void
  /** What a unit gave; `added` is counted from the archive instead (measures.ts). `isEnded`: it is done with that. */
  add(
    window: number,
    counts: WindowCounts & {
      readonly faults: number
      readonly dropped: ReadonlyMap<string, number>
    },
    isEnded: boolean,
  ): void
  /** What a try that failed left in the archive besides its records' number. */
  addOfFailed(window: number, counts: Pick<WindowCounts, 'versions' | 'unmapped'>): void
  missed(window: number, state: 'lost' | 'refused'): void
  listed(
    feed: string,
    listing: Span & { readonly pages: number; readonly complete: boolean },
    now: string,
  ): void
  /** Those that are not closed and ended before then. */
  unclosed(endedBefore: string): OpenWindow[]
  settle(window: number, state: 'settling' | 'closed', now: string): void
  /** Makes one of closed windows of a scope that follow each other: years of a person are a row, not thousands. */
  join(window: OpenWindow): void
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
    `UPDATE collect_windows SET done = done + ?, records = records + ?, bytes = bytes + ?,
       repeated = repeated + ?, versions = versions + ?, not_ai = not_ai + ?, unmapped = unmapped + ?, faults = faults + ? WHERE id = ?`,
  )
  const addOfFailed = database.prepare(
    'UPDATE collect_windows SET versions = versions + ?, unmapped = unmapped + ? WHERE id = ?',
  )
  const drop = database.prepare(
    `INSERT INTO collect_dropped VALUES (?, ?, ?) ON CONFLICT (window, kind) DO UPDATE SET count = count + excluded.count`,
  )
  const missed = {
    lost: database.prepare('UPDATE collect_windows SET lost = lost + 1 WHERE id = ?'),
    refused: database.prepare('UPDATE collect_windows SET refused = refused + 1 WHERE id = ?'),
  }
  const touching = database.prepare(
    `SELECT count(*) AS count FROM collect_units WHERE tenant = ? AND feed = ? AND scope = ? AND from_at < ? AND to_at > ?
       AND state IN ('pending', 'waiting')`,
  )
  const mark = database.prepare(
    `UPDATE collect_windows SET listed_from = ?, listed_to = ?, listed_at = ?, pages = pages + ?, listings = listings + 1 WHERE id = ?`,
  )

  const holding = database.prepare(
    'SELECT * FROM collect_windows WHERE tenant = ? AND feed = ? AND scope = ? AND from_at <= ? AND to_at >= ? LIMIT 1',
  )
  const row = (feed: string, { scope, from, to }: Span): Record<string, unknown> => {
    // Closed days of one scope become one window.
    const larger = isHourly(feed) ? undefined : holding.get(tenant, feed, scope, from, to)
    if (larger !== undefined) return larger
    put.run(tenant, feed, scope, from, to)
    const found = get.get(tenant, feed, scope, from, to)
    if (found === undefined) throw new Error('a window that was just written is not there')
    return found
  }
  return {
    placeOf: (feed, unit) => {
      const available = timeOf(unit.availableAt)
      const isPlaced = isHourly(feed) && !Number.isNaN(available)
      const at = isPlaced ? available : Math.max(timeOf(unit.from), timeOf(unit.to) - 1)
      const window = row(feed, windowAt(feed, unit.scope, at))
      const listed = intervalOf(window)
      const wasListed =
        isPlaced && listed !== null && listed[0] <= available && available < listed[1]
      return { window: Number(window['id']), hiddenSince: wasListed ? available : null }
    },
    expect: (window, late) => void expect.run(late, window),
    add: (window, got, isEnded) => {
      const { records, bytes, repeated, versions, notAi, unmapped, faults, dropped } = got
      const done = isEnded ? 1 : 0
      add.run(done, records, bytes, repeated, versions, notAi, unmapped, faults, window)
      for (const [kind, count] of dropped) drop.run(window, kind, count)
    },
    addOfFailed: (window, { versions, unmapped }) =>
      void addOfFailed.run(versions, unmapped, window),
    missed: (window, state) => void missed[state].run(window),
    listed: (feed, listing, now) => {
      let { pages } = listing
      for (const { window: piece, part } of piecesOf(feed, listing)) {
        const window = row(feed, piece)
        const [from, to] = [timeOf(String(window['from_at'])), timeOf(String(window['to_at']))]
        const before = intervalOf(window)
        const covered = listing.complete ? union(before, part) : before
        const isWhole = covered !== null && covered[0] <= from && covered[1] >= to
        // A listing of a part says nothing new of the window; one to its end does, if the rest was seen before.
        const renewed = listing.complete && isWhole && part[1] === to
        mark.run(
          covered === null ? null : new Date(covered[0]).toISOString(),
          covered === null ? null : new Date(covered[1]).toISOString(),
          renewed ? now : textOf(window['listed_at']),
          pages,
          Number(window['id']),
        )
        pages = 0
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
          hasLosses: Number(window['lost']) > 0,
          waitingFor: isHourly(String(window['feed']))
            ? Number(window['units']) -
              Number(window['done']) -
              Number(window['lost']) -
              Number(window['refused'])
            : // A unit may reach over several days.
              Number(
                touching.get(
                  tenant,
                  String(window['feed']),
                  String(window['scope']),
                  String(window['to_at']),
                  String(window['from_at']),
                )?.['count'] ?? 0,
              ),
        })),
    settle: (window, state, now) =>
      void database
        .prepare('UPDATE collect_windows SET state = ?, closed_at = ? WHERE id = ?')
        .run(state, state === 'closed' ? now : null, window),
    join: ({ id, feed, scope, from }) => {
      if (isHourly(feed)) return
      const before = database
        .prepare(
          `SELECT id FROM collect_windows WHERE tenant = ? AND feed = ? AND scope = ? AND to_at = ? AND state = 'closed' AND lost = 0`,
        )
        .get(tenant, feed, scope, from)
      if (before === undefined) return
      const old = Number(before['id'])
      database.prepare('UPDATE collect_units SET window = ? WHERE window = ?').run(id, old)
      database
        .prepare(
          `INSERT INTO collect_dropped SELECT ?, kind, count FROM collect_dropped WHERE window = ?
           ON CONFLICT (window, kind) DO UPDATE SET count = count + excluded.count`,
        )
        .run(id, old)
      const sums = SUMMED.map((name) => `${name} = w.${name} + o.${name}`).join(', ')
      database
        .prepare(
          `UPDATE collect_windows AS w SET from_at = o.from_at, listed_from = o.listed_from, ${sums}
           FROM (SELECT * FROM collect_windows WHERE id = ?) AS o WHERE w.id = ?`,
        )
        .run(old, id)
      database.prepare('DELETE FROM collect_windows WHERE id = ?').run(old)
    },
  }
}

const SUMMED = [
  'pages',
  'listings',
  'units',
  'done',
  'refused',
  'late_units',
  'records',
  'bytes',
  'added',
  'repeated',
  'versions',
  'not_ai',
  'unmapped',
  'faults',
]

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

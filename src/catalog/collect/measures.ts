import type { DatabaseSync } from 'node:sqlite'
import { placeWriter, type PlaceRow } from './places.ts'
import { signWriter, type SignRow } from './signs.ts'
import { inTransaction } from './transaction.ts'

/** What was counted of some archived records of one tenant. */
export interface Tally {
  readonly activity: readonly {
    readonly user: string
    readonly day: string
    readonly audit: number
    readonly texts: number
    readonly lastAt: string
  }[]
  /** By measure (`event Copilot`) and bucket. */
  readonly lateness: readonly {
    readonly measure: string
    readonly bucket: number
    readonly count: number
  }[]
  readonly seen: readonly {
    readonly kind: SeenKind
    readonly name: string
    readonly sequence: number
  }[]
  /** Signs of blind spots. */
  readonly signs: readonly SignRow[]
  /** Places that records name by address or id only. */
  readonly places: readonly PlaceRow[]
  /** Records by the container that they came in: what a unit brought. */
  readonly kept: readonly { readonly container: string; readonly count: number }[]
}

export type SeenKind = 'field' | 'record-type' | 'operation' | 'surface'

/** What is measured while collecting. */
export interface Measures {
  /** Everything below this sequence is counted. */
  tallied(tenant: string): number
  /** Counts archived records of a tenant up to a sequence, in one transaction. */
  tally(tenant: string, tallies: readonly Tally[], next: number, receivedAt: string): void
  /** A listing showed units for the first time, so many seconds late each. */
  listed(tenant: string, feed: string, seconds: readonly number[], now: string): void
  /** Records that were served, by when they became available. */
  served(tenant: string, feed: string, availableAt: string, records: number): void
  /** People of whom audit records were received since then. */
  activeSince(
    tenant: string,
    since: string,
  ): readonly { readonly user: string; readonly lastAt: string }[]
}

/** The bucket of a lateness: 0 up to one second, then four to every doubling. */
export const bucketOf = (seconds: number): number =>
  seconds <= 1 ? 0 : Math.ceil(4 * Math.log2(seconds))
/** The most seconds that lie in a bucket. */
export const secondsOf = (bucket: number): number => 2 ** (bucket / 4)

const DAY_MS = 86_400_000

/** Monday of the week. */
function weekOf(at: string): string {
  const day = new Date(at)
  const back = (day.getUTCDay() + 6) % 7
  return new Date(day.getTime() - back * DAY_MS).toISOString().slice(0, 10)
}

export function collectMeasures(database: DatabaseSync): Measures {
  const late = database.prepare(
    `INSERT INTO collect_lateness VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (tenant, measure, week, bucket) DO UPDATE SET count = count + excluded.count`,
  )
  const active = database.prepare(
    `INSERT INTO collect_activity VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, user, day) DO UPDATE SET audit = audit + excluded.audit, texts = texts + excluded.texts,
       last_at = max(last_at, excluded.last_at),
       received_at = CASE WHEN excluded.audit > 0 THEN excluded.received_at ELSE received_at END`,
  )
  const see = database.prepare(
    'INSERT INTO collect_seen VALUES (?, ?, ?, ?, ?) ON CONFLICT (tenant, kind, name) DO NOTHING',
  )
  const sign = signWriter(database)
  const note = placeWriter(database)
  const mark = database.prepare(
    'INSERT INTO collect_tallied VALUES (?, ?) ON CONFLICT (tenant) DO UPDATE SET next = excluded.next',
  )
  const unitOf = database.prepare('SELECT unit FROM collect_containers WHERE container = ?')
  const keep = database.prepare('UPDATE collect_units SET kept = kept + ? WHERE id = ?')
  const add = database.prepare(
    'UPDATE collect_windows SET added = added + ? WHERE id = (SELECT window FROM collect_units WHERE id = ?)',
  )
  const serve = database.prepare(
    'INSERT INTO collect_volume VALUES (?, ?, ?, ?) ON CONFLICT (tenant, feed, hour) DO UPDATE SET records = records + excluded.records',
  )
  return {
    tallied: (tenant) =>
      Number(
        database.prepare('SELECT next FROM collect_tallied WHERE tenant = ?').get(tenant)?.[
          'next'
        ] ?? 0,
      ),
    tally: (tenant, tallies, next, receivedAt) =>
      inTransaction(database, () => {
        const week = weekOf(receivedAt)
        for (const { activity, lateness, seen, signs, places, kept } of tallies) {
          for (const { container, count } of kept) {
            // An import's is no unit's.
            const unit = unitOf.get(container)?.['unit']
            if (typeof unit !== 'number') continue
            keep.run(count, unit)
            add.run(count, unit)
          }
          for (const { user, day, audit, texts, lastAt } of activity)
            active.run(tenant, user, day, audit, texts, lastAt, audit > 0 ? receivedAt : '')
          for (const { measure, bucket, count } of lateness)
            late.run(tenant, measure, week, bucket, count)
          for (const { kind, name, sequence } of seen)
            see.run(tenant, kind, name, receivedAt, sequence)
          for (const each of signs) sign(tenant, each)
          for (const each of places) note(tenant, each)
        }
        mark.run(tenant, next)
      }),
    listed: (tenant, feed, seconds, now) => {
      if (seconds.length === 0) return
      const buckets = new Map<number, number>()
      for (const each of seconds)
        buckets.set(bucketOf(each), (buckets.get(bucketOf(each)) ?? 0) + 1)
      inTransaction(database, () => {
        for (const [bucket, count] of buckets)
          late.run(tenant, `listing ${feed}`, weekOf(now), bucket, count)
      })
    },
    served: (tenant, feed, availableAt, records) => {
      if (records > 0) serve.run(tenant, feed, `${availableAt.slice(0, 13)}:00:00.000Z`, records)
    },
    activeSince: (tenant, since) =>
      database
        .prepare(
          'SELECT user, max(last_at) AS last FROM collect_activity WHERE tenant = ? AND received_at >= ? GROUP BY user ORDER BY user',
        )
        .all(tenant, since)
        .map((row) => ({ user: String(row['user']), lastAt: String(row['last']) })),
  }
}

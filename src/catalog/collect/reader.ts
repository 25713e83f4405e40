import type { DatabaseSync } from 'node:sqlite'
import { feedOf, type FeedRow } from './feeds.ts'
import { secondsOf } from './measures.ts'
import { textOf } from './transaction.ts'
import type { WindowCounts } from './windows.ts'

/** A window of the ledger as `coverage` and `status` read it. */
interface WindowRow extends WindowCounts {
  readonly feed: string
  readonly scope: string
  readonly from: string
  readonly to: string
  readonly state: 'open' | 'settling' | 'closed'
  readonly listedAt: string | null
  readonly closedAt: string | null
  readonly pages: number
  readonly units: number
  readonly done: number
  readonly lost: number
  readonly refused: number
  readonly lateUnits: number
  readonly faults: number
  /** Units that can never be fetched any more. */
  readonly failed: number
}

interface LossRow {
  readonly feed: string
  readonly scope: string
  readonly key: string
  readonly code: string
  /** When it became available and until when it was to be had; else its span. */
  readonly from: string
  readonly to: string
}

interface NoticeRow {
  readonly feed: string
  readonly code: string
  readonly subject: string
  readonly message: string
  readonly firstAt: string
  readonly lastAt: string
}

export interface FeedQueue {
  readonly pending: number
  readonly waiting: number
  readonly done: number
  readonly lost: number
  readonly refused: number
  /** Of what is not fetched yet. */
  readonly oldestExpiry: string | null
  readonly oldestAvailable: string | null
  readonly retrying: number
  /** Since the beginning: served, and of these new. */
  readonly records: number
  readonly added: number
}

interface SeenRow {
  readonly kind: string
  readonly name: string
  readonly firstAt: string
  /** Of a record that has it. */
  readonly sequence: number
}

/**
 * What `coverage`, `status` and `doctor` read of the collection of one tenant; all of it lies in the catalog, so that it
 * answers whether a collector runs or not.
 */
export interface CollectReader {
  /** Every feed that was ever configured. */
  feeds(): readonly FeedRow[]
  /** What waits and what was done since then, per feed. */
  queue(feed: string): FeedQueue
  /** Windows that touch the span. */
  windows(from: string, to: string): readonly WindowRow[]
  windowStates(): readonly {
    readonly feed: string
    readonly state: string
    readonly count: number
    readonly oldest: string
  }[]
  /** Units that can never be fetched any more (state `lost`), of windows that touch the span. */
  losses(from: string, to: string): readonly LossRow[]
  notices(): readonly NoticeRow[]
  /** Archived records by person and UTC day, `[from, to)`; complete up to `talliedTo`. */
  activity(
    from: string,
    to: string,
  ): readonly {
    readonly user: string
    readonly day: string
    readonly audit: number
    readonly texts: number
  }[]
  /** Sequence up to which `activity` is complete. */
  talliedTo(): number
  /** Units fetched and records recorded since an instant, by feed: the pace. */
  pace(since: string): readonly {
    readonly feed: string
    readonly units: number
    readonly records: number
    readonly bytes: number
  }[]
  /** Seconds after which the given share of what `measure` counts had come; null: fewer than `least` were measured. */
  lateness(measure: string, share: number, least?: number): number | null
  measures(): readonly { readonly measure: string; readonly count: number }[]
  volume(
    feed: string,
    since: string,
  ): readonly { readonly hour: string; readonly records: number }[]
  /** Fields and values first seen since then: drift, when collection had begun long before. */
  seenSince(since: string): readonly SeenRow[]
}

export function collectReader(database: DatabaseSync, tenant: string): CollectReader {
  const all = (sql: string, ...values: (string | number)[]) =>
    database.prepare(sql).all(tenant, ...values)
  return {
    feeds: () => all('SELECT * FROM collect_feeds WHERE tenant = ? ORDER BY feed').map(feedOf),
    queue: (feed) => queueOf(database, tenant, feed),
    windows: (from, to) =>
      all(
        'SELECT * FROM collect_windows WHERE tenant = ? AND to_at > ? AND from_at < ? ORDER BY feed, scope, from_at',
        from,
        to,
      ).map(windowOf),
    windowStates: () =>
      all(
        'SELECT feed, state, count(*) AS count, min(from_at) AS oldest FROM collect_windows WHERE tenant = ? GROUP BY feed, state ORDER BY feed, state',
      ).map((row) => ({
        feed: String(row['feed']),
        state: String(row['state']),
        count: Number(row['count']),
        oldest: String(row['oldest']),
      })),
    losses: (from, to) =>
      all(
        `SELECT feed, scope, key, error, coalesce(available_at, from_at) AS since, coalesce(expires_at, to_at) AS until
         FROM collect_units WHERE tenant = ? AND state = 'lost' AND from_at < ? AND coalesce(expires_at, to_at) > ? ORDER BY feed, scope, from_at, key`,
        to,
        from,
      ).map((row) => ({
        feed: String(row['feed']),
        scope: String(row['scope']),
        key: String(row['key']),
        code: String(row['error']),
        from: String(row['since']),
        to: String(row['until']),
      })),
    notices: () =>
      all(
        'SELECT * FROM collect_notices WHERE tenant = ? AND cleared_at IS NULL ORDER BY first_at, feed, code, subject',
      ).map((row) => ({
        feed: String(row['feed']),
        code: String(row['code']),
        subject: String(row['subject']),
        message: String(row['message']),
        firstAt: String(row['first_at']),
        lastAt: String(row['last_at']),
      })),
    activity: (from, to) =>
      all(
        'SELECT user, day, audit, texts FROM collect_activity WHERE tenant = ? AND day >= ? AND day < ? ORDER BY user, day',
        from.slice(0, 10),
        to.slice(0, 10),
      ).map((row) => ({
        user: String(row['user']),
        day: String(row['day']),
        audit: Number(row['audit']),
        texts: Number(row['texts']),
      })),
    talliedTo: () =>
      Number(all('SELECT next FROM collect_tallied WHERE tenant = ?')[0]?.['next'] ?? 0),
    pace: (since) =>
      all(
        `SELECT feed, count(*) AS units, sum(records) AS records, sum(bytes) AS bytes FROM collect_units
         WHERE tenant = ? AND state = 'done' AND ended_at >= ? GROUP BY feed ORDER BY feed`,
        since,
      ).map((row) => ({
        feed: String(row['feed']),
        units: Number(row['units']),
        records: Number(row['records']),
        bytes: Number(row['bytes']),
      })),
    lateness: (measure, share, least = 1_000) => {
      const rows = all(
        'SELECT bucket, sum(count) AS count FROM collect_lateness WHERE tenant = ? AND measure = ? GROUP BY bucket ORDER BY bucket',
        measure,
      )
      const total = rows.reduce((sum, row) => sum + Number(row['count']), 0)
      if (total < least) return null
      let before = 0
      for (const row of rows) {
        before += Number(row['count'])
        if (before >= share * total) return secondsOf(Number(row['bucket']))
      }
      return null
    },
    measures: () =>
      all(
        'SELECT measure, sum(count) AS count FROM collect_lateness WHERE tenant = ? GROUP BY measure ORDER BY measure',
      ).map((row) => ({ measure: String(row['measure']), count: Number(row['count']) })),
    volume: (feed, since) =>
      all(
        'SELECT hour, records FROM collect_volume WHERE tenant = ? AND feed = ? AND hour >= ? ORDER BY hour',
        feed,
        since,
      ).map((row) => ({ hour: String(row['hour']), records: Number(row['records']) })),
    seenSince: (since) =>
      all(
        'SELECT * FROM collect_seen WHERE tenant = ? AND first_at >= ? ORDER BY first_at, kind, name',
        since,
      ).map((row) => ({
        kind: String(row['kind']),
        name: String(row['name']),
        firstAt: String(row['first_at']),
        sequence: Number(row['sequence']),
      })),
  }
}

function queueOf(database: DatabaseSync, tenant: string, feed: string): FeedQueue {
  const open = database
    .prepare(
      `SELECT count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'waiting') AS waiting,
         count(*) FILTER (WHERE error IS NOT NULL) AS retrying, min(expires_at) AS expiry, min(available_at) AS available
       FROM collect_units WHERE tenant = ? AND feed = ? AND state IN ('pending', 'waiting')`,
    )
    .get(tenant, feed)
  const ended = database
    .prepare(
      `SELECT sum(done) AS done, sum(lost) AS lost, sum(refused) AS refused, sum(records) AS records, sum(added) AS added
       FROM collect_windows WHERE tenant = ? AND feed = ?`,
    )
    .get(tenant, feed)
  return {
    pending: Number(open?.['pending'] ?? 0),
    waiting: Number(open?.['waiting'] ?? 0),
    retrying: Number(open?.['retrying'] ?? 0),
    oldestExpiry: textOf(open?.['expiry']),
    oldestAvailable: textOf(open?.['available']),
    done: Number(ended?.['done'] ?? 0),
    lost: Number(ended?.['lost'] ?? 0),
    refused: Number(ended?.['refused'] ?? 0),
    records: Number(ended?.['records'] ?? 0),
    added: Number(ended?.['added'] ?? 0),
  }
}

function windowOf(row: Record<string, unknown>): WindowRow {
  const number = (name: string) => Number(row[name])
  const state = row['state']
  return {
    feed: String(row['feed']),
    scope: String(row['scope']),
    from: String(row['from_at']),
    to: String(row['to_at']),
    state: state === 'closed' || state === 'settling' ? state : 'open',
    listedAt: textOf(row['listed_at']),
    closedAt: textOf(row['closed_at']),
    pages: number('pages'),
    units: number('units'),
    done: number('done'),
    lost: number('lost'),
    refused: number('refused'),
    lateUnits: number('late_units'),
    records: number('records'),
    bytes: number('bytes'),
    added: number('added'),
    repeated: number('repeated'),
    versions: number('versions'),
    notAi: number('not_ai'),
    unmapped: number('unmapped'),
    faults: number('faults'),
    failed: number('lost'),
  }
}

import type { DatabaseSync } from 'node:sqlite'
import { inTransaction, textOf } from './transaction.ts'

interface NewNotice {
  readonly code: string
  readonly subject: string
  readonly message: string
}

export interface FeedRow {
  readonly feed: string
  readonly since: string
  readonly configured: boolean
  /** Last proof of life: when its plan last succeeded. */
  readonly plannedAt: string | null
  readonly fetchedAt: string | null
  readonly recordedAt: string | null
  readonly failedAt: string | null
  readonly error: string | null
}

/** What feeds of one tenant keep, and their signs of life. */
export interface FeedBook {
  /** The feeds of the configuration, as of now; others are marked as no longer configured. */
  configure(feeds: readonly string[], now: string): void
  feed(feed: string): FeedRow | null
  planned(feed: string, now: string): void
  fetched(feed: string, now: string, records: number): void
  failed(feed: string, code: string, now: string): void
  /** JSON text; null when there is none. */
  state(feed: string, key: string): string | null
  saveState(feed: string, key: string, value: string): void
  notice(feed: string, notice: NewNotice, now: string): void
  clearNotice(feed: string, code: string, subject: string, now: string): void
}

export function feedBook(database: DatabaseSync, tenant: string): FeedBook {
  const set = (column: 'planned_at' | 'fetched_at' | 'recorded_at') =>
    database.prepare(
      `UPDATE collect_feeds SET ${column} = ?, error = NULL WHERE tenant = ? AND feed = ?`,
    )
  const [planned, fetched, recorded] = [set('planned_at'), set('fetched_at'), set('recorded_at')]
  const failed = database.prepare(
    'UPDATE collect_feeds SET failed_at = ?, error = ? WHERE tenant = ? AND feed = ?',
  )
  const read = database.prepare(
    'SELECT value FROM collect_state WHERE tenant = ? AND feed = ? AND key = ?',
  )
  const write = database.prepare(
    'INSERT INTO collect_state VALUES (?, ?, ?, ?) ON CONFLICT (tenant, feed, key) DO UPDATE SET value = excluded.value',
  )
  const notice = database.prepare(
    `INSERT INTO collect_notices VALUES (?, ?, ?, ?, ?, ?, ?, NULL)
     ON CONFLICT (tenant, feed, code, subject) DO UPDATE SET message = excluded.message, last_at = excluded.last_at,
       first_at = CASE WHEN cleared_at IS NULL THEN first_at ELSE excluded.first_at END, cleared_at = NULL`,
  )
  const clear = database.prepare(
    'UPDATE collect_notices SET cleared_at = ? WHERE tenant = ? AND feed = ? AND code = ? AND subject = ? AND cleared_at IS NULL',
  )
  return {
    configure: (feeds, now) =>
      inTransaction(database, () => {
        database.prepare('UPDATE collect_feeds SET configured = 0 WHERE tenant = ?').run(tenant)
        const put = database.prepare(
          `INSERT INTO collect_feeds (tenant, feed, since) VALUES (?, ?, ?) ON CONFLICT (tenant, feed) DO UPDATE SET configured = 1`,
        )
        for (const feed of feeds) put.run(tenant, feed, now)
      }),
    feed: (feed) => {
      const row = database
        .prepare('SELECT * FROM collect_feeds WHERE tenant = ? AND feed = ?')
        .get(tenant, feed)
      return row === undefined ? null : feedOf(row)
    },
    planned: (feed, now) => void planned.run(now, tenant, feed),
    fetched: (feed, now, records) => {
      fetched.run(now, tenant, feed)
      if (records > 0) recorded.run(now, tenant, feed)
    },
    failed: (feed, code, now) => void failed.run(now, code, tenant, feed),
    state: (feed, key) => textOf(read.get(tenant, feed, key)?.['value']),
    saveState: (feed, key, value) => void write.run(tenant, feed, key, value),
    notice: (feed, { code, subject, message }, now) =>
      void notice.run(tenant, feed, code, subject, message, now, now),
    clearNotice: (feed, code, subject, now) => void clear.run(now, tenant, feed, code, subject),
  }
}

export function feedOf(row: Record<string, unknown>): FeedRow {
  return {
    feed: String(row['feed']),
    since: String(row['since']),
    configured: row['configured'] === 1,
    plannedAt: textOf(row['planned_at']),
    fetchedAt: textOf(row['fetched_at']),
    recordedAt: textOf(row['recorded_at']),
    failedAt: textOf(row['failed_at']),
    error: textOf(row['error']),
  }
}

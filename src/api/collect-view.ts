import { collectReader, type CollectReader, type FeedQueue } from '../catalog/collect/reader.ts'
import type { CollectAnswer, CollectedFeed, CollectProgress } from './answers.ts'
import type { AppContext } from './context.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Over which the pace is measured. */
const PACE_MS = HOUR_MS
/** Weeks of the same hour that say what is usual. */
const USUAL_WEEKS = 4
/** What is first seen later than this after the start of collection is drift; before, everything is new. */
const LEARNING_MS = DAY_MS
const DRIFT_MS = 7 * DAY_MS

/** What is collected, from the catalog; what only a running collector knows is null without one. */
export function collectAnswer(app: AppContext): CollectAnswer {
  const { catalog, collector, clock } = app
  const now = clock.now()
  const tenants = catalog.database
    .prepare('SELECT DISTINCT tenant FROM collect_feeds ORDER BY tenant')
    .all()
    .map((row) => String(row['tenant']))
  const usage = new Map(collector?.usage().map(({ tenant, scopes }) => [tenant, scopes]))
  return {
    at: now.toISOString(),
    running: collector?.isRunning ?? false,
    indexFollows: collector?.indexFollows ?? null,
    tenants: tenants.map((tenant) => {
      const reader = collectReader(catalog.database, tenant)
      const feeds = reader.feeds()
      const since = feeds.map((feed) => feed.since).toSorted()[0] ?? now.toISOString()
      const from = new Date(now.getTime() - PACE_MS).toISOString()
      const pace = new Map(reader.pace(from).map((row) => [row.feed, row]))
      // Of the days before the last sign of life: what was new when a collector stopped is new to whoever looks weeks later.
      const alive = feeds
        .map((feed) => feed.fetchedAt ?? feed.since)
        .toSorted()
        .at(-1)
      const until = Math.min(now.getTime(), Date.parse(alive ?? since))
      const drift = new Date(
        Math.max(Date.parse(since) + LEARNING_MS, until - DRIFT_MS),
      ).toISOString()
      return {
        tenant,
        since,
        feeds: feeds.map((feed): CollectedFeed => {
          const queue = reader.queue(feed.feed)
          const { units = 0, records = 0, bytes = 0 } = pace.get(feed.feed) ?? {}
          return {
            ...feed,
            ...queue,
            lagSeconds: secondsSince(queue.oldestAvailable, now),
            timeToLossSeconds:
              queue.oldestExpiry === null ? null : -(secondsSince(queue.oldestExpiry, now) ?? 0),
            lastHour: { units, records, bytes },
            outlook: outlookOf(queue, units, now),
            volume: volumeOf(reader, feed.feed, now),
          }
        }),
        windows: reader.windowStates(),
        lateness: reader.measures().map(({ measure, count }) => ({
          measure,
          count,
          p80: reader.lateness(measure, 0.8, 100),
          p95: reader.lateness(measure, 0.95, 100),
          p998: reader.lateness(measure, 0.998, 500),
        })),
        notices: reader.notices(),
        drift: reader.seenSince(drift).slice(0, 100),
        usage: usage.get(tenant) ?? null,
      }
    }),
  }
}

/** How far a run is: a few sums, since it is asked every second. */
export function collectProgress({ catalog }: AppContext): CollectProgress {
  const [sums] = catalog.database
    .prepare(
      'SELECT sum(units) AS units, sum(done + lost + refused) AS ended, sum(records) AS records FROM collect_windows',
    )
    .all()
  return {
    units: Number(sums?.['units'] ?? 0),
    ended: Number(sums?.['ended'] ?? 0),
    records: Number(sums?.['records'] ?? 0),
  }
}

function secondsSince(at: string | null, now: Date): number | null {
  return at === null ? null : Math.round((now.getTime() - Date.parse(at)) / 1_000)
}

/** Whether what waits is fetched before it expires, at the pace of the last hour. */
function outlookOf(
  { pending, oldestExpiry }: FeedQueue,
  unitsPerHour: number,
  now: Date,
): CollectedFeed['outlook'] {
  if (pending === 0) return { state: 'nothing-waits', hours: 0 }
  if (unitsPerHour === 0) return { state: 'stands-still', hours: null }
  const hours = pending / unitsPerHour
  const left =
    oldestExpiry === null ? Infinity : (Date.parse(oldestExpiry) - now.getTime()) / HOUR_MS
  return { state: hours < left ? 'in-time' : 'too-slow', hours: Math.round(hours * 10) / 10 }
}

/** The last whole hour beside the same hour of the weeks before. */
function volumeOf(reader: CollectReader, feed: string, now: Date): CollectedFeed['volume'] {
  // The hour before the last one: the last is not all there yet, even when nothing is late.
  const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS)
  const from = new Date(hour.getTime() - USUAL_WEEKS * 7 * DAY_MS).toISOString()
  const byHour = new Map(reader.volume(feed, from).map((row) => [row.hour, row.records]))
  const before: number[] = []
  for (let week = 1; week <= USUAL_WEEKS; week += 1) {
    const at = new Date(hour.getTime() - week * 7 * DAY_MS).toISOString()
    if (at >= ([...byHour.keys()][0] ?? '9')) before.push(byHour.get(at) ?? 0)
  }
  const records = byHour.get(hour.toISOString()) ?? 0
  if (before.length < 2) return { hour: hour.toISOString(), records, low: null, high: null }
  return {
    hour: hour.toISOString(),
    records,
    low: Math.floor(Math.min(...before) / 3),
    high: Math.ceil(Math.max(...before) * 3),
  }
}

import type { TenantArchives } from '../../archive/tenant-archives.ts'
import type { FeedBook } from '../../catalog/collect/feeds.ts'
import type { CollectReader } from '../../catalog/collect/reader.ts'

const HOUR_MS = 3_600_000
const KEY = 'coverage-entry'

/**
 * Writes what was collected since the last entry into the tenant's log, once an hour, even when nothing happened:
 * counts only. Two entries that are hours apart say that nobody collected in between.
 */
export async function writeCoverageEntry(
  tenant: string,
  archives: TenantArchives,
  book: FeedBook,
  reader: CollectReader,
  now: Date,
): Promise<boolean> {
  const to = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS).toISOString()
  const last = book.state('collector', KEY)
  if (last === null) {
    book.saveState('collector', KEY, JSON.stringify(to))
    return false
  }
  const from = String(JSON.parse(last))
  if (from >= to) return false
  const feeds: Record<string, readonly number[]> = {}
  const pace = new Map(reader.pace(from).map((row) => [row.feed, row]))
  for (const { feed, configured } of reader.feeds()) {
    if (!configured) continue
    const { pending, waiting, lost } = reader.queue(feed)
    const { units = 0, records = 0 } = pace.get(feed) ?? {}
    feeds[feed] = [units, records, pending + waiting, lost]
  }
  const states: Record<string, number> = { open: 0, settling: 0, closed: 0 }
  for (const { state, count } of reader.windowStates()) states[state] = (states[state] ?? 0) + count
  const writer = await archives.writer(tenant)
  await writer.appendEntry('coverage', {
    about: 'collection',
    from,
    to,
    // Per feed: units and records since `from`, units that wait, units ever lost.
    feeds,
    windows: states,
    records: writer.nextSequence('records'),
  })
  book.saveState('collector', KEY, JSON.stringify(to))
  return true
}

import type { CollectReader } from '../../catalog/collect/reader.ts'
import { inTransaction } from '../../catalog/collect/transaction.ts'
import { windowLedger } from '../../catalog/collect/windows.ts'
import type { DatabaseSync } from 'node:sqlite'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Where too little was measured. Blobs: a day is far more than was ever seen. Text: nearly all comes within three days. */
const DEFAULT_MS = { listing: DAY_MS, event: 3 * DAY_MS }
const LEAST_MS = HOUR_MS
/** What practically all is, and by how much the measured time is exceeded to be sure. */
const SHARE = 0.999
const MARGIN = 2
const LEAST_MEASURED = 500

/** How long after its end a window of a feed is listed again before it may close: as long as things were measured to come late. */
function settlingMs(reader: CollectReader, feed: string, lookBackMs: number): number {
  const isListing = feed === 'management-activity'
  const measure = isListing ? `listing ${feed}` : 'event interaction'
  const seconds = reader.lateness(measure, SHARE, LEAST_MEASURED)
  const wanted =
    seconds === null
      ? DEFAULT_MS[isListing ? 'listing' : 'event']
      : Math.max(LEAST_MS, MARGIN * seconds * 1_000)
  // What is not looked at any more, as a whole, cannot be waited for.
  return Math.max(0, Math.min(wanted, lookBackMs - (isListing ? HOUR_MS : DAY_MS + HOUR_MS)))
}

/**
 * Closes the windows of which nothing more is expected: listed to their end at a time when practically everything late
 * had come, and every unit of them ended. Answers how many were closed.
 */
export function closeWindows(
  database: DatabaseSync,
  tenant: string,
  reader: CollectReader,
  now: Date,
  lookBackMs: number,
): number {
  const ledger = windowLedger(database, tenant)
  const at = now.toISOString()
  const settling = new Map<string, number>()
  let closed = 0
  inTransaction(database, () => {
    for (const window of ledger.unclosed(at)) {
      if (window.listedAt === null || window.waitingFor > 0) continue
      const wait = settling.get(window.feed) ?? settlingMs(reader, window.feed, lookBackMs)
      settling.set(window.feed, wait)
      if (Date.parse(window.listedAt) >= Date.parse(window.to) + wait) {
        ledger.settle(window.id, 'closed', at)
        if (!window.hasLosses) ledger.join(window)
        closed += 1
      } else if (window.state === 'open') ledger.settle(window.id, 'settling', at)
    }
  })
  return closed
}

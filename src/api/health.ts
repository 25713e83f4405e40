import { statfsSync } from 'node:fs'
import type { CollectAnswer, HealthFinding } from './answers.ts'
import type { AppContext } from './context.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
/** A feed that was not heard of for longer than this is not alive. */
const SILENT_HOURS = 3
const LEAST_DISK_BYTES = 10e9

/** What is wrong with the collection and the machine, from what is known here; asks nobody. */
export function healthFindings(app: AppContext, { at, tenants }: CollectAnswer): HealthFinding[] {
  const found: HealthFinding[] = [...diskFindings(app.dataDir)]
  if (tenants.length === 0)
    found.push({
      severity: 'warning',
      tenant: null,
      code: 'NOTHING_COLLECTED',
      subject: 'collection',
      message:
        'Nothing was ever collected into this folder: run "daybook collect" with a daybook.yaml',
    })
  for (const { tenant, feeds, notices } of tenants) {
    const say = (
      severity: HealthFinding['severity'],
      code: string,
      subject: string,
      message: string,
    ) => found.push({ severity, tenant, code, subject, message })
    for (const feed of feeds) {
      if (!feed.configured) continue
      const silent = feed.plannedAt === null ? null : Date.parse(at) - Date.parse(feed.plannedAt)
      if (silent === null)
        say(
          'warning',
          'FEED_SILENT',
          feed.feed,
          'Nothing was collected yet: run "daybook collect", and see what it says',
        )
      else if (silent > SILENT_HOURS * HOUR * 1_000)
        say(
          'warning',
          'FEED_SILENT',
          feed.feed,
          `Last heard of ${feed.plannedAt}: see that "daybook collect" runs, and what it says`,
        )
      if (feed.timeToLossSeconds !== null && feed.timeToLossSeconds < DAY)
        say(
          'error',
          'LOSS_NEAR',
          feed.feed,
          `The oldest of what waits in ${feed.feed} expires in ${Math.max(0, Math.round(feed.timeToLossSeconds / HOUR))} h: let the collector run without pause, ask Microsoft for a larger share if it is throttled`,
        )
      if (feed.lost > 0)
        say(
          'warning',
          'SOMETHING_LOST',
          feed.feed,
          `${feed.lost} ${feed.lost === 1 ? 'unit' : 'units'} of ${feed.feed} can never be fetched any more: "daybook coverage" names them and says what else may have them`,
        )
    }
    for (const { code, subject, message } of notices) say('warning', code, subject, message)
  }
  return found
}

function diskFindings(dataDir: string): HealthFinding[] {
  const { bavail, bsize, blocks } = statfsSync(dataDir)
  const free = bavail * bsize
  if (free > LEAST_DISK_BYTES || free > 0.1 * blocks * bsize) return []
  return [
    {
      severity: 'error',
      tenant: null,
      code: 'DISK_NEARLY_FULL',
      subject: dataDir,
      message: `Only ${(free / 1e9).toFixed(1)} GB are free where the records lie: make room, or move the folder`,
    },
  ]
}

import type { CollectAnswer, CollectedFeed } from '../api/answers.ts'
import type { Console } from './command.ts'
import { minute, number, oneLine, visible, wrap } from './terminal.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
/** New fields and values shown at most. */
const DRIFT_SHOWN = 16

/** Prints what is collected: lag, time to loss, pace, last signs of life, what is odd. */
export function printCollection({ tenants, running }: CollectAnswer, console: Console): void {
  const { line, paint, width } = console
  for (const tenant of tenants) {
    line()
    line(paint('bold', `Collection from ${visible(tenant.tenant)}${running ? ', running' : ''}`))
    // First what somebody has to do.
    for (const { code, subject, message } of tenant.notices) {
      const [first = '', ...rest] = wrap(
        `${visible(message)} [${code}] ${visible(subject)}`,
        width - 4,
      )
      line(`${paint('yellow', '!')} ${first}`)
      for (const more of rest) line(`  ${more}`)
    }
    for (const feed of tenant.feeds) {
      if (!feed.configured) continue
      line(`  ${feed.feed.padEnd(20)} ${amountText(feed)}  ${lagText(feed)}`)
      for (const text of wrap(lossText(feed), width - 6))
        if (text !== '') line(paint(isNear(feed) ? 'red' : 'dim', `    ${text}`))
      for (const text of wrap(lifeText(feed), width - 6))
        line(paint(feed.error === null ? 'dim' : 'yellow', `    ${text}`))
    }
    for (const text of wrap(throttleText(tenant.usage ?? []), width - 4))
      if (text !== '') line(paint('dim', `  ${text}`))
    printDrift(tenant.drift, console)
  }
}

/** Kinds of records before their fields; of a field that is new, not all that lies in it. */
function printDrift(
  drift: CollectAnswer['tenants'][number]['drift'],
  { line, paint }: Console,
): void {
  if (drift.length === 0) return
  const names = new Set(drift.map(({ name }) => name))
  const told = drift
    .filter(({ name }) => !names.has(name.slice(0, Math.max(0, name.lastIndexOf('.')))))
    .toSorted((a, b) => Number(a.kind === 'field') - Number(b.kind === 'field'))
  line(`  New since collection began (${number(drift.length)}):`)
  for (const { kind, name, firstAt, sequence } of told.slice(0, DRIFT_SHOWN)) {
    const where = `${minute(firstAt)} ${kind} ${oneLine(name)} (record ${number(sequence)})`
    line(paint('dim', `    ${where}`))
  }
  const more = drift.length - Math.min(told.length, DRIFT_SHOWN)
  if (more > 0) line(paint('dim', `    and ${number(more)} more: --json names them`))
}

/** What came by a feed first, so that the feeds add up to what there is; reference data, such as people, is no record. */
function amountText({ feed, added, done }: CollectedFeed): string {
  return added === 0 && KEEPS_REFERENCE.has(feed)
    ? `${number(done).padStart(11)} answers`
    : `${number(added).padStart(11)} records`
}
const KEEPS_REFERENCE: ReadonlySet<string> = new Set(['directory', 'context'])

function lagText({ pending, waiting, lagSeconds }: CollectedFeed): string {
  const waits = pending + waiting
  if (waits === 0) return 'nothing waits'
  return `${number(waits)} wait${lagSeconds === null ? '' : `, oldest ${span(lagSeconds)}`}`
}

/** Empty: nothing waits, and nothing was lost. */
function lossText({ pending, waiting, timeToLossSeconds, outlook, lost }: CollectedFeed): string {
  const said: string[] = []
  if (timeToLossSeconds !== null) {
    const pace = {
      'nothing-waits': 'nothing waits',
      'in-time': 'at this pace nothing is lost',
      'too-slow': 'at this pace something is LOST',
      'stands-still': 'nothing is being fetched',
    }[outlook.state]
    said.push(`oldest unfetched expires in ${span(timeToLossSeconds)}; ${pace}.`)
  } else if (pending + waiting > 0) said.push('nothing that waits expires.')
  if (lost > 0) said.push(`${number(lost)} could not be had any more: see "daybook coverage".`)
  return said.join(' ')
}

function lifeText(feed: CollectedFeed): string {
  const { plannedAt, error, retrying } = feed
  const alive = `alive ${plannedAt === null ? 'never' : minute(plannedAt)}`
  const failed = error === null ? '' : `, last failure ${error}`
  const again = retrying === 0 ? '' : `, ${number(retrying)} tried again`
  return `${alive}${failed}${again}${volumeText(feed)}`
}

type Usage = NonNullable<CollectAnswer['tenants'][number]['usage']>

/** Budgets that are worth a word: refused, or used to a good part. Empty: no collector runs. */
function throttleText(usage: Usage): string {
  if (usage.length === 0) return ''
  const shown = usage.filter(({ throttled, share }) => throttled > 0 || share >= WORTH_A_WORD)
  if (shown.length === 0) return 'throttling: no request refused'
  const each = shown.map(
    ({ budget, requests, throttled, share }) =>
      `${budget} ${number(throttled)} of ${number(requests)} requests refused, ${Math.round(share * 100)} % of the share in use`,
  )
  return `throttling: ${each.join('; ')}`
}
const WORTH_A_WORD = 0.1

const isNear = ({ timeToLossSeconds, outlook }: CollectedFeed): boolean =>
  (timeToLossSeconds !== null && timeToLossSeconds < DAY) || outlook.state === 'too-slow'

function volumeText({ volume: { records, low, high } }: CollectedFeed): string {
  if (low === null || high === null || (records >= low && records <= high)) return ''
  return `; ${number(records)} records in the last full hour, ${number(low)} to ${number(high)} are usual`
}

function span(seconds: number): string {
  if (seconds < 0) return '0 h'
  if (seconds < HOUR) return `${Math.ceil(seconds / 60)} min`
  const [days, hours] = [Math.floor(seconds / DAY), Math.floor((seconds % DAY) / HOUR)]
  return days === 0 ? `${hours} h` : `${days} d ${hours} h`
}

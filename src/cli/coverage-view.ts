import type { CoverageAnswer } from '../api/answers.ts'
import type { Console } from './command.ts'
import { cut, number, oneLine, pad, wrap } from './terminal.ts'

/** Losses shown at most, and gaps of each reason; the rest is counted. */
const SHOWN = 30
const SHOWN_OF_REASON = 8

const STATUSES = [
  ['captured', 'captured', 'green'],
  ['none', 'no activity', 'dim'],
  ['gap', 'gap', 'red'],
  ['unknown', 'unknown', 'yellow'],
] as const

/** Prints a coverage statement: sums, gaps with their reasons, what was lost, what no interface shows. */
export function printCoverage(answer: CoverageAnswer, console: Console): void {
  const { statement, logged } = answer
  const { line, paint, width } = console
  const { days, from, to, asOf, people, losses, blindSpots, notes } = statement
  line(paint('bold', cut(`Coverage of tenant ${oneLine(statement.tenant)}`, width)))
  for (const text of wrap(`${from} to ${to} (the end not included), UTC; as of ${asOf}`, width))
    line(paint('dim', text))
  line()
  const whole = Object.values(days).reduce((sum, count) => sum + count, 0)
  for (const [status, word, style] of STATUSES) {
    const count = days[status]
    const share = whole === 0 ? '' : `${((100 * count) / whole).toFixed(1)} %`
    line(
      `  ${paint(style, pad(word, 12))}${number(count).padStart(10)} ${count === 1 ? 'day ' : 'days'} ${share.padStart(8)}`,
    )
  }
  line(
    paint(
      'dim',
      `  of ${number(people.length)} ${people.length === 1 ? 'person' : 'persons'}; one day of one person each`,
    ),
  )
  for (const note of notes) wrap(note, width).forEach((text) => line(paint('yellow', text)))

  printReasons(answer, console)
  printGaps(people, console)
  if (losses.length > 0) {
    line()
    line(paint('bold', `Can never be fetched any more${more(losses.length)}`))
    for (const { key, scope, from: available, code } of losses.slice(0, SHOWN))
      line(cut(`  ${available.slice(0, 16)}  ${code}  ${oneLine(scope)} ${oneLine(key)}`, width))
  }
  line()
  line(paint('bold', 'What no interface shows'))
  for (const { code, state, what, evidence } of blindSpots) {
    const style = state === 'excluded' ? 'dim' : 'yellow'
    line(`  ${paint(style, pad(state, 9))} ${code}`)
    for (const text of wrap(what, width - 12)) line(paint('dim', `${' '.repeat(12)}${text}`))
    for (const rests of evidence)
      for (const text of wrap(oneLine(rests), width - 12)) line(`${' '.repeat(12)}${text}`)
  }
  if (blindSpots.some(({ state }) => state === 'unknown'))
    for (const text of wrap(
      'Unknown until somebody vouches for it: see "daybook attest --help".',
      width - 2,
    ))
      line(`  ${text}`)
  line()
  for (const text of wrap(
    `One exchange without its text on a day that has others is a finding of that item: daybook search "finding:AUDIT_WITHOUT_TEXT date:${from}..${lastDay(to)}"`,
    width,
  ))
    line(paint('dim', text))
  line()
  for (const text of wrap(
    `Inputs ${statement.inputsSha256.slice(0, 16)}…, entry ${number(logged.index)} of the log. --json and --format html|xlsx have every person and day.`,
    width,
  ))
    line(paint('dim', text))
}

/** What each reason means, and what to do about it: the codes alone would send a reader to the reference. */
function printReasons({ statement, reasons }: CoverageAnswer, { line, paint, width }: Console) {
  if (reasons.length === 0) return
  line()
  line(paint('bold', 'Reasons'))
  const counts = new Map<string, number>(Object.entries(statement.reasons))
  for (const { reason, means, remedy } of reasons) {
    line(`${number(counts.get(reason) ?? 0).padStart(10)}  ${reason}`)
    for (const text of wrap(`${means} ${remedy}`, width - 12))
      line(paint('dim', `${' '.repeat(12)}${text}`))
  }
}

/** Rare reasons first: a lost blob makes a gap for everybody, and must not hide whoever has no mailbox. */
function printGaps(people: CoverageAnswer['statement']['people'], console: Console): void {
  const { line, paint, width } = console
  const runs = people.flatMap(({ upn, runs: all }) =>
    all.filter(({ status }) => status === 'gap').map((run) => ({ upn, ...run })),
  )
  if (runs.length === 0) return
  line()
  line(paint('bold', `Gaps (${number(runs.length)})`))
  const byReason = [...Map.groupBy(runs, ({ reason }) => reason ?? '')]
  for (const [reason, own] of byReason.toSorted(([, a], [, b]) => a.length - b.length)) {
    for (const run of own.slice(0, SHOWN_OF_REASON)) {
      const last = run.days === 1 ? '' : ` +${number(run.days - 1)} d`
      const head = `  ${run.from}${last}`.padEnd(21)
      const who = cut(oneLine(run.upn), Math.max(8, width - head.length - 22))
      line(`${head} ${paint('red', reason.padEnd(20))} ${who}`)
    }
    const more = own.length - SHOWN_OF_REASON
    if (more > 0) line(paint('dim', `${' '.repeat(22)}${reason.padEnd(20)} ${number(more)} more`))
  }
}

/** The day before the end. */
const lastDay = (to: string): string =>
  new Date(Date.parse(to) - 86_400_000).toISOString().slice(0, 10)

const more = (count: number): string =>
  count > SHOWN ? `, the first ${SHOWN} of ${number(count)}` : ` (${number(count)})`

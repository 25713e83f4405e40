import type { Facet, SummaryAnswer } from '../api/answers.ts'
import type { Console } from './command.ts'
import { stateText } from './state.ts'
import { columnsOf, cut, number, oneLine, pad } from './terminal.ts'

const MAX_BARS = 32
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const TITLES: Readonly<Record<Facet['name'], string>> = {
  surface: 'Surface',
  custodian: 'Person',
  agent: 'Agent',
  label: 'Label',
  kind: 'Kind',
  flag: 'Flag',
}

/** Prints how the matches are spread over time and over six facets. */
export function printSummary(answer: SummaryAnswer, console: Console): void {
  const { paint, width } = console
  const { state, count } = answer
  console.line(paint('bold', `${number(count)} ${count === 1 ? 'item' : 'items'}`))
  console.line(paint(state.complete ? 'dim' : 'yellow', `${stateText(state)}.`))
  const bars = barsOf(answer.histogram)
  if (bars.length > 0) {
    console.line()
    console.line(paint('bold', 'Time (UTC)'))
    printBars(
      bars.map(({ label, items }) => [label, items]),
      10,
      console,
    )
  }
  for (const { name, distinct, values } of answer.facets) {
    if (values.length === 0) continue
    console.line()
    const shown = values.slice(0, 10)
    const more =
      distinct > shown.length
        ? paint('dim', `  the first ${shown.length} of ${number(distinct)}`)
        : ''
    console.line(paint('bold', TITLES[name]) + more)
    const column = Math.min(
      width - 34,
      Math.max(10, ...shown.map(({ value }) => columnsOf(oneLine(value)))),
    )
    printBars(
      shown.map(({ value, items }) => [oneLine(value), items]),
      column,
      console,
    )
  }
}

function printBars(
  rows: readonly (readonly [label: string, items: number])[],
  column: number,
  { line, paint, width }: Console,
): void {
  const most = Math.max(1, ...rows.map(([, items]) => items))
  const digits = Math.max(...rows.map(([, items]) => number(items).length))
  const room = Math.max(8, Math.min(40, width - column - digits - 6))
  for (const [label, items] of rows) {
    line(
      `  ${pad(cut(label, column), column)}  ${number(items).padStart(digits)}  ${paint('cyan', bar((items / most) * room))}`,
    )
  }
}

function bar(length: number): string {
  const whole = Math.floor(length)
  const rest = '█'.repeat(whole) + (EIGHTHS[Math.floor((length - whole) * 8)] ?? '')
  return rest === '' && length > 0 ? '▏' : rest
}

interface Bar {
  readonly label: string
  readonly items: number
}

/** Days, months or years, whichever gives few enough bars; those without an item are shown, too. */
function barsOf(days: SummaryAnswer['histogram']): Bar[] {
  for (const length of [10, 7, 4]) {
    const sums = new Map<string, number>()
    const [first] = days
    const last = days.at(-1)
    if (first === undefined || last === undefined) return []
    for (const label of labels(first.from, last.from, length)) sums.set(label, 0)
    if (sums.size > MAX_BARS && length > 4) continue
    for (const { from, items } of days) {
      const label = from.slice(0, length)
      sums.set(label, (sums.get(label) ?? 0) + items)
    }
    const bars = [...sums].map(([label, items]) => ({ label, items }))
    return bars.length > MAX_BARS ? bars.filter(({ items }) => items > 0) : bars
  }
  return []
}

/** Every day, month or year between two, as the first characters of an instant; no more than can be used. */
function* labels(first: string, last: string, length: number): Generator<string> {
  const end = last.slice(0, length)
  let [year, month, day] = [
    Number(first.slice(0, 4)),
    Number(first.slice(5, 7)),
    Number(first.slice(8, 10)),
  ]
  for (let made = 0; made < 500; made += 1) {
    const label = new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, length)
    if (label > end) return
    yield label
    if (length === 10) day += 1
    else if (length === 7) [month, day] = [month + 1, 1]
    else [year, month, day] = [year + 1, 1, 1]
  }
}

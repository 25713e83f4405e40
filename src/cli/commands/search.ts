import type { CountAnswer, Hit, HitsAnswer, IndexState, SummaryAnswer } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import {
  choiceOption,
  defineCommand,
  textOption,
  type Client,
  type Console,
  type OptionValues,
} from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { printHit } from '../hit-view.ts'
import { searchTerms, TERM_OPTIONS } from '../search-terms.ts'
import { stateText } from '../state.ts'
import { printSummary } from '../summary-view.ts'
import { number, wrap } from '../terminal.ts'

const PAGE = 1_000
const DEFAULT_SIZE = 100

export const search = defineCommand({
  name: 'search',
  summary: 'Find exchanges and events',
  arguments: '[<query in KQL>]',
  examples: [
    [
      'daybook search "jailbreak:true AND merger"',
      'The flag of an audit record, the word of a prompt: one item.',
    ],
    [
      'daybook search "user:avery@contoso.com occurred:2026-03-02..2026-03-06"',
      'A person’s week, both days included.',
    ],
    ['daybook search "finding:CITED_NOT_LISTED" --json', 'One object a line, for scripts.'],
    ['daybook search "dlp:blocked" --count', 'The exact number alone.'],
    ['daybook search --facets', 'Counts by day, surface, person, agent, label, kind and flag.'],
    [
      'daybook search -StartDate 2026-03-01 -EndDate 2026-04-01 -Operations CopilotInteraction',
      'As typed for Search-UnifiedAuditLog.',
    ],
  ],
  options: {
    count: { summary: 'the exact number alone' },
    unit: {
      value: '<unit>',
      summary: 'item (default), record or interaction: what is listed and counted',
    },
    order: { value: '<order>', summary: 'newest (default) or oldest first' },
    'result-size': {
      value: '<number>',
      summary: `how many to list (default ${DEFAULT_SIZE})`,
      aliases: ['top', 'limit'],
    },
    all: { summary: 'list everything that matches' },
    facets: { summary: 'how the matches are spread: by time, and by six facets' },
    'fail-empty': { summary: 'exit code 7 when nothing matches' },
    ...TERM_OPTIONS,
  },
  exitCodes: {
    0: 'found, or nothing matched',
    1: 'the data folder could not be used',
    2: 'wrong usage, or a query that cannot be read',
    7: 'nothing matched (only with --fail-empty)',
  },
  notes: [
    'The query: words, "phrases", prefix*, AND OR NOT ( ), property:value, property:a,b and property:from..to. docs/reference/kql.md lists the properties. Words next to each other must all be there. Without a query everything matches.',
    'Options and query must all match. Times are UTC; every answer names its unit and says whether the index is complete.',
  ],
  async run({ positionals, options, json, console, client, signal }) {
    const { queries: q, notes } = searchTerms(positionals, options)
    const unit = choiceOption(options, 'unit', ['item', 'record', 'interaction']) ?? 'item'
    const order = choiceOption(options, 'order', ['newest', 'oldest']) ?? 'newest'
    const size = options['all'] === true ? Infinity : sizeOption(options)
    if (options['facets'] === true && unit !== 'item') {
      throw new CodedError('USAGE', '--facets counts items; leave --unit away')
    }
    if (options['facets'] === true && options['count'] === true)
      throw new CodedError('USAGE', '--facets begins with the count: leave --count away')
    const app = await client({ index: true, purpose: 'search' })
    notes.forEach((note) => wrap(note, console.width).forEach((line) => console.note(line)))
    const failEmpty = options['fail-empty'] === true
    if (options['facets'] === true) {
      const answer = await app.get<SummaryAnswer>('/api/v1/items/summary', { q })
      if (json) console.json(answer)
      else printSummary(answer, console)
      return exitCode(answer.count, failEmpty)
    }
    const counted = async () => await app.get<CountAnswer>('/api/v1/items/count', { q, unit })
    if (options['count'] === true) {
      const { count, state } = await counted()
      console.line(String(count))
      if (!state.complete) console.note(stateText(state))
      return exitCode(count, failEmpty)
    }
    const request = { q, unit, order }
    let shown = 0
    for await (const hit of hits(app, request, size, signal)) {
      if (json) console.json(hit)
      else printHit(hit, console)
      shown += 1
    }
    const { count, state } = await counted()
    if (json) {
      if (shown < count)
        console.note(
          `Listed ${number(shown)} of ${number(count)} ${plural(unit, count)}; --all lists everything`,
        )
      if (!state.complete) console.note(stateText(state))
    } else printEnd({ shown, count, unit, state, order: request.order }, console)
    return exitCode(count, failEmpty)
  },
})

async function* hits(
  app: Client,
  request: Readonly<Record<string, string | readonly string[]>>,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<Hit> {
  let left = size
  let skiptoken: string | undefined
  do {
    signal.throwIfAborted()
    const page: HitsAnswer = await app.get<HitsAnswer>('/api/v1/items', {
      ...request,
      top: String(Math.min(PAGE, left)),
      skiptoken,
    })
    yield* page.value.slice(0, left)
    left -= page.value.length
    skiptoken = page.next ?? undefined
  } while (left > 0 && skiptoken !== undefined)
}

interface End {
  readonly shown: number
  readonly count: number
  readonly unit: string
  readonly state: IndexState
  readonly order: string
}

function printEnd({ shown, count, unit, state, order }: End, console: Console): void {
  const what =
    count === 0
      ? `Nothing matches; 0 ${plural(unit, 0)}`
      : `Showing ${number(shown)} of ${number(count)} ${plural(unit, count)}${shown > 1 ? `, ${order} first` : ''}, times in UTC`
  const more = shown < count ? ' More: --result-size <number> or --all.' : ''
  const lines = wrap(`${what}. ${stateText(state)}.${more}`, console.width)
  lines.forEach((line) => console.line(console.paint(state.complete ? 'bold' : 'yellow', line)))
}

function plural(unit: string, count: number): string {
  return count === 1 ? unit : `${unit}s`
}

function exitCode(count: number, failEmpty: boolean): number {
  return count === 0 && failEmpty ? EXIT.NOT_FOUND : EXIT.OK
}

function sizeOption(options: OptionValues): number {
  const text = textOption(options, 'result-size')
  if (text === undefined) return DEFAULT_SIZE
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new CodedError('USAGE', '--result-size takes a whole number from 1 on')
  return Number(text)
}

import type { TimelineLine } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import {
  choiceOption,
  defineCommand,
  textOption,
  type Client,
  type Invocation,
  type OptionValues,
} from '../command.ts'
import { openOutputFile } from '../output-file.ts'
import { PERIOD_OPTIONS, periodOf, periodQueries, periodText } from '../period-options.ts'
import { number, visible } from '../terminal.ts'
import { timelinePrinter } from '../timeline-view.ts'
import { writeTimesketch } from '../timesketch-file.ts'

const FORMATS = ['table', 'json', 'timesketch'] as const

export const timeline = defineCommand({
  name: 'timeline',
  summary: 'What one person did, in order of time, in chains across surfaces',
  arguments: '[<query in KQL>]',
  examples: [
    [
      'daybook timeline --user avery.howard@contoso.com --from 2026-03-04 --to 2026-03-05',
      'A day of one person: draft in Word, mail in Outlook.',
    ],
    [
      'daybook timeline --user avery.howard@contoso.com --gap 1h "automatic:false"',
      'Longer pauses inside a chain, without what applications sent by themselves.',
    ],
    [
      'daybook timeline --user dylan.frost@contoso.com --format timesketch --output-path dylan.csv',
      'For Timesketch: a row for each time. A name that ends in .jsonl gives JSONL.',
    ],
  ],
  options: {
    user: { value: '<user>', summary: 'address, object id or name; it must mean one person' },
    ...PERIOD_OPTIONS,
    gap: {
      value: '<time>',
      summary: 'longest pause inside a chain: 90s, 15m (default), 2h, 1d',
    },
    format: { value: '<format>', summary: 'table (default), json or timesketch' },
    'output-path': {
      value: '<file>',
      summary: 'write to this file; of timesketch: .csv or .jsonl',
    },
    force: { summary: 'overwrite the file' },
  },
  exitCodes: {
    0: 'done, or nothing is recorded',
    1: 'the data folder could not be used, or the file not be written',
    2: 'wrong usage, a query that cannot be read, or a name that several people have',
  },
  notes: [
    'A chain is a run of exchanges and events with no longer pause than --gap between one and the next. It says that they are close in time, not that one led to the other; files that were met again in it are named.',
    'Silence means that no record is here, not that nothing happened. Exchanges whose text or audit record is missing are counted at the end, with the query that lists them. Reading of the history (kind:own-access) is left out and counted.',
    'A CSV for Timesketch is for machines: cells are as they were served, so do not open it in a spreadsheet, where a cell that begins with = is a formula.',
  ],
  async run(invocation) {
    const { options, json, client } = invocation
    const user = textOption(options, 'user')
    if (user === undefined || user.trim() === '')
      throw new CodedError('USAGE', 'A timeline is of one person: say whose with --user')
    const asked = choiceOption(options, 'format', FORMATS) ?? 'table'
    const format = json ? 'json' : asked
    const sketch = format === 'timesketch' ? sketchFormat(options) : null
    const query = invocation.positionals.join(' ').trim()
    const request = {
      user,
      q: [...(query === '' ? [] : [query]), ...periodQueries(periodOf(options))],
      gapSeconds: gapOf(options),
    }
    const app = await client({ index: true, purpose: 'timeline' })
    if (sketch !== null) return intoSketch(invocation, app, request, sketch)
    return entries(invocation, app, request, format === 'json')
  },
})

interface Request {
  readonly user: string
  readonly q: readonly string[]
  readonly gapSeconds: number
}

async function entries(
  { options, console, signal }: Invocation,
  app: Client,
  request: Request,
  json: boolean,
): Promise<number> {
  const path = textOption(options, 'output-path')
  const output = path === undefined ? null : await openOutputFile(path, options['force'] === true)
  try {
    let lines: string[] = []
    const target =
      output === null
        ? console
        : {
            ...console,
            line: (text = '') => lines.push(text),
            json: (value: unknown) => lines.push(JSON.stringify(value)),
            paint: (_style: unknown, text: string) => text,
          }
    const print = json
      ? (line: TimelineLine) => target.json(line)
      : timelinePrinter(target, periodText(periodOf(options)))
    for await (const line of app.stream<TimelineLine>('/api/v1/timeline', request)) {
      signal.throwIfAborted()
      print(line)
      if (output === null || lines.length < 500) continue
      await output.write(`${lines.join('\n')}\n`)
      lines = []
    }
    if (output === null) return 0
    await output.write(lines.length === 0 ? '' : `${lines.join('\n')}\n`)
    await output.finish()
    console.note(`Wrote ${visible(output.path)}`)
    return 0
  } finally {
    await output?.discard()
  }
}

async function intoSketch(
  { options, json, console }: Invocation,
  app: Client,
  request: Request,
  { path, format }: Sketch,
): Promise<number> {
  const output = await openOutputFile(path, options['force'] === true)
  try {
    const rows = app.stream<Readonly<Record<string, string | number | boolean>>>(
      '/api/v1/timeline',
      { ...request, format: 'timesketch' },
    )
    const written = await writeTimesketch(rows, output, format)
    await output.finish()
    if (json) console.json({ path, rows: written })
    else console.line(`${number(written)} rows for Timesketch in ${visible(path)}`)
    return 0
  } finally {
    await output.discard()
  }
}

interface Sketch {
  readonly path: string
  readonly format: 'csv' | 'jsonl'
}

function sketchFormat(options: OptionValues): Sketch {
  const path = textOption(options, 'output-path')
  const ending = path === undefined ? undefined : /\.(csv|jsonl)$/.exec(path)?.[1]
  if (path === undefined || ending === undefined)
    throw new CodedError(
      'USAGE',
      '--format timesketch needs --output-path with a name that ends in .csv or .jsonl: Timesketch goes by it',
    )
  return { path, format: ending === 'csv' ? 'csv' : 'jsonl' }
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
const LONGEST = 31 * 86_400

function gapOf(options: OptionValues): number {
  const text = textOption(options, 'gap')
  if (text === undefined) return 15 * 60
  const [, value = '', unit = ''] = /^([1-9]\d{0,6})(s|m|h|d)$/.exec(text.trim()) ?? []
  const seconds = Number(value) * (SECONDS[unit] ?? 0)
  if (!(seconds > 0 && seconds <= LONGEST))
    throw new CodedError('USAGE', '--gap takes a time such as 90s, 15m, 2h or 1d, up to 31d')
  return seconds
}

import type { ReportAnswer } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import {
  choiceOption,
  defineCommand,
  listOption,
  textOption,
  type Console,
  type OptionValues,
} from '../command.ts'
import { openOutputFile } from '../output-file.ts'
import { PERIOD_OPTIONS, periodOf, periodQueries, periodText } from '../period-options.ts'
import { printReport } from '../report-view.ts'
import { number, visible } from '../terminal.ts'

const NAMES = ['usage', 'users', 'agents', 'resources', 'labels', 'models', 'credits', 'all']
const FORMATS = ['table', 'json', 'xlsx'] as const
const PERIODS = ['day', 'week', 'month', 'quarter'] as const
const RULES = ['v1.2', 'brief-004'] as const
const MOST_ROWS = 10_000

export const report = defineCommand({
  name: 'report',
  summary: 'Count use by surface, person, agent, file, model; credits',
  arguments: '[usage|users|agents|resources|labels|models|credits|all] [<query in KQL>]',
  examples: [
    [
      'daybook report usage --from 2026-03-01 --to 2026-04-01',
      'Prompts, automatic ones and answers by surface and by day, with their shares.',
    ],
    [
      'daybook report usage --user avery.howard@contoso.com --by week "surface:word"',
      'One person’s, of one surface, week by week.',
    ],
    ['daybook report agents --top 10', 'The agents in most exchanges.'],
    ['daybook report credits --rules brief-004', 'Copilot credits by category and by agent.'],
    [
      'daybook report all --from 2026-03-01 --to 2026-04-01 --format xlsx --output-path march.xlsx',
      'Everything as a workbook, each figure with its state and the query that lists its items.',
    ],
  ],
  options: {
    user: {
      value: '<user,…>',
      summary: 'address, object id or name; each must mean one person',
      multiple: true,
    },
    ...PERIOD_OPTIONS,
    by: {
      value: '<period>',
      summary: 'day, week, month or quarter (default: whichever gives few enough rows)',
    },
    top: { value: '<number>', summary: 'rows of a table (default 20)' },
    rules: { value: '<rule set>', summary: 'of credits: v1.2 (default) or brief-004' },
    format: { value: '<format>', summary: 'table (default), json or xlsx (with --output-path)' },
    'output-path': { value: '<file>', summary: 'write to this file instead of standard output' },
    force: { summary: 'overwrite the file' },
  },
  exitCodes: {
    0: 'done',
    1: 'the data folder could not be used, or the file not be written',
    2: 'wrong usage, or a query that cannot be read',
  },
  notes: [
    'Counts are of prompts and answers (interactions) or of exchanges (items), as each column says. An exchange told of by several records counts once. What an application or a schedule sent by itself is automatic; a figure with * is partial, and the line below says what is missing.',
    'Only exchanges count as use. Changes of agents and settings, and what reading the history leaves in the log, are listed apart.',
  ],
  async run({ positionals, options, json, console, client }) {
    const [name = 'usage', ...words] = positionals
    if (!NAMES.includes(name))
      throw new CodedError(
        'USAGE',
        `There is no report "${visible(name).slice(0, 40)}": the first word is one of ${NAMES.join(', ')}; a query comes behind it`,
      )
    const asked = choiceOption(options, 'format', FORMATS) ?? 'table'
    const format = json ? 'json' : asked
    const path = textOption(options, 'output-path')
    const period = periodOf(options)
    const query = words.join(' ').trim()
    if (format === 'xlsx' && path === undefined)
      throw new CodedError('USAGE', '--format xlsx needs --output-path: a workbook is no text')
    const how = {
      by: choiceOption(options, 'by', PERIODS),
      top: topOption(options),
      rules: choiceOption(options, 'rules', RULES),
    }
    const force = options['force'] === true
    const app = await client({ index: true, purpose: 'report' })
    const answer = await app.get<ReportAnswer>(`/api/v1/reports/${name}`, {
      q: [...(query === '' ? [] : [query]), ...periodQueries(period)],
      user: listOption(options, 'user'),
      ...how,
    })
    const head = periodText(period)
    if (path === undefined) {
      if (format === 'json') console.json(answer)
      else printReport(answer, head, console)
      return 0
    }
    if (format === 'xlsx') {
      const { writeWorkbook } = await import('../report-workbook.ts')
      await writeWorkbook(answer, head, path, force)
    } else
      await writeText(
        format === 'json' ? prettyJson(answer) : tableText(answer, head, console),
        path,
        force,
      )
    console.note(`Wrote ${visible(path)}`)
    return 0
  },
})

function topOption(options: OptionValues): string | undefined {
  const text = textOption(options, 'top')
  if (text !== undefined && !(/^[1-9]\d{0,4}$/.test(text) && Number(text) <= MOST_ROWS))
    throw new CodedError('USAGE', `--top takes a whole number from 1 to ${number(MOST_ROWS)}`)
  return text
}

const prettyJson = (answer: ReportAnswer): string => `${JSON.stringify(answer, null, 2)}\n`

function tableText(answer: ReportAnswer, period: string, console: Console): string {
  const lines: string[] = []
  printReport(answer, period, {
    ...console,
    line: (text = '') => lines.push(text),
    paint: (_style, text) => text,
  })
  return `${lines.join('\n')}\n`
}

async function writeText(text: string, path: string, force: boolean): Promise<void> {
  const output = await openOutputFile(path, force)
  try {
    await output.write(text)
    await output.finish()
  } finally {
    await output.discard()
  }
}

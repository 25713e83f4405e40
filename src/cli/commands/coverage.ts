import type { CoverageAnswer } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import { printCoverage } from '../coverage-view.ts'
import { choiceOption, defineCommand, textOption } from '../command.ts'
import { openOutputFile } from '../output-file.ts'
import { instantOf } from '../search-terms.ts'
import { visible } from '../terminal.ts'

const FORMATS = ['table', 'json', 'html', 'xlsx'] as const
const DAY = /^\d{4}-\d\d-\d\d$/

export const coverage = defineCommand({
  name: 'coverage',
  summary: 'What was captured of each person and day, and what is missing',
  arguments: '--from <day> --to <day>',
  examples: [
    [
      'daybook coverage --from 2026-03-01 --to 2026-04-01',
      'Of everybody who was licensed in March: sums, gaps with their reasons, what was lost.',
    ],
    [
      'daybook coverage --from 2026-03-01 --to 2026-04-01 --user avery.howard@contoso.com',
      'Of one person.',
    ],
    [
      'daybook coverage --from 2026-01-01 --to 2026-04-01 --format html --output-path q1.html',
      'A page to hand over or to print.',
    ],
  ],
  options: {
    from: { value: '<day>', summary: 'first day (UTC)', aliases: ['start-date'] },
    to: { value: '<day>', summary: 'day behind the last', aliases: ['end-date'] },
    user: { value: '<user>', summary: 'address or object id of one person' },
    tenant: { value: '<tenant>', summary: 'of several tenants in the folder' },
    format: { value: '<format>', summary: 'table (default), json, html or xlsx' },
    'output-path': { value: '<file>', summary: 'write to this file instead of standard output' },
    force: { summary: 'overwrite the file' },
  },
  exitCodes: {
    0: 'stated, whatever it says',
    1: 'the data folder could not be used, or the file not be written',
    2: 'wrong usage',
  },
  notes: [
    'A day without records is "no activity" only where every window in which a record of it could have come is closed. What is not known is said to be unknown. What the statement rests on is hashed into the log: the same facts give the same statement.',
  ],
  async run({ options, json, console, client }) {
    const [from, to] = [day(textOption(options, 'from')), day(textOption(options, 'to'))]
    if (from === null || to === null)
      throw new CodedError('USAGE', '--from and --to each take a day such as 2026-03-01')
    const asked = choiceOption(options, 'format', FORMATS) ?? 'table'
    const format = json ? 'json' : asked
    const path = textOption(options, 'output-path')
    if (format === 'xlsx' && path === undefined)
      throw new CodedError('USAGE', '--format xlsx needs --output-path: a workbook is no text')
    const force = options['force'] === true
    const app = await client({ index: false, purpose: 'coverage' })
    const query = {
      from,
      to,
      user: textOption(options, 'user'),
      tenant: textOption(options, 'tenant'),
      html: format === 'html' ? 'true' : undefined,
    }
    const answer = await app.get<CoverageAnswer>('/api/v1/coverage', query)
    if (format === 'xlsx' && path !== undefined) {
      const { writeCoverageWorkbook } = await import('../coverage-workbook.ts')
      await writeCoverageWorkbook(answer, path, force)
    } else if (path !== undefined) {
      await writeText(await textOf(), path, force)
    } else if (format === 'json') console.json(answer)
    else if (format === 'table') printCoverage(answer, console)
    else console.line(answer.html ?? '')
    if (path !== undefined) console.note(`Wrote ${visible(path)}`)
    return 0

    async function textOf(): Promise<string> {
      if (format === 'html') return answer.html ?? ''
      if (format === 'json') return `${JSON.stringify(answer, null, 2)}\n`
      const lines: string[] = []
      printCoverage(answer, {
        ...console,
        line: (text = '') => lines.push(text),
        paint: (_style, text) => text,
      })
      return `${lines.join('\n')}\n`
    }
  },
})

function day(text: string | undefined): string | null {
  const at = text?.trim().slice(0, 10) ?? ''
  return DAY.test(at) && instantOf(at) !== null ? at : null
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

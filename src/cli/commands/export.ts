import { resolve } from 'node:path'
import type { ExportResult, ExportStep } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import { choiceOption, defineCommand, listOption, textOption, type Console } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { searchTerms, TERM_OPTIONS } from '../search-terms.ts'
import { bytes, indented, number, visible, wrap } from '../terminal.ts'

type Step =
  | ({ readonly type: 'progress' } & ExportStep)
  | ({ readonly type: 'result' } & ExportResult)

const LABELS = { items: 'Exporting', records: 'Writing texts', packing: 'Packing' } as const

const MINIMISE: readonly string[] = ['users', 'dates']

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Hand over what a query finds, with proofs if asked',
  arguments: '[<query in KQL>] --output-path <folder or .zip>',
  examples: [
    [
      'daybook export "user:avery@contoso.com" --format csv --output-path ./avery --purpose "Request 12"',
      'A flat table for a spreadsheet, in a folder with a manifest and a data dictionary.',
    ],
    [
      'daybook export "session:<id>" --unit record --format jsonl --raw --output-path ./texts',
      'The exact text of each record, one a line where the text allows it.',
    ],
    [
      'daybook export "jailbreak:true" --format csv --proofs --output-path ./handover.zip',
      'Packed, with the records and their proofs: anybody can check it.',
    ],
    [
      'daybook export --format audit --start-date 2026-03-01 --output-path ./audit',
      'The four columns of Search-UnifiedAuditLog.',
    ],
    [
      'daybook export --format parquet --minimise users,dates --output-path ./for-analysis',
      'Without persons and times of day.',
    ],
  ],
  options: {
    'output-path': { value: '<folder or .zip>', summary: 'where it goes; must not be there yet' },
    format: {
      value: '<format>',
      summary: 'jsonl (default), csv, audit, xlsx, parquet, arrow, html or pdf',
    },
    unit: { value: '<unit>', summary: 'item (default) or record: what a row is' },
    raw: { summary: 'with jsonl: the exact texts of the records instead of reconciled items' },
    proofs: { summary: 'the exact texts of the records, and a proof of each' },
    fields: { value: '<name,…>', summary: 'these columns, in this order', multiple: true },
    minimise: {
      value: '<what,…>',
      summary: 'users: pseudonyms instead of persons; dates: days instead of times',
      multiple: true,
      aliases: ['minimize'],
    },
    'minimise-users': { summary: 'the same as --minimise users', aliases: ['minimize-users'] },
    profile: {
      value: '<profile>',
      summary: 'of csv: spreadsheet (default; BOM, formulas defused) or machine (as it is)',
    },
    purpose: { value: '<words>', summary: 'what it is for; kept in the archive and the manifest' },
    zip: { summary: 'pack it; done anyway when the output ends in .zip' },
    ...TERM_OPTIONS,
  },
  exitCodes: {
    0: 'exported',
    1: 'the data folder or the output could not be used',
    2: 'wrong usage, or a query that cannot be read',
    130: 'stopped by Ctrl+C; the same command goes on',
  },
  notes: [
    'It grows in <output>.partial and gets its name when it is whole. After an interruption the same command goes on where it stopped (a file in xlsx, parquet or arrow begins anew), or begins anew if the archive has changed.',
    'Fields and formats: docs/reference/export-fields.md. How others check it: docs/guide/check-an-export.md.',
  ],
  whenStopped: 'what was written is kept; run the same command again to go on',
  async run({ positionals, options, json, console, client }) {
    const { queries, notes } = searchTerms(positionals, options)
    const named = textOption(options, 'output-path')
    if (named === undefined)
      throw new CodedError('USAGE', 'Say where to: --output-path <folder or .zip>')
    const zip = options['zip'] === true || /\.zip$/i.test(named)
    const fields = listOption(options, 'fields')
    const minimise = new Set(listOption(options, 'minimise'))
    if (options['minimise-users'] === true) minimise.add('users')
    const wrong = [...minimise].find((what) => !MINIMISE.includes(what))
    if (wrong !== undefined)
      throw new CodedError('USAGE', `--minimise takes ${MINIMISE.join(', or ')}, or both`)
    const unit = choiceOption(options, 'unit', ['item', 'record'])
    const body = {
      queries,
      format: textOption(options, 'format')?.toLowerCase() ?? 'jsonl',
      raw: options['raw'] === true,
      proofs: options['proofs'] === true,
      fields: fields.length === 0 ? null : fields,
      minimise: [...minimise],
      profile: choiceOption(options, 'profile', ['spreadsheet', 'machine']) ?? 'spreadsheet',
      purpose: textOption(options, 'purpose') ?? null,
      output: resolve(zip && !/\.zip$/i.test(named) ? `${named}.zip` : named),
      zip,
      ...(unit === undefined ? {} : { unit }),
    }
    const app = await client({ index: true, purpose: 'export' })
    notes.forEach((note) => wrap(note, console.width).forEach((line) => console.note(line)))
    let result: ExportResult | null = null
    for await (const step of app.stream<Step>('/api/v1/exports', body)) {
      if (step.type === 'result') {
        const { type: _, ...rest } = step
        result = rest
      } else showStep(step, console)
    }
    console.progress.clear()
    if (result === null) throw new Error('the export gave no result')
    if (json) console.json(result)
    else print(result, console)
    return EXIT.OK
  },
})

function showStep({ part, done, total, note }: ExportStep, console: Console): void {
  const { progress } = console
  if (note !== undefined) {
    wrap(note, console.width).forEach((line) => console.note(line))
    return
  }
  const label = LABELS[part]
  if (part === 'packing') {
    const unit = 'kB'
    progress.show({ label, done: Math.round(done / 1_000), total: Math.round(total / 1_000), unit })
  } else progress.show({ label, done, total, unit: part })
}

function print(result: ExportResult, { line, paint, width }: Console): void {
  const { counts, changes, state, files, seconds } = result
  const said = (text: string, style: 'dim' | 'yellow' | null = null): void =>
    indented(wrap(text, width - 2), 2).forEach((one) =>
      line(style === null ? one : paint(style, one)),
    )
  line(
    paint(
      'bold',
      `Exported ${plural(counts.item, 'item')}, made of ${plural(counts.record, 'record')}, in ${seconds.toFixed(1)} s`,
    ),
  )
  if (counts.item === 0) said('Nothing matches: it is empty.', 'yellow')
  line(`  ${visible(result.output)}`)
  // Where a reader begins is named; what lies in folders else is counted.
  const shown = files.filter(({ path }) => !path.includes('/') || path.endsWith('/index.html'))
  const others = files.length - shown.length
  shown.forEach(({ path, rows }) =>
    line(`    ${path.padEnd(24)}${rows === null ? '' : number(rows).padStart(10)}`.trimEnd()),
  )
  if (others > 0) line(`    ${number(others)} ${others === 1 ? 'file' : 'files'} in folders`)
  line(`    manifest.json           ${bytes(result.bytes)} in all`)
  if (counts.proof > 0)
    said(
      `${plural(counts.proof, 'record')} with a proof of each: whoever gets this opens its verify.html, or runs "daybook verify --export".`,
    )
  for (const [reason, count] of Object.entries(counts.leftOut))
    said(`Left out: ${plural(count, 'record')} (${LEFT_OUT[reason] ?? reason}).`, 'yellow')
  for (const { code, count, how } of changes) said(`${code} ${number(count)}: ${how}.`, 'dim')
  said(state.text, state.complete ? 'dim' : 'yellow')
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  noAuditData: 'they carry no audit data',
  disposed: 'lawfully erased; only their hash is kept',
}

const plural = (count: number, what: string): string =>
  `${number(count)} ${what}${count === 1 ? '' : 's'}`

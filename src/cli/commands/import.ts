import { defineCommand, textOption, type Console } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { basename, resolve } from 'node:path'
import { CodedError } from '../../platform/errors.ts'
import { importPaths, type ImportResult } from '../import-run.ts'
import { referenceText } from '../reference-text.ts'
import { number, visible, wrap } from '../terminal.ts'

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

export const importCommand = defineCommand({
  name: 'import',
  summary: 'Take in exports: files, folders and archives of them',
  arguments: '<path…> [--tenant <tenant id>]',
  examples: [
    ['daybook import ./exports', 'Everything in a folder and below it.'],
    ['daybook import AuditLog_2026-03.csv.gz interactions.zip', 'Packed files as they are.'],
    [
      'daybook import ./exports --json',
      'One object: read, added, repeated, versions, notAi, unmapped, errors, seconds.',
    ],
  ],
  options: {
    tenant: { value: '<tenant id>', summary: 'whose records are those that name no tenant' },
  },
  exitCodes: {
    0: 'all of it was read',
    1: 'the data folder could not be used',
    2: 'wrong usage',
    3: 'something could not be read; what could be is archived',
    130: 'stopped by Ctrl+C; what was recorded is kept',
  },
  notes: [
    'A record that is there already is not archived again: it is counted as repeated. The same record with other content is kept beside the first as a version. What is known not to be about AI is dropped and counted by kind. What cannot be understood is archived as it is and marked unmapped.',
    'Running the same import again adds nothing: after an interruption, just run it again.',
  ],
  whenStopped: 'what was recorded is kept; run the same import again to go on',
  async run({ positionals, options, json, console, client }) {
    if (positionals.length === 0) {
      throw new CodedError(
        'USAGE',
        'Name at least one file or folder to import; see "daybook import --help"',
      )
    }
    // An empty word, of a variable that is not set, would mean everything in this folder.
    if (positionals.some((path) => path.trim() === ''))
      throw new CodedError('USAGE', 'A path to import is empty; a dot means this folder')
    const tenant = textOption(options, 'tenant')
    if (tenant !== undefined && !GUID.test(tenant))
      throw new CodedError('USAGE', '--tenant takes a GUID, as Entra shows it under "Tenant ID"')
    const app = await client({ index: true, purpose: 'import', makes: true })
    const paths = positionals.map((path) => resolve(path))
    const result = await importPaths(
      app,
      { paths, ...(tenant === undefined ? {} : { tenant }) },
      console,
    )
    if (json) {
      const { read, added, repeated, versions, notAi, unmapped, errors, seconds, ...others } =
        result
      console.json({ read, added, repeated, versions, notAi, unmapped, errors, seconds, ...others })
    } else print(result, console)
    if (result.interrupted) return EXIT.INTERRUPTED
    return result.errors.length > 0 ? EXIT.PARTIAL : EXIT.OK
  },
})

function print(result: ImportResult, console: Console): void {
  const { line, paint, width } = console
  const row = (label: string, count: number, note = '') => {
    const [first = '', ...rest] = wrap(note, width - 26)
    line(`  ${label.padEnd(10)}${number(count).padStart(12)}  ${paint('dim', first)}`.trimEnd())
    rest.forEach((more) => line(`${' '.repeat(26)}${paint('dim', more)}`))
  }
  // Of a path that is not there a table of zeros would tell nothing.
  const { errors } = result
  const isMissing = errors.length > 0 && errors.every(({ code }) => code === 'PATH_NOT_FOUND')
  if (isMissing && result.containers + result.reference.length === 0) {
    printErrors(result, console)
    line('Nothing was imported.')
    return
  }
  const rate = result.seconds > 0 ? Math.round(result.read / result.seconds) : result.read
  const count = result.containers + result.reference.length
  const files = `${number(count)} ${count === 1 ? 'file' : 'files'}`
  line(
    paint(
      'bold',
      `Imported ${files} in ${result.seconds.toFixed(1)} s (${number(rate)} records/s)`,
    ),
  )
  row('read', result.read)
  row(
    'added',
    result.added,
    result.versions > 0 ? `${number(result.versions)} of them new versions of a record` : '',
  )
  row('repeated', result.repeated, result.repeated > 0 ? 'there already, not archived again' : '')
  row('not AI', result.notAi, topDropped(result.dropped))
  row(
    'unmapped',
    result.unmapped,
    result.unmapped > 0 ? 'archived as they are, not understood' : '',
  )
  for (const taken of result.reference) {
    const text = `${visible(basename(taken.file))}: ${referenceText(taken)}`
    const [first = '', ...rest] = wrap(text, width - 12)
    line(`  reference ${first}`)
    rest.forEach((more) => line(`${' '.repeat(12)}${more}`))
  }
  printErrors(result, console)
  if (!result.indexed)
    line('The records are archived; the search index catches up at the next command.')
  if (result.interrupted)
    line('Stopped. What was recorded is kept; run the same import again to go on.')
}

function printErrors({ errors }: ImportResult, { line, paint, width }: Console): void {
  for (const { file, offset, message } of errors) {
    const where = offset === null ? '' : ` at byte ${number(offset)}`
    const [first = '', ...rest] = wrap(`${visible(file)}${where}: ${visible(message)}`, width - 2)
    line(`${paint('yellow', '!')} ${first}`)
    rest.forEach((more) => line(`  ${more}`))
  }
}

function topDropped(dropped: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(dropped).toSorted(([, a], [, b]) => b - a)
  const shown = kinds
    .slice(0, 3)
    .map(([kind, count]) => `${number(count)} ${visible(kind.split('/').at(-1) ?? kind)}`)
  return kinds.length === 0 ? '' : `dropped: ${shown.join(', ')}${kinds.length > 3 ? ', …' : ''}`
}

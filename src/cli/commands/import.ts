import { defineCommand, textOption, type Console } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { resolve } from 'node:path'
import { CodedError } from '../../platform/errors.ts'
import { bytes, number, visible } from '../terminal.ts'

interface Result {
  readonly read: number
  readonly added: number
  readonly repeated: number
  readonly versions: number
  readonly notAi: number
  readonly unmapped: number
  readonly containers: number
  readonly tenants: readonly string[]
  readonly dropped: Readonly<Record<string, number>>
  readonly errors: readonly { readonly file: string; readonly offset: number | null; readonly code: string; readonly message: string }[]
  readonly interrupted: boolean
  readonly indexed: boolean
  readonly seconds: number
}

type Step =
  | { readonly type: 'progress'; readonly bytes: number; readonly totalBytes: number; readonly records: number }
  | ({ readonly type: 'result' } & Result)

export const importCommand = defineCommand({
  name: 'import',
  summary: 'Take in exports: files and folders, also .gz, .zip and .zst, recognised by what is in them',
  arguments: '<path…> [--tenant <tenant id>]',
  examples: [
    ['daybook import ./exports', 'Everything in a folder and below it.'],
    ['daybook import AuditLog_2026-03.csv.gz interactions.zip', 'Packed files as they are.'],
    ['daybook import ./exports --json', 'One object: read, added, repeated, versions, notAi, unmapped, errors, seconds.'],
  ],
  options: { tenant: { value: '<tenant id>', summary: 'whose records are those that name no tenant' } },
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
  async run({ positionals, options, json, console, client }) {
    if (positionals.length === 0) {
      throw new CodedError('USAGE', 'Name at least one file or folder to import; see "daybook import --help"')
    }
    const app = await client({ index: true, purpose: 'import' })
    let result: Result | null = null
    const tenant = textOption(options, 'tenant')
    const body = { paths: positionals.map((path) => resolve(path)), ...(tenant === undefined ? {} : { tenant }) }
    for await (const value of app.stream('/api/v1/imports', body)) {
      const step = value as Step // our own route's answer
      if (step.type === 'result') result = step
      else {
        const extra = `${bytes(step.bytes)} of ${bytes(step.totalBytes)}`
        const total = step.bytes > 0 && step.records > 0 ? Math.round((step.records * step.totalBytes) / step.bytes) : null
        console.progress.show({ label: 'Importing', done: step.records, total, unit: 'records', extra })
      }
    }
    console.progress.clear()
    if (result === null) throw new Error('the import gave no result')
    if (json) {
      const { read, added, repeated, versions, notAi, unmapped, errors, seconds, ...rest } = result
      const { type: _, ...others } = rest as typeof rest & { type?: string }
      console.json({ read, added, repeated, versions, notAi, unmapped, errors, seconds, ...others })
    } else print(result, console)
    if (result.interrupted) return EXIT.INTERRUPTED
    return result.errors.length > 0 ? EXIT.PARTIAL : EXIT.OK
  },
})

function print(result: Result, console: Console): void {
  const { paint } = console
  const row = (label: string, count: number, note = '') =>
    console.line(`  ${label.padEnd(10)}${number(count).padStart(12)}${note === '' ? '' : `  ${paint('dim', note)}`}`)
  const rate = result.seconds > 0 ? Math.round(result.read / result.seconds) : result.read
  console.line(paint('bold', `Imported ${number(result.containers)} ${result.containers === 1 ? 'file' : 'files'} in ${result.seconds.toFixed(1)} s (${number(rate)} records/s)`))
  row('read', result.read)
  row('added', result.added, result.versions > 0 ? `${number(result.versions)} of them new versions of a record` : '')
  row('repeated', result.repeated, result.repeated > 0 ? 'there already, not archived again' : '')
  row('not AI', result.notAi, topDropped(result.dropped))
  row('unmapped', result.unmapped, result.unmapped > 0 ? 'archived as they are, not understood' : '')
  for (const { file, offset, message } of result.errors) {
    const where = offset === null ? '' : ` at byte ${number(offset)}`
    console.line(`${paint('yellow', '!')} ${visible(file)}${where}: ${visible(message)}`)
  }
  if (!result.indexed) console.line('The records are archived; the search index catches up at the next command.')
  if (result.interrupted) console.line('Stopped. What was recorded is kept; run the same import again to go on.')
}

function topDropped(dropped: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(dropped).toSorted(([, a], [, b]) => b - a)
  const shown = kinds.slice(0, 3).map(([kind, count]) => `${visible(kind)} ${number(count)}`)
  return kinds.length === 0 ? '' : `dropped: ${shown.join(', ')}${kinds.length > 3 ? ', …' : ''}`
}

import { readFileSync } from 'node:fs'
import { CodedError } from '../../platform/errors.ts'
import { FINDINGS, verifyArchive, verifyProof, type Report } from '../../verify/index.ts'
import { checkExport } from '../export-report.ts'
import { defineCommand, textOption, type Console, type Invocation } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { writeOfflinePage } from '../offline-page.ts'
import { indented, number, visible, wrap } from '../terminal.ts'

/** Faults of the one who asks: what was named is no archive, or no key. */
const WRONG_USE: ReadonlySet<string> = new Set([
  'NOT_AN_ARCHIVE',
  'NOT_AN_EXPORT',
  'BAD_CHECKPOINT',
])

export const verify = defineCommand({
  name: 'verify',
  summary: 'Recompute the hashes of an archive, an export or a proof',
  arguments: '[<archive folder>] | --export <folder or zip> | --proof <file> …',
  examples: [
    ['daybook verify ./records', 'A data folder, its "archive" folder, or a copy of one tenant.'],
    [
      'daybook verify ./records --public-key contoso.vkey --since monday.checkpoint',
      'Against the key that was handed out, and against a checkpoint that somebody kept.',
    ],
    [
      'daybook verify --proof r.tlog-proof --record r.record.json --public-key r.vkey',
      'One record alone, without the archive.',
    ],
    [
      'daybook verify --export ./handover.zip --public-key contoso.vkey',
      'An export that was handed over: its files, its records and their proofs.',
    ],
  ],
  options: {
    'public-key': {
      value: '<file>',
      summary: 'the verifier key to believe, not the one in the archive',
    },
    since: { value: '<file>', summary: 'a checkpoint kept from before: the log must extend it' },
    export: { value: '<folder or zip>', summary: 'check this export' },
    'offline-page': {
      value: '<file>',
      summary: 'write the page that checks exports in a browser',
    },
    proof: { value: '<file>', summary: 'check this proof of one record' },
    record: {
      value: '<file>',
      summary: 'the record: its line of the archive, or its text as served',
    },
  },
  exitCodes: {
    0: 'intact',
    2: 'cannot be read, or wrong usage',
    4: 'tampered or incomplete',
  },
  notes: [
    'It opens no database and no network, and may run while another process writes.',
    'What it cannot see: whether Microsoft served everything, and a whole folder put back to an earlier state; for that keep a checkpoint (archive/<tenant>/log/checkpoint) elsewhere and give it with --since.',
  ],
  whenStopped: 'nothing is said about what was not checked yet',
  async run(invocation) {
    const { options, positionals } = invocation
    try {
      if (options['proof'] !== undefined || options['record'] !== undefined)
        return checkProof(invocation)
      const page = textOption(options, 'offline-page')
      if (page !== undefined) return await writeOfflinePage(page, invocation)
      const named = textOption(options, 'export')
      if (named !== undefined) {
        const key = textOption(options, 'public-key')
        const keys = key === undefined ? null : read(key)
        return await checkExport(invocation, named, keys)
      }
      if (positionals.length > 1) {
        throw new CodedError('USAGE', 'Name one folder at a time; see "daybook verify --help"')
      }
      return await checkArchive(invocation)
    } catch (error) {
      throw asWrongUse(error)
    }
  },
})

async function checkArchive({
  positionals,
  options,
  json,
  console,
  dataDir,
  signal,
}: Invocation): Promise<number> {
  const key = textOption(options, 'public-key')
  const since = textOption(options, 'since')
  const report = await verifyArchive(positionals[0] ?? dataDir, {
    ...(key === undefined ? {} : { publicKey: read(key) }),
    ...(since === undefined ? {} : { since: read(since) }),
    onProgress: ({ records, totalRecords }) => {
      signal.throwIfAborted()
      console.progress.show({
        label: 'Verifying',
        done: records,
        total: totalRecords,
        unit: 'records',
      })
    },
  })
  console.progress.clear()
  if (json) {
    const { records, segments, findings, ...rest } = report
    console.json({ records, segments, findings, ...rest })
  } else printReport(report, console)
  return report.findings.length === 0 ? EXIT.OK : EXIT.INTEGRITY
}

/** What a check found, in words; the last line is the verdict. */
export function printReport(report: Report, console: Console): void {
  const { paint, width } = console
  for (const { object, finding, message } of report.findings) {
    console.line(paint('red', finding))
    brokenPath(visible(object), width - 2).forEach((line) =>
      console.line(`  ${paint('bold', line)}`),
    )
    indented(wrap(visible(message), width - 2), 2).forEach((line) => console.line(line))
    indented(wrap(FINDINGS[finding].action.replaceAll('`', ''), width - 2), 2).forEach((line) =>
      console.line(paint('dim', line)),
    )
    console.line()
  }
  for (const note of report.notes) wrap(visible(note), width).forEach((line) => console.note(line))
  if (report.tenants.some(({ key }) => key === 'own')) {
    wrap(
      'The key in the archive was believed; give the one you were handed with --public-key.',
      width,
    ).forEach((line) => console.note(line))
  }
  if (report.disposed > 0)
    console.line(`${number(report.disposed)} of the records were lawfully erased.`)
  const { length } = report.findings
  const what = `${counted(report.records, 'record')} in ${counted(report.segments, 'segment')}`
  if (length === 0) console.line(`${what}: ${paint('green', 'intact')}`)
  else {
    const found = length === 1 ? 'one finding' : `${number(length)} findings`
    console.line(
      `${paint('red', `NOT intact: ${found}`)}; of what it holds, ${counted(report.records, 'record')} could be confirmed`,
    )
  }
}

/** A path in lines, broken behind a slash, so that none is cut in the middle of a name. */
function brokenPath(path: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const part of path.split(/(?<=\/)/)) {
    if (line !== '' && line.length + part.length > columns) {
      lines.push(line)
      line = ''
    }
    line += part
  }
  return [...lines, line]
}

const counted = (count: number, what: string) => `${number(count)} ${what}${count === 1 ? '' : 's'}`

function checkProof({ options, json, console, positionals }: Invocation): number {
  const [proof, record, key] = ['proof', 'record', 'public-key'].map((name) =>
    textOption(options, name),
  )
  if (proof === undefined || record === undefined || key === undefined || positionals.length > 0) {
    throw new CodedError(
      'USAGE',
      'To check one proof, give all three: --proof <file> --record <file> --public-key <file>',
    )
  }
  const verdict = verifyProof({
    proof: read(proof),
    record: readBytes(record),
    publicKey: read(key).trim(),
  })
  if (json) console.json(verdict)
  if (!verdict.ok) {
    if (verdict.code === 'BAD_PUBLIC_KEY')
      throw new CodedError('USAGE_KEY', `Cannot use ${key}: ${verdict.message}`)
    if (!json)
      console.line(`${console.paint('red', 'NOT proven')}: ${verdict.message} [${verdict.code}]`)
    return EXIT.INTEGRITY
  }
  if (!json) {
    console.line(
      `${console.paint('green', 'Proven')}: record ${number(verdict.sequence)} of tenant ${visible(verdict.tenant)}`,
    )
    console.line(`  sealed ${verdict.sealedAt} in segment ${visible(verdict.segment)}`)
    console.line(
      `  in the log of ${counted(verdict.checkpointSize, 'entry').replace('entrys', 'entries')} that the key signed`,
    )
  }
  return EXIT.OK
}

const read = (file: string) => readBytes(file).toString('utf8')

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw unreadable(file, why, error)
  }
}

function unreadable(file: string, why: string, cause: unknown): CodedError {
  const sentence =
    why === 'ENOENT'
      ? `There is no file ${visible(file)}: check the path`
      : `Cannot read ${visible(file)} (${why})`
  return new CodedError('USAGE_FILE', sentence, { cause })
}

// What cannot be read at all is not the same as what was tampered with: exit code 2.
function asWrongUse(error: unknown): unknown {
  if (error instanceof CodedError) {
    return WRONG_USE.has(error.code) || error.code === 'BAD_PUBLIC_KEY'
      ? new CodedError(`USAGE_${error.code}`, error.message, { cause: error })
      : error
  }
  if (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'path' in error
  ) {
    return unreadable(String(error.path), error.code, error)
  }
  return error
}

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { ProofAnswer } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import { defineCommand, textOption } from '../command.ts'
import { bytes, number, visible } from '../terminal.ts'

export const prove = defineCommand({
  name: 'prove',
  summary: 'Write the proof of one record, for a stranger to check',
  arguments: '<record id or sequence> [--output-path <folder>]',
  examples: [
    [
      'daybook prove 385211e7-2319-418b-a4d4-610065361663',
      'By the record’s own id, as "show" lists it.',
    ],
    [
      'daybook prove 186 --output-path ./for-the-auditor',
      'By its sequence, its number in the archive.',
    ],
  ],
  options: {
    'output-path': {
      value: '<folder>',
      summary: 'where to write the three files (default .)',
      aliases: ['output-dir'],
    },
    force: { summary: 'overwrite files that are there' },
  },
  exitCodes: {
    0: 'written',
    1: 'could not be written, or the data folder could not be used',
    2: 'wrong usage, or the id names several records',
    7: 'nothing has this id',
  },
  notes: [
    'Three files: the proof (at most 4 kB, without the record), the record as the archive keeps it, and the verifier key. The checker should have the key from elsewhere: whoever makes up a record can make up a key.',
    'A record that is recorded but not sealed yet is sealed first.',
  ],
  async run({ positionals, options, json, console, client }) {
    const id = positionals[0]?.trim()
    if (id === undefined || id === '' || positionals.length > 1) {
      throw new CodedError(
        'USAGE',
        'Name one record by its id or sequence; see "daybook prove --help"',
      )
    }
    const folder = resolve(textOption(options, 'output-path') ?? '.')
    const app = await client({ index: true, purpose: 'prove' })
    const answer = await app.post<ProofAnswer>('/api/v1/proofs', { id })
    const files = writeProof(answer, folder, options['force'] === true)
    if (json) {
      console.json({
        tenant: answer.tenant,
        sequence: answer.sequence,
        files,
        proofBytes: Buffer.byteLength(answer.proof),
      })
      return 0
    }
    const { paint } = console
    console.line(`Record ${number(answer.sequence)} of tenant ${visible(answer.tenant)}`)
    const here = fromHere(files)
    for (const [file, what] of [
      [here.proof, `proof, ${bytes(Buffer.byteLength(answer.proof))}`],
      [here.record, `record, ${bytes(Buffer.byteLength(answer.line))}`],
      [here.publicKey, 'verifier key'],
    ] as const)
      console.line(`  ${visible(file)}  ${paint('dim', what)}`)
    console.line('A stranger checks it with these files alone:')
    // An option a line, so that no terminal breaks a path.
    console.line(paint('cyan', `  ${verifyCommand(here).join(' \\\n    ')}`))
    return 0
  },
})

export interface ProofFiles {
  readonly proof: string
  readonly record: string
  readonly publicKey: string
}

/** Writes the three files that a stranger needs; all of them or none. Throws `FILE_EXISTS` or `FILE_NOT_WRITABLE`. */
export function writeProof(answer: ProofAnswer, folder: string, force: boolean): ProofFiles {
  // Two tenants' records may have the same sequence.
  const name = `${answer.tenant.slice(0, 8)}-${answer.sequence}`
  const files = {
    proof: join(folder, `${name}.tlog-proof`),
    record: join(folder, `${name}.record.json`),
    publicKey: join(folder, `${name}.vkey`),
  }
  const there = Object.values(files).find((file) => existsSync(file))
  if (there !== undefined && !force) {
    throw new CodedError(
      'FILE_EXISTS',
      `${there} is there already: choose another folder with --output-path, or overwrite with --force`,
    )
  }
  const contents = [
    [files.proof, answer.proof],
    [files.record, `${answer.line}\n`],
    [files.publicKey, answer.publicKey],
  ] as const
  try {
    mkdirSync(folder, { recursive: true })
    for (const [file, text] of contents) writeFileSync(`${file}.tmp`, text)
    for (const [file] of contents) renameSync(`${file}.tmp`, file)
  } catch (error) {
    for (const [file] of contents) rmSync(`${file}.tmp`, { force: true })
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new CodedError(
      'FILE_NOT_WRITABLE',
      `Cannot write to ${folder} (${why}): choose another folder with --output-path`,
      { cause: error },
    )
  }
  return files
}

/** As short as they can be typed in this folder. */
function fromHere({ proof, record, publicKey }: ProofFiles): ProofFiles {
  return { proof: near(proof), record: near(record), publicKey: near(publicKey) }
}

function near(file: string): string {
  const path = relative('.', file)
  return path.length < file.length ? path : file
}

/** What a stranger types, for a POSIX shell, in parts that may stand on lines of their own. */
export function verifyCommand(files: ProofFiles): string[] {
  const [proof, record, key] = [files.proof, files.record, files.publicKey].map(shellWord)
  return [`daybook verify --proof ${proof}`, `--record ${record}`, `--public-key ${key}`]
}

const shellWord = (text: string) =>
  /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

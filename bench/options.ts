import { parseArgs } from 'node:util'

const PARTS = [
  'import',
  'blob',
  'repeat',
  'search',
  'export',
  'verify',
  'reindex',
  'disk',
  'start',
  'collect',
] as const
export type Part = (typeof PARTS)[number]

export interface Options {
  readonly records: number
  /** null: a temporary folder, removed at the end. */
  readonly keep: string | null
  readonly only: ReadonlySet<Part>
  readonly json: boolean
}

export const HELP = `npm run bench -- [--size <records>] [--only <parts>] [--keep <folder>] [--json]

  npm run bench                        a million records: about ten minutes on two cores, 10 GB of disk
  npm run bench -- --size 100k         the same in about a minute
  npm run bench -- --size 10m          ten million, and a million to compare with: over an hour, 60 GB of disk
  npm run bench -- --keep ./bench-run  leaves corpus, data folder and bare tables there, and uses them again
  npm run bench -- --keep ./bench-run --only search,verify

Options
  --size <records>   100k, 300k, 1m (default), 10m, or any number of records
  --only <parts>     some of ${PARTS.join(', ')}, with commas between them
  --keep <folder>    work there and keep it; without it a temporary folder (TMPDIR says where) that is removed
  --json             one object instead of the tables

What is measured, each in a process of its own, one after the other, after the facts of the corpus
  import   everything: splitting, salting, hashing, repeats, segments with fsync, log, reconciling, search index;
           against the bare engine's INSERT … SELECT of the same rows from a file into the same tables (columns,
           sorting key and indexes; storage settings and session settings as the engine comes), and its peak memory
  blob     memory of taking in a single blob of 256 MB, above that of the idle application
  repeat   the same import again
  search   ten kinds of queries, each run with other terms, warm, one at a time: through the functions
           that the application calls and, in turns with them, as plain SQL on the bare tables; then through HTTP
  export   everything (of ten million: about a million items) as exact texts, CSV, Parquet and XLSX, each with its memory above that of the idle application;
           CSV and Parquet against the engine's own INSERT INTO FUNCTION file of all columns of the same rows; and
           the person with the most items, a year, with proofs, packed
  verify   the whole archive, and proofs of single records
  reindex  the index dropped and built again from the archive
  disk     archive against zstd -3 of the records in it as NDJSON; index against the bare tables
  start    the command line's own start (--help)
  collect  collecting from an emulated tenant in another process on the same machine, which has made its records before:
           rate end to end (fetched, recorded, indexed), CPU of Daybook's own process, pace of a backlog, memory of a
           content blob of 256 MB, and from contentCreated to searchable while it goes on

Every ratio is of one run. p95 is by nearest rank. MB are millions of bytes.
Exit code 0: measured, whatever the figures are · 1: something counted or found wrongly · 2: wrong usage
`

/** @throws Error with a sentence for whoever typed it; null when help is asked for */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: 'string', default: '1m' },
      keep: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  return {
    records: recordsOf(values.size),
    keep: values.keep ?? null,
    only: new Set(values.only === undefined ? PARTS : values.only.split(',').map(partOf)),
    json: values.json,
  }
}

function recordsOf(size: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([km]?)$/i.exec(size) ?? []
  const factor = { '': 1, k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1
  const records = Number(digits) * factor
  if (records >= 20_000 && records <= 100_000_000) return records
  throw new Error('--size takes a number of records from 20k to 100m, such as 100k or 1m')
}

function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name.trim())
  if (part === undefined) throw new Error(`--only takes some of ${PARTS.join(', ')}`)
  return part
}

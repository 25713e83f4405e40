import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CorpusFacts } from '../src/tenant/history/corpus-facts.ts'
import { prepareCorpus, shapesOf } from './corpus.ts'
import { Turns } from './turns.ts'
import { collectRows } from './collect.ts'
import { exportRow, userRow } from './export-rows.ts'
import { measure, type Measured } from './measure.ts'
import { LARGE } from './mix.ts'
import type { Part } from './options.ts'
import * as rows from './rows.ts'
import type { Row } from './table.ts'
import type { LoadFigures } from './tasks/bare-load.ts'
import type { ImportFigures } from './tasks/import.ts'
import type { KindFigures } from './timing.ts'

const BLOB_BYTES = 256 * 1024 * 1024

export interface Outcome {
  readonly rows: readonly Row[]
  readonly searches: readonly Row[]
  readonly notes: readonly string[]
  /** What was counted or found wrongly: then no figure means anything. */
  readonly faults: readonly string[]
}

/** Measures the parts that are wanted, and what they need, one after the other. */
export async function runParts(
  folder: string,
  facts: CorpusFacts,
  wanted: ReadonlySet<Part>,
  say: (what: string) => void,
): Promise<Outcome> {
  const corpusDir = join(folder, 'corpus')
  const dataDir = join(folder, 'data')
  const bareDir = join(folder, 'bare')
  const found: { rows: Row[]; searches: Row[]; notes: string[]; faults: string[] } = {
    rows: [],
    searches: [],
    notes: [],
    faults: [],
  }
  const importing = { dataDir, paths: shapesOf(corpusDir) }
  const needsData = ['import', 'repeat', 'search', 'export', 'verify', 'reindex', 'disk'] as const
  let imported: ImportFigures | null = null
  if (needsData.some((part) => wanted.has(part))) {
    const first = await once(folder, 'import', wanted.has('import'), [dataDir], () => {
      say(`import of ${facts.expected.read} records`)
      settleDisk()
      return measure('import', importing)
    })
    found.faults.push(...countFaults(first.value, facts))
    const needsBare = ['import', 'search', 'disk'] as const
    if (needsBare.some((part) => wanted.has(part))) {
      const load = await once(folder, 'bare', wanted.has('import'), [bareDir], () =>
        loadBare(folder, dataDir, bareDir, say),
      )
      if (wanted.has('import'))
        found.rows.push(...rows.importRows(first.value, load.value, first.peakBytes))
    }
    if (wanted.has('import') && facts.options.records >= LARGE)
      found.rows.push(rows.scaleRow(first.value, await importMillion(folder, say)))
    imported = first.value
    if (wanted.has('repeat')) {
      say('the same import again')
      settleDisk()
      found.rows.push(rows.repeatRow((await measure('import', importing)).value, first.value))
    }
  }
  if (wanted.has('blob')) found.rows.push(await blob(folder, say))
  if (wanted.has('search')) {
    say('search: the functions and the bare engine in turns, then HTTP')
    const turns = new Turns(2)
    const [{ value: core }, { value: bare }] = await Promise.all([
      measure('searchCore', { corpusDir, path: dataDir }, turns),
      measure('searchBare', { corpusDir, path: bareDir }, turns),
    ])
    const http = (await measure('searchHttp', { corpusDir, path: dataDir })).value
    found.searches.push(...rows.searchRows(core.kinds, bare.kinds, http))
    found.faults.push(...answerFaults(core.kinds, bare.kinds))
    found.notes.push(
      `the items searched lie in ${core.parts} parts, those of the bare engine in ${bare.parts}`,
    )
  }
  if (wanted.has('export')) {
    say('exports: exact texts, CSV, Parquet, XLSX, one user with proofs')
    found.rows.push(...(await exportRows(dataDir, join(folder, 'exports'), facts)))
  }
  if (wanted.has('verify')) {
    say('verify and prove')
    const verified = (await measure('verify', { dataDir })).value
    if (verified.findings > 0) found.faults.push(`verify has ${verified.findings} findings`)
    if (verified.records !== facts.expected.added)
      found.faults.push(`verify saw ${verified.records} records, not ${facts.expected.added}`)
    found.rows.push(...rows.verifyRows(verified, (await measure('prove', { dataDir })).value))
  }
  if (wanted.has('reindex') && imported !== null) {
    say('reindex')
    settleDisk()
    const { value, peakBytes } = await measure('reindex', { dataDir })
    found.rows.push(rows.reindexRow(value, imported, peakBytes))
  }
  if (wanted.has('disk')) {
    say('zstd -3 of the raw records; sizes of the tables')
    const archive = bytesBelow(join(dataDir, 'archive'))
    found.rows.push(rows.archiveRow(archive, (await measure('rawZstd', { dataDir })).value))
    const ours = (await measure('tableSizes', { path: join(dataDir, 'index') })).value
    found.rows.push(...rows.indexRows(ours, (await measure('tableSizes', { path: bareDir })).value))
  }
  if (wanted.has('start')) found.rows.push(rows.startRow(startTimes()))
  if (wanted.has('collect')) {
    const collected = await collectRows(folder, facts.options.records, say)
    found.rows.push(...collected.rows)
    found.faults.push(...collected.faults)
  }
  return found
}

/** The rate at a million records, where the corpus is larger: the goal is relative to it. */
async function importMillion(folder: string, say: (what: string) => void): Promise<ImportFigures> {
  const small = join(folder, 'million')
  rmSync(small, { recursive: true, force: true })
  mkdirSync(small)
  say('corpus and import of 1000000 records, to compare with')
  const corpusDir = join(small, 'corpus')
  await prepareCorpus(corpusDir, 1_000_000)
  settleDisk()
  const input = { dataDir: join(small, 'data'), paths: shapesOf(corpusDir) }
  const { value } = await measure('import', input)
  rmSync(small, { recursive: true })
  return value
}

async function exportRows(dataDir: string, folder: string, facts: CorpusFacts): Promise<Row[]> {
  const made: Row[] = []
  const { kql: query, where } = aboutMillion(facts)
  for (const format of ['raw', 'csv', 'parquet', 'xlsx'] as const) {
    settleDisk()
    const bare =
      format === 'csv' || format === 'parquet'
        ? (await measure('exportBare', { path: join(dataDir, 'index'), folder, format, where }))
            .value
        : null
    settleDisk()
    const ours = await measure('exportAs', { dataDir, folder, format, query })
    made.push(exportRow(format, ours, bare?.seconds ?? null))
  }
  settleDisk()
  made.push(userRow(await measure('exportAs', { dataDir, folder, format: 'user', query: '*' })))
  return made
}

/** Everything, or of a larger corpus as many days from its middle as hold about a million items. */
function aboutMillion({ items, options }: CorpusFacts): { kql: string; where: string } {
  const days = Math.ceil((options.days * 1_000_000) / items)
  if (days >= options.days) return { kql: '*', where: '1' }
  const first = Date.parse(`${options.from}T00:00:00Z`) + Math.floor(options.days / 2) * 86_400_000
  const [from, to] = [day(first), day(first + (days - 1) * 86_400_000)]
  return {
    kql: `date:${from}..${to}`,
    where: `toDate(occurredAt) BETWEEN toDate('${from}') AND toDate('${to}')`,
  }
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** A measured step whose outcome later steps need: kept beside it, so that a kept folder need not repeat it. */
async function once<Value>(
  folder: string,
  name: string,
  again: boolean,
  outputs: readonly string[],
  work: () => Promise<Measured<Value>>,
): Promise<Measured<Value>> {
  const file = join(folder, `${name}.json`)
  if (!again && existsSync(file)) {
    // Written below, by an earlier run.
    const known: Measured<Value> = JSON.parse(readFileSync(file, 'utf8'))
    return known
  }
  for (const output of [file, ...outputs]) rmSync(output, { recursive: true, force: true })
  const result = await work()
  writeFileSync(file, JSON.stringify(result))
  return result
}

async function loadBare(
  folder: string,
  dataDir: string,
  bareDir: string,
  say: (what: string) => void,
): Promise<Measured<LoadFigures>> {
  const rowsDir = join(folder, 'rows')
  mkdirSync(rowsDir, { recursive: true })
  say("the bare engine's load of the same rows")
  await measure('exportRows', { path: join(dataDir, 'index'), folder: rowsDir })
  settleDisk()
  const load = await measure('bareLoad', { path: bareDir, folder: rowsDir })
  rmSync(rowsDir, { recursive: true })
  return load
}

async function blob(folder: string, say: (what: string) => void): Promise<Row> {
  say('one blob of 256 MB')
  const blobDir = join(folder, 'blob')
  rmSync(blobDir, { recursive: true, force: true })
  mkdirSync(blobDir)
  const file = join(blobDir, 'blob.json')
  await measure('makeBlob', { file, bytes: BLOB_BYTES })
  settleDisk()
  const input = { dataDir: join(blobDir, 'data'), paths: [file] }
  const { value, peakBytes } = await measure('import', input)
  rmSync(blobDir, { recursive: true })
  return rows.blobRow(value, peakBytes)
}

function countFaults(figures: ImportFigures, { expected }: CorpusFacts): string[] {
  const names = ['read', 'added', 'repeated', 'versions'] as const
  const wrong = names
    .filter((name) => figures[name] !== expected[name])
    .map((name) => `import: ${name} ${figures[name]}, the corpus has ${expected[name]}`)
  if (figures.errors > 0) wrong.push(`import: ${figures.errors} errors`)
  if (!figures.indexed) wrong.push('import: not everything was indexed')
  return wrong
}

function answerFaults(core: readonly KindFigures[], bare: readonly KindFigures[]): string[] {
  return core.flatMap(({ name, answers }, at) => {
    const differing = answers.filter((answer, run) => answer !== bare[at]?.answers[run]).length
    return differing === 0 ? [] : [`${name}: ${differing} answers differ from the bare engine's`]
  })
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** What was just made is still being written to the disk, and every fsync would wait for it. */
function settleDisk(): void {
  execFileSync('sync')
}

const STARTS = 11

function startTimes(): number[] {
  const bin = fileURLToPath(new URL('../bin/daybook.js', import.meta.url))
  const times = Array.from({ length: STARTS }, () => {
    const started = performance.now()
    execFileSync(process.execPath, [bin, '--help'], { stdio: 'ignore' })
    return performance.now() - started
  })
  // The first one reads the files from disk.
  return times.slice(1)
}

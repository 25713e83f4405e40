// `daybook generate`: what a tenant would export of its Copilot history, a pure function of the options.
// docs/reference/corpus.md tells what is in it.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { CodedError } from '../../platform/errors.ts'
import type { Calendar } from './calendar.ts'
import { makeCalendar } from './calendar.ts'
import type { Cast } from './cast.ts'
import { makeCast } from './cast.ts'
import type { CompressionSample } from './compression-sample.ts'
import { compressionSample } from './compression-sample.ts'
import type { CorpusFacts } from './corpus-facts.ts'
import { corpusFacts } from './corpus-facts.ts'
import { writeDay } from './day.ts'
import type { FileSink } from './history-files.ts'
import { LONGEST_DELAY } from './session.ts'
import { makeWorld } from './story.ts'
import type { Tally } from './tally.ts'
import { addTally, count, emptyTally } from './tally.ts'

export interface HistoryOptions {
  /** A whole number; the same seed and options give the same bytes. */
  readonly seed: number
  /** Records as served, repeats and versions included: an import reads this many. */
  readonly records: number
  /** First day, `YYYY-MM-DD`; default 2025-10-01. */
  readonly from?: string
  /** Default 365, which from the default first day makes four whole quarters. */
  readonly days?: number
  readonly tenantId?: string
  /** Known records that have nothing to do with AI, as a share of `records` and beyond them; default 0. */
  readonly noise?: number
}

/** Options with their defaults, ready to be posted to a worker. */
export type FullHistoryOptions = Required<HistoryOptions>

type HistoryErrorCode =
  | 'GENERATE_OPTION_INVALID'
  | 'GENERATE_FOLDER_NOT_EMPTY'
  | 'GENERATE_WRITE_FAILED'

/** Where the facts of a corpus are written, beside the folders of the three shapes. */
export const FACTS_FILE = 'corpus.facts.json'
const FOLDERS = ['management', 'graph', 'purview'] as const
const TENANT_ID = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'
// Below this a second thread costs more than it saves.
const WORTH_A_THREAD = 10_000

/**
 * Writes a corpus below `outputDir`: `management/`, `graph/`, `purview/` and the facts. The files do not depend
 * on `workers`. Throws a CodedError for options that make no sense or a folder that already holds a corpus.
 */
export async function generateHistory(
  options: HistoryOptions & {
    readonly outputDir: string
    readonly workers?: number
    readonly signal?: AbortSignal
    /** Called with days written and days in all. */
    readonly onProgress?: (done: number, total: number) => void
  },
): Promise<CorpusFacts> {
  const full = completeOptions(options)
  const { outputDir, signal } = options
  const total = full.days + LONGEST_DELAY
  let done = 0
  const progress = (): void => options.onProgress?.(++done, total)
  const wanted = Math.max(1, options.workers ?? Math.min(2, availableParallelism()))
  const threads = full.records < WORTH_A_THREAD ? 1 : wanted
  const cast = makeCast(full.seed, full.tenantId)
  try {
    for (const folder of FOLDERS) refuseUsed(join(outputDir, folder))
    mkdirSync(outputDir, { recursive: true })
    const tallies =
      threads === 1
        ? [makeShare(full, cast, 0, 1, fileSink(outputDir), progress, signal)]
        : await runWorkers(full, outputDir, threads, signal, progress)
    const facts = factsOf(full, cast, tallies)
    writeFileSync(join(outputDir, FACTS_FILE), `${JSON.stringify(facts, null, 2)}\n`)
    return facts
  } catch (error) {
    throw writeFailure(error, outputDir)
  }
}

/** The same corpus handed to `sink` file by file, in this thread; nothing is written to disk. */
export function makeHistory(options: HistoryOptions, sink: FileSink): CorpusFacts {
  const full = completeOptions(options)
  const cast = makeCast(full.seed, full.tenantId)
  return factsOf(full, cast, [makeShare(full, cast, 0, 1, sink, () => {})])
}

/** Makes every `threads`-th day, from day `first` on. */
export function makeShare(
  options: FullHistoryOptions,
  cast: Cast,
  first: number,
  threads: number,
  sink: FileSink,
  onDay: () => void,
  signal?: AbortSignal,
): Tally {
  const world = makeWorld(options.seed, cast)
  const calendar = calendarOf(options)
  const tally = emptyTally()
  const sampled = calendar.active[Math.floor(calendar.active.length / 2)]
  const counting: FileSink = (path, bytes) => {
    count(tally, 'files')
    count(tally, 'bytes', bytes.length)
    sink(path, bytes)
  }
  for (let day = first; day < options.days + LONGEST_DELAY; day += threads) {
    const sample: CompressionSample | null = day === sampled ? compressionSample() : null
    writeDay(world, calendar, day, options.noise, tally, counting, sample?.add ?? null)
    if (sample !== null) count(tally, 'compressionPerMille', sample.perMille())
    onDay()
    signal?.throwIfAborted()
  }
  return tally
}

/** Writes files below a folder, making the folders they need. */
export function fileSink(outputDir: string): FileSink {
  const made = new Set<string>()
  return (path, bytes) => {
    const file = join(outputDir, path)
    const folder = dirname(file)
    if (!made.has(folder)) mkdirSync(folder, { recursive: true })
    made.add(folder)
    writeFileSync(file, bytes)
  }
}

function calendarOf({ records, from, days }: FullHistoryOptions): Calendar {
  return makeCalendar(records, Date.parse(`${from}T00:00:00Z`), days)
}

function factsOf(options: FullHistoryOptions, cast: Cast, tallies: readonly Tally[]): CorpusFacts {
  const sum = emptyTally()
  for (const tally of tallies) addTally(sum, tally)
  return corpusFacts(options, cast, sum)
}

function completeOptions(options: HistoryOptions): FullHistoryOptions {
  const {
    seed,
    records,
    from = '2025-10-01',
    days = 365,
    tenantId = TENANT_ID,
    noise = 0,
  } = options
  if (!Number.isSafeInteger(seed)) throw wrong('The seed must be a whole number.')
  if (!Number.isSafeInteger(records) || records < 1)
    throw wrong('The number of records must be a whole number from 1 on.')
  if (!/^\d{4}-\d\d-\d\d$/.test(from) || Number.isNaN(Date.parse(`${from}T00:00:00Z`)))
    throw wrong('The first day must be a date such as 2025-10-01.')
  if (!Number.isSafeInteger(days) || days < 1 || days > 3_660)
    throw wrong('The number of days must be a whole number from 1 to 3660.')
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tenantId))
    throw wrong('The tenant id must be a GUID in lower case.')
  if (!(noise >= 0 && noise <= 100)) throw wrong('The share of noise must lie between 0 and 100.')
  return { seed, records, from, days, tenantId, noise }
}

function wrong(message: string): CodedError<HistoryErrorCode> {
  return new CodedError('GENERATE_OPTION_INVALID', message)
}

function refuseUsed(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return
  throw new CodedError<HistoryErrorCode>(
    'GENERATE_FOLDER_NOT_EMPTY',
    `The folder ${folder} is not empty. Name a new folder, or remove what an earlier run left there.`,
  )
}

/** Failures of the file system, as a sentence; anything else as it is. */
function writeFailure(error: unknown, outputDir: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  return new CodedError<HistoryErrorCode>(
    'GENERATE_WRITE_FAILED',
    `Cannot write below ${outputDir}: ${error.message}. Name a folder that can be written to and has room.`,
    { cause: error },
  )
}

/** What a worker is told: options, where to write, and which days are its own. */
export interface WorkerShare {
  readonly options: FullHistoryOptions
  readonly outputDir: string
  readonly first: number
  readonly threads: number
}

/** What a worker says: a day is written, or all of its share is. */
export type WorkerMessage =
  | { readonly type: 'day' }
  | { readonly type: 'done'; readonly tally: Tally }

/** One thread's failure stops the others. */
async function runWorkers(
  options: FullHistoryOptions,
  outputDir: string,
  threads: number,
  signal: AbortSignal | undefined,
  onDay: () => void,
): Promise<Tally[]> {
  const failed = new AbortController()
  const stop = AbortSignal.any([failed.signal, ...(signal === undefined ? [] : [signal])])
  const shares = Array.from({ length: threads }, (_, n) =>
    runWorker(options, outputDir, n, threads, stop, onDay),
  )
  try {
    return await Promise.all(shares)
  } catch (error) {
    failed.abort(error)
    await Promise.allSettled(shares)
    throw error
  }
}

async function runWorker(
  options: FullHistoryOptions,
  outputDir: string,
  first: number,
  threads: number,
  signal: AbortSignal,
  onDay: () => void,
): Promise<Tally> {
  signal.throwIfAborted()
  const script = import.meta.url.endsWith('.ts') ? './history-worker.ts' : './history-worker.js'
  const worker = new Worker(new URL(script, import.meta.url), {
    workerData: { options, outputDir, first, threads } satisfies WorkerShare,
    // Without a limit each thread lets hundreds of megabytes of short-lived strings pile up.
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 96 },
  })
  const stop = (): void => void worker.terminate()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise<Tally>((resolve, reject) => {
      worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'day') onDay()
        else resolve(message.tally)
      })
      worker.on('error', reject)
      worker.on('exit', () => {
        reject(signal.aborted ? signal.reason : new Error('A generating thread ended too early.'))
      })
    })
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

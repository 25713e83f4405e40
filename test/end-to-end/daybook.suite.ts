// Runs the product as a whole: the real command line in a process of its own, or the application in this one.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { openApp, type App } from '../../src/app.ts'
import type { HitsAnswer, ItemAnswer, ItemHit, ItemWithRecords } from '../../src/api/answers.ts'
import { appClient } from '../../src/cli/client.ts'
import type { Client, Console } from '../../src/cli/command.ts'
import { importPaths, type ImportResult } from '../../src/cli/import-run.ts'
import { jsonLines, runHere } from '../../src/cli/testing.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { CodedError } from '../../src/platform/errors.ts'
import type { CorpusFacts } from '../../src/tenant/history/corpus-facts.ts'
import { generateHistory } from '../../src/tenant/history/history.ts'
import { verifyArchive } from '../../src/verify/index.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const BIN = join(ROOT, 'bin', 'daybook.js')

/** Files that a machine may lack; a test that needs them is skipped, saying so. */
export const SAMPLES = join(ROOT, '..', 'shared', 'samples')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Another program than this process's own node; `{}` stands for the arguments, quoted. */
  readonly shell?: string
  readonly uid?: number
  readonly bin?: string
}

/** Starts `daybook <args>`; `ended` tells how it ended and what it wrote. */
export function start(
  args: readonly string[],
  options: StartOptions = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const { DAYBOOK_DATA_DIR: _, npm_lifecycle_event: __, ...environment } = process.env
  const command = [process.execPath, options.bin ?? BIN, ...args]
  const [program = '', ...rest] =
    options.shell === undefined
      ? command
      : ['sh', '-c', options.shell.replace('{}', () => command.map(quoted).join(' '))]
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd ?? ROOT,
    env: { ...environment, ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = once(child, 'close').then(
    // What the event 'close' gives.
    ([code, signal]) => ({ code, signal, out, err }),
  )
  return { child, ended }
}

/** Runs `daybook <args>` to its end. */
export const run = (args: readonly string[], options?: StartOptions): Promise<Ended> =>
  start(args, options).ended

/** Waits until something is seen, or the program has ended: what a test wants to hit comes sooner or later. */
export async function seen(what: () => boolean, ended: Promise<unknown>): Promise<void> {
  const over = ended.then(() => true)
  while (!what() && !(await Promise.race([over, sleep(2, false)])));
}

/**
 * Runs a command with `--json` on a data folder, in this process, and answers its objects; throws when it does not end
 * with `code`.
 */
export async function json<T>(dataDir: string, args: readonly string[], code = 0): Promise<T[]> {
  const ended = await runHere([...args, '--json', '--data-dir', dataDir])
  if (ended.code !== code)
    throw new Error(`daybook ${args[0]} ended with ${ended.code}: ${ended.err}`)
  return jsonLines<T>(ended.out)
}

/** Imports by the command line and answers what it counted. */
export async function importInto(
  dataDir: string,
  paths: readonly string[],
  code = 0,
): Promise<ImportResult> {
  const [result] = await json<ImportResult>(dataDir, ['import', ...paths], code)
  if (result === undefined) throw new Error('the import printed nothing')
  return result
}

export interface Verified {
  readonly records: number
  readonly segments: number
  readonly findings: readonly { readonly object: string; readonly finding: string }[]
}

/** What a verifier finds; in an archive that has nothing yet it finds nothing. */
export async function verify(dataDir: string): Promise<Verified> {
  try {
    return await verifyArchive(join(dataDir, 'archive'))
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== EMPTY) throw error
    return { records: 0, segments: 0, findings: [] }
  }
}
const EMPTY = 'NOT_AN_ARCHIVE'

export interface OpenedApp extends Client {
  import(paths: readonly string[]): Promise<ImportResult>
}

/** The application in this process. Only one folder can be open at a time: the engine has one path per process. */
export async function openHere(
  dataDir: string,
  clock?: Clock,
  warn: (message: string) => void = () => undefined,
): Promise<OpenedApp> {
  const app: App = await openApp({
    dataDir,
    purpose: 'test',
    index: true,
    signal: new AbortController().signal,
    environment: {},
    warn,
    ...(clock === undefined ? {} : { clock }),
  })
  const client = appClient(app.fetch, () => app.close())
  return { ...client, import: (paths) => importPaths(client, { paths }, SILENT) }
}

const unpainted = (_: unknown, text: string) => text
const SILENT: Console = {
  line: () => undefined,
  json: () => undefined,
  note: () => undefined,
  width: 80,
  isTerminal: false,
  paint: unpainted,
  progress: { show: () => undefined, clear: () => undefined },
}

/** Every item (that a query finds) with its records and their exact text. */
export async function itemsOf(app: Client, q = '*'): Promise<ItemWithRecords[]> {
  const hits = await hitsOf(app, q)
  const items: ItemWithRecords[] = []
  // Each look is written down before it is answered: some at a time share one write.
  for (let at = 0; at < hits.length; at += 50) {
    const answers = await Promise.all(
      hits
        .slice(at, at + 50)
        .map(({ id }) => app.get<ItemAnswer>(`/api/v1/items/${id}`, { raw: 'true' })),
    )
    items.push(...answers.flatMap(({ value }) => value))
  }
  return items
}

/** Every hit of a query, page by page. */
export async function hitsOf(app: Client, q: string): Promise<ItemHit[]> {
  const hits: ItemHit[] = []
  let next: string | null = null
  do {
    const page: HitsAnswer = await app.get<HitsAnswer>('/api/v1/items', {
      q,
      top: '1000',
      skiptoken: next ?? undefined,
    })
    hits.push(...page.value.filter((hit) => hit.unit === 'item'))
    next = page.next
  } while (next !== null)
  return hits
}

/** Gives new folders below one that is removed after the tests of the file. */
export function folders(): () => string {
  const top = mkdtempSync(join(tmpdir(), 'daybook-'))
  afterAll(() => rmSync(top, { recursive: true, force: true }))
  let number = 0
  return () => {
    const folder = join(top, String((number += 1)))
    mkdirSync(folder)
    return folder
  }
}

/** Writes a corpus of so many records and answers its facts with the folders to import. */
export async function aCorpus(
  folder: string,
  records: number,
  options: { readonly days?: number; readonly seed?: number } = {},
): Promise<{
  readonly facts: CorpusFacts
  readonly management: string
  readonly graph: string
  readonly purview: string
  readonly all: readonly string[]
}> {
  const { days = 20, seed = 7 } = options
  const facts = await generateHistory({ seed, records, days, workers: 1, outputDir: folder })
  const [management = '', graph = '', purview = ''] = ['management', 'graph', 'purview'].map(
    (name) => join(folder, name),
  )
  return { facts, management, graph, purview, all: [management, graph, purview] }
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What an item tells without what depends on when and in which order its records arrived. */
export function timeless({ item, records }: ItemWithRecords): unknown {
  const { sequences: _, receivedAt: __, provenance: ___, messages, findings, ...rest } = item
  return {
    ...rest,
    occurredAt: item.timeBasis === 'occurred' ? item.occurredAt : null,
    messages: messages.map(({ sequences: ____, ...message }) => message),
    findings: findings.map(({ code, message }) => ({ code, message })),
    records: records.map(({ identity, raw }) => `${identity} ${raw ?? ''}`).toSorted(),
  }
}

/** Where two lists differ, in short: whole items would drown the point. */
export function differences(one: readonly unknown[], other: readonly unknown[]): string[] {
  const found = one.length === other.length ? [] : [`${one.length} against ${other.length}`]
  for (const [at, value] of one.entries()) {
    const [a, b] = [JSON.stringify(value) ?? '', JSON.stringify(other[at]) ?? '']
    if (a === b) continue
    let from = 0
    while (a[from] === b[from]) from += 1
    const around = (text: string) => text.slice(Math.max(0, from - 60), from + 60)
    found.push(`${around(a)} <> ${around(b)}`)
  }
  return found.slice(0, 5)
}

import { createReadStream, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import {
  ClickHouseLogLevel,
  createClient,
  type ClickHouseClient,
  type ClickHouseSettings,
} from '@clickhouse/client'
import type { createChdbConnection } from 'chdb/connection'
import { CodedError } from '../platform/errors.ts'
import { LOOKUP_COLUMNS, namesOf, structureOf, type Columns } from './schema.ts'
import { RowFile, rowFolder } from './row-file.ts'
import { quoted } from './sql-text.ts'

/** Where the index lives: a folder of this process, or a ClickHouse server. */
export type EngineConfig =
  | { readonly path: string }
  | {
      readonly url: string
      readonly username?: string
      readonly password?: string
      readonly database?: string
    }

/** Values for the `{name:Type}` placeholders of a statement. */
export type Params = Readonly<Record<string, unknown>>

export type EngineErrorCode =
  | 'INDEX_ENGINE_MISSING'
  | 'INDEX_LOCKED'
  | 'INDEX_UNREACHABLE'
  | 'INDEX_FULL'
  | 'INDEX_TOO_COSTLY'
  | 'INDEX_FAILED'

/** ClickHouse, in this process or on a server, behind the few calls that the index needs. */
export interface Engine {
  readonly where: 'in-process' | 'server'
  /** Rows as arrays of column values; 64-bit integers as numbers. @throws CodedError */
  query(sql: string, params?: Params): Promise<readonly (readonly unknown[])[]>
  /** A statement without an answer. @throws CodedError */
  run(sql: string, params?: Params): Promise<void>
  /** A new, empty file for RowBinary rows to be inserted. */
  rowFile(name: string): RowFile
  /** Inserts a file's rows, in the order of `columns`, and removes it; durable when it returns. @throws CodedError */
  insert(table: string, columns: Columns, rows: RowFile): Promise<void>
  /** A query over rows of LOOKUP_COLUMNS that are handed along; `sqlOf` is told what they are called. @throws CodedError */
  lookup(
    rows: Uint8Array<ArrayBuffer>,
    sqlOf: (source: string) => string,
    params: Params,
  ): Promise<readonly (readonly unknown[])[]>
  /** Gives unused memory of the in-process engine back to the machine: after an insert that is a third of a gigabyte. */
  trim(): Promise<void>
  close(): Promise<void>
}

/** For every statement. Bounds keep a hostile query from taking the machine. */
const SETTINGS = {
  output_format_json_quote_64bit_integers: 0,
  max_execution_time: 600,
  // Its buffers cost more memory than it saves time beside our own threads (measured: docs/reference/performance.md).
  input_format_parallel_parsing: 0,
  max_memory_usage: '1500000000',
  // What is searched lies in the page cache mostly: a pool of threads in between gains nothing.
  local_filesystem_read_method: 'pread',
  // A broken line must fail the whole insert, never be skipped.
  input_format_allow_errors_num: '0',
  // To compile what has run three times takes 40 ms: opening does that much, and most processes end soon after.
  min_count_to_compile_aggregate_expression: '50',
  min_count_to_compile_expression: '50',
  min_count_to_compile_sort_description: '50',
} satisfies ClickHouseSettings

// What fails is told by our own errors; the client's lines would stand beside them, arguments and all.
const SILENT = { level: ClickHouseLogLevel.OFF }

type ClientConnection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>
type ChdbModule = { readonly createChdbConnection: typeof createChdbConnection }

/**
 * Opens the engine. In-process it belongs to one process at a time and must be opened on the main thread
 * (in a worker it crashes the process at exit: architecture.md).
 * @throws CodedError INDEX_ENGINE_MISSING, INDEX_LOCKED, INDEX_UNREACHABLE
 */
export async function openEngine(config: EngineConfig): Promise<Engine> {
  const engine = 'path' in config ? await openInProcess(config.path) : openServer(config)
  try {
    await engine.query('SELECT 1')
  } catch (error) {
    await engine.close().catch(() => undefined)
    throw error
  }
  return engine
}

async function openInProcess(path: string): Promise<Engine> {
  const chdb = await loadChdb()
  // Two: a connection runs one statement after the other, and no search should wait for an insert.
  const reading = createClient({ log: SILENT, connection: asClientConnection(connect(chdb, path)) })
  const writing = createClient({ log: SILENT, connection: asClientConnection(connect(chdb, path)) })
  // A session keeps its settings: once, instead of in front of every statement.
  const settings = Object.entries(SETTINGS).map(([name, value]) => `${name} = '${value}'`)
  for (const client of [reading, writing])
    await translated(client.command({ query: `SET ${settings.join(', ')}` }))
  const folder = rowFolder(path)
  const { query } = statements(reading, {})
  const { run } = statements(writing, {})
  let files = 0

  return {
    where: 'in-process',
    query,
    run,
    rowFile: (name) => new RowFile(folder, `${name}-${files++}`),
    async insert(table, columns, rows) {
      const names = namesOf(columns)
      await written(rows, () =>
        run(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${fileOf(rows, columns)}`),
      )
    },
    async lookup(rows, sqlOf, params) {
      const file = new RowFile(folder, `lookup-${files++}`)
      await file.append(rows)
      await file.close()
      try {
        return await query(sqlOf(fileOf(file, LOOKUP_COLUMNS)), params)
      } finally {
        file.remove()
      }
    },
    async trim() {
      await run('SYSTEM JEMALLOC PURGE')
    },
    async close() {
      await reading.close()
      await writing.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function fileOf({ path }: RowFile, columns: Columns): string {
  return `file(${quoted(path)}, RowBinary, ${quoted(structureOf(columns))})`
}

/** Has a finished file inserted, and removes it: what could not be inserted is made again from the archive. */
async function written(rows: RowFile, insert: () => Promise<void>): Promise<void> {
  await rows.close()
  if (rows.bytes === 0) return
  try {
    await insert()
  } finally {
    rows.remove()
  }
}

/** chdb types its connection against another copy of the client's interface: the same shape under another name. */
function asClientConnection(connection: unknown): ClientConnection {
  if (isConnection(connection)) return connection
  throw new CodedError(
    'INDEX_ENGINE_MISSING',
    'Cannot use this version of the npm package chdb: run `npm install` again',
  )
}

function isConnection(value: unknown): value is ClientConnection {
  return typeof value === 'object' && value !== null && 'query' in value && 'insert' in value
}

async function loadChdb(): Promise<ChdbModule> {
  try {
    return await import('chdb/connection')
  } catch (cause) {
    const message =
      'Cannot load the in-process search engine (npm package chdb): run `npm install` again on Linux or macOS, or name a ClickHouse server with --index-url'
    throw new CodedError('INDEX_ENGINE_MISSING' satisfies EngineErrorCode, message, { cause })
  }
}

function connect(chdb: ChdbModule, path: string): ReturnType<typeof createChdbConnection> {
  try {
    return chdb.createChdbConnection({ path })
  } catch (error) {
    // The engine says on stderr only why: nearly always its lock (ClickHouse error 76).
    const message = `Cannot open the index in "${path}": another Daybook process uses this data folder, or the folder cannot be written; stop that process or ask it`
    throw new CodedError('INDEX_LOCKED' satisfies EngineErrorCode, message, { cause: error })
  }
}

function openServer(config: Extract<EngineConfig, { url: string }>): Engine {
  const client = createClient({
    ...config,
    log: SILENT,
    application: 'daybook',
    request_timeout: 600_000,
  })
  const folder = rowFolder(null)
  let files = 0
  return {
    where: 'server',
    ...statements(client, SETTINGS),
    // A server looks after itself.
    trim: () => Promise.resolve(),
    rowFile: (name) => new RowFile(folder, `${name}-${files++}`),
    async insert(table, columns, rows) {
      // As bytes: `client.insert` would take rows as objects and write them out again.
      const query = `INSERT INTO ${table} (${namesOf(columns)}) FORMAT RowBinary`
      await written(rows, async () => {
        const values = createReadStream(rows.path)
        const settings = { ...SETTINGS, async_insert: 0 as const }
        const { stream } = await translated(
          client.exec({ query, values, clickhouse_settings: settings }),
        )
        stream.resume()
        await finished(stream)
      })
    },
    async lookup(rows, sqlOf, params) {
      const file = this.rowFile('lookup')
      await file.append(rows)
      await this.run('TRUNCATE TABLE lookup')
      await this.insert('lookup', LOOKUP_COLUMNS, file)
      return this.query(sqlOf('lookup'), params)
    },
    async close() {
      await client.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function statements(
  client: ClickHouseClient,
  settings: ClickHouseSettings,
): Pick<Engine, 'query' | 'run' | 'close'> {
  return {
    async query(sql, params) {
      const format = 'JSONCompact'
      const request = {
        query: sql,
        query_params: { ...params },
        format,
        clickhouse_settings: settings,
      } as const
      const answer = await translated(client.query(request))
      const { data } = await answer.json<readonly unknown[]>()
      return data
    },
    async run(sql, params) {
      const request = { query: sql, query_params: { ...params }, clickhouse_settings: settings }
      await translated(client.command(request))
    },
    async close() {
      await client.close()
    },
  }
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw translate(error)
  }
}

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])

/** What the engine says may quote a statement's values: it stays in `cause`, only its number is shown. */
function translate(error: unknown): CodedError<EngineErrorCode> {
  const code = codeOf(error)
  const as = (name: EngineErrorCode, message: string): CodedError<EngineErrorCode> =>
    new CodedError(name, message, { cause: error })
  if (code === '76')
    return as(
      'INDEX_LOCKED',
      'Cannot open the index: another Daybook process uses this data folder; stop it or ask it',
    )
  if (NETWORK.has(code))
    return as(
      'INDEX_UNREACHABLE',
      `Cannot reach the ClickHouse server (${code}): check its address and that it runs`,
    )
  if (code === '516' || code === '194' || code === '193')
    return as(
      'INDEX_UNREACHABLE',
      'Cannot sign in to the ClickHouse server: check user name and password',
    )
  if (code === '243' || code === 'ENOSPC')
    return as(
      'INDEX_FULL',
      'Cannot write the index: the disk is full; free some space and start again',
    )
  if (code === '241' || code === '159' || code === '160')
    return as(
      'INDEX_TOO_COSTLY',
      'Cannot finish the query within its memory and time: narrow it, for instance by date',
    )
  return as('INDEX_FAILED', `Cannot run a statement on the index: the engine reports error ${code}`)
}

/** ClickHouse's number or the operating system's name of an error; chDB puts its number into the text only. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const fromText = /Code: (\d+)\./.exec(error.message)?.[1]
  if ('code' in error && (typeof error.code === 'string' || typeof error.code === 'number')) {
    const code = String(error.code)
    return /^\d+$/.test(code) || NETWORK.has(code) || code === 'ENOSPC' ? code : (fromText ?? code)
  }
  if (fromText !== undefined) return fromText
  return error.cause === undefined || error.cause === error ? 'unknown' : codeOf(error.cause)
}

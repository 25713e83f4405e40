import type { ArchiveReader } from '../../archive/types.ts'
import { release } from '../../platform/release.ts'
import type { TextResult } from './read-texts.ts'
import { groupsOf, tasksOf } from './text-tasks.ts'
import { readAllTexts } from './texts-pool.ts'
import type { Stage } from './stage.ts'
import type { PackageFile } from './writer.ts'

/** Records of one tenant, in the order of their sequences. */
interface TenantRecords {
  readonly reader: ArchiveReader
  readonly sequences: Float64Array
  /** The signed note that proofs lead to; undefined where nothing was sealed. */
  readonly checkpoint: string | undefined
}

export interface TextsTask {
  readonly tenants: readonly TenantRecords[]
  readonly proofs: boolean
  /** Header lines of CSV containers. */
  readonly headers: readonly { readonly id: string; readonly header: string }[]
  readonly signal: AbortSignal
  readonly onRecords: (records: number) => void
}

/** What the texts of the records came to. */
export interface TextsWritten {
  readonly records: number
  readonly proofs: number
  /** Of each tenant, in the order in which they were given. */
  readonly ofTenants: readonly number[]
  readonly lines: number
  readonly rows: number
  readonly files: number
  /** Records that were lawfully erased: only their hash is kept. */
  readonly disposed: number
}

/** Where an interrupted run goes on. */
interface Cursor {
  readonly tenant: number
  /** How many of the tenant's sequences are written. */
  readonly done: number
  readonly written: TextsWritten
  /** CSV files by group: their number, and rows in them. */
  readonly csv: readonly (readonly [group: number, rows: number])[]
}

/** Writes the exact texts of records, and their proofs, as docs/spec/export-format.md sections 4 and 5 say. */
export async function writeTexts(task: TextsTask, stage: Stage): Promise<TextsWritten> {
  const begun = cursorOf(stage.cursor)
  const csvGroups = groupsOf(task.headers)
  const several = task.tenants.length > 1
  const lines = await stage.create('records.jsonl')
  const proofs = task.proofs ? await stage.create('proofs.jsonl') : null
  const csv = new CsvFiles(stage, csvGroups.headers)
  await csv.takeUp(begun?.csv ?? [])
  let written = begun?.written ?? {
    records: 0,
    proofs: 0,
    ofTenants: task.tenants.map(() => 0),
    lines: 0,
    rows: 0,
    files: 0,
    disposed: 0,
  }
  let writing = Promise.resolve()
  for (const [number, { reader, sequences, checkpoint }] of task.tenants.entries()) {
    if (number < (begun?.tenant ?? 0)) continue
    let done = number === begun?.tenant ? begun.done : 0
    const path = several ? `records/${reader.tenant}` : 'records'
    const own = { path, folder: stage.pathOf(path) }
    for await (const result of readAllTexts(
      tasksOf(reader, sequences, done, {
        checkpoint: task.proofs ? (checkpoint ?? '') : null,
        own,
      }),
      csvGroups,
    )) {
      task.signal.throwIfAborted()
      const text: string[] = []
      const places: string[] = []
      for (const other of result.others) {
        if ('group' in other) places.push(await csv.add(other.group, other.bytes))
        else {
          places.push(JSON.stringify({ file: other.file.path }))
          stage.add(other.file)
        }
      }
      await csv.flush()
      // The disk takes the lines while the next ones are made.
      await writing
      writing = lines.write(result.lines).then(() => release([result.lines]))
      writing.catch(() => undefined)
      let line = written.lines
      for (const { other, before, behind } of result.proofs) {
        if (other === -1) line += 1
        const place =
          other === -1 ? `{"file":"records.jsonl","line":${line}}` : (places[other] ?? '')
        text.push(before, place, behind)
      }
      if (proofs !== null) await proofs.write(text.join(''))
      written = added(written, result, number)
      done += result.lineCount + result.others.length + result.disposed
      task.onRecords(written.records)
      if (!stage.isDue) continue
      const cursor: Cursor = { tenant: number, done, written, csv: csv.state() }
      await writing
      stage.beginCheckpoint(cursor)
    }
  }
  await writing
  await Promise.all([
    lines.end(written.lines),
    proofs?.end(written.proofs),
    csv.end(),
    stage.settle(),
  ])
  return written
}

function added(before: TextsWritten, result: TextResult, tenant: number): TextsWritten {
  const { lineCount, others, proofs, disposed } = result
  const rows = others.filter((other) => 'group' in other).length
  const records = lineCount + others.length
  return {
    records: before.records + records,
    proofs: before.proofs + proofs.length,
    ofTenants: before.ofTenants.map((count, at) => (at === tenant ? count + records : count)),
    lines: before.lines + lineCount,
    rows: before.rows + rows,
    files: before.files + others.length - rows,
    disposed: before.disposed + disposed,
  }
}

const LINE_FEED = Buffer.of(10)

interface RowsFile {
  readonly file: PackageFile
  readonly path: string
  /** Those that wait to be written among them. */
  bytes: number
  rows: number
  pending: Uint8Array[]
}

/** The rows of CSV files, a file for each header line. */
class CsvFiles {
  readonly #stage: Stage
  readonly #headers: readonly string[]
  readonly #files = new Map<number, RowsFile>()

  constructor(stage: Stage, headers: readonly string[]) {
    this.#stage = stage
    this.#headers = headers
  }

  state(): [group: number, rows: number][] {
    return [...this.#files].map(([group, { rows }]) => [group, rows])
  }

  /** Opens again what an interrupted run had open, in the same order: the order gives the names. */
  async takeUp(state: readonly (readonly [group: number, rows: number])[]): Promise<void> {
    for (const [group, rows] of state) {
      const open = await this.#open(group)
      open.rows = rows
      open.bytes = this.#stage.bytesOf(open.path)
    }
  }

  /** Takes a row, to be written with others by `flush`, and says its place. */
  async add(group: number, bytes: Uint8Array): Promise<string> {
    const known = this.#files.get(group)
    const open = known ?? (await this.#open(group))
    if (known === undefined) {
      const header = Buffer.from(`${this.#headers[group] ?? ''}\n`)
      open.pending.push(header)
      open.bytes = header.length
    }
    const offset = open.bytes
    open.pending.push(bytes, LINE_FEED)
    open.bytes += bytes.length + 1
    open.rows += 1
    return JSON.stringify({ file: open.path, offset, length: bytes.length })
  }

  async flush(): Promise<void> {
    for (const open of this.#files.values()) {
      const rows = Buffer.concat(open.pending)
      open.pending = []
      if (rows.length > 0) await open.file.write(rows)
    }
  }

  async end(): Promise<void> {
    for (const { file, rows } of this.#files.values()) await file.end(rows)
  }

  async #open(group: number): Promise<RowsFile> {
    const path = `rows-${this.#files.size + 1}.csv`
    const open = { file: await this.#stage.create(path), path, bytes: 0, rows: 0, pending: [] }
    this.#files.set(group, open)
    return open
  }
}

/** Of our own state file: whatever stands there was written by `checkpoint`. */
function cursorOf(value: unknown): Cursor | undefined {
  return isCursor(value) ? value : undefined
}

function isCursor(value: unknown): value is Cursor {
  return typeof value === 'object' && value !== null && 'done' in value && 'written' in value
}

import { createHash, type Hash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CodedError } from '../../platform/errors.ts'
import { fileError } from '../../platform/files.ts'
import { isObject } from '../../platform/json-object.ts'
import type { Destination, PackageFile } from './writer.ts'

/** A file of the package, as the manifest lists it. */
export interface FileEntry {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: number | null
}

interface StageState {
  /** What the stage answered; absent while it is under way. */
  readonly result?: unknown
  /** Where it goes on. */
  readonly cursor?: unknown
  readonly files: readonly FileEntry[]
  /** Files that were not ended yet, up to where they count. */
  readonly open: readonly { readonly path: string; readonly bytes: number }[]
}

interface State {
  readonly daybookExport: 1
  /** What the export is of: another one begins anew. */
  readonly fingerprint: string
  readonly id: string
  readonly createdAt: string
  readonly stages: Readonly<Record<string, StageState>>
}

const STATE = 'state.json'
const PACKAGE = 'package'
const PATH =
  /^(?!.*\.partial$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,7}$/

/**
 * Where an export grows: `<output>.partial`, a folder with the package and with what is done. Only the last rename
 * gives the package its name; until then the same export, asked for again, goes on where the state says.
 */
export class WorkFolder {
  readonly #output: string
  readonly #folder: string
  #state: State

  private constructor(output: string, state: State) {
    this.#output = output
    this.#folder = `${output}.partial`
    this.#state = state
  }

  /** Takes up what was begun of the same export, or begins. Throws EXPORT_EXISTS, or a file error. */
  static async open(
    output: string,
    begin: { readonly fingerprint: string; readonly id: string; readonly createdAt: string },
  ): Promise<WorkFolder> {
    const folder = `${output}.partial`
    refuseExisting(output)
    const known = await readState(folder)
    if (known?.fingerprint === begin.fingerprint) return new WorkFolder(output, known)
    if (known === undefined && existsSync(folder))
      throw new CodedError(
        'EXPORT_EXISTS',
        `Cannot export to "${output}": "${folder}" is there and no export of Daybook; move it away or choose another --output-path`,
      )
    const work = new WorkFolder(output, { daybookExport: 1, ...begin, stages: {} })
    await attempt('write', folder, async () => {
      await rm(folder, { recursive: true, force: true })
      await mkdir(join(folder, PACKAGE), { recursive: true })
    })
    await work.#save()
    return work
  }

  get id(): string {
    return this.#state.id
  }

  get createdAt(): string {
    return this.#state.createdAt
  }

  /** Where a file of the package lies now. */
  pathOf(path: string): string {
    return join(this.#folder, PACKAGE, path)
  }

  /** A file of this export that is no part of the package. */
  besidePackage(name: string): string {
    return join(this.#folder, name)
  }

  /** Every file of the finished stages, sorted by path. */
  files(): FileEntry[] {
    return Object.values(this.#state.stages)
      .flatMap(({ files }) => files)
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** Runs a stage, or answers what it answered before: `work` is called once for each export that is finished. */
  async stage<Result extends object>(
    name: string,
    isResult: (value: unknown) => value is Result,
    work: (stage: Stage) => Promise<Result>,
  ): Promise<Result> {
    const known = this.#state.stages[name]
    if (known !== undefined && isResult(known.result)) return known.result
    const stage = new Stage(join(this.#folder, PACKAGE), known, (state) => this.#put(name, state))
    try {
      const result = await work(stage)
      await stage.finish(result)
      return result
    } finally {
      await stage.abandon()
    }
  }

  /** Gives the package, or the file that was made of it, its name, and removes the rest. */
  async publish(packed: string | null): Promise<void> {
    await attempt('write', this.#output, async () => {
      refuseExisting(this.#output)
      const from = packed ?? join(this.#folder, PACKAGE)
      if (packed === null) await syncFolders(from)
      await rename(from, this.#output)
      await syncFolder(dirname(this.#output))
      await rm(this.#folder, { recursive: true, force: true })
    })
  }

  async #put(name: string, stage: StageState): Promise<void> {
    this.#state = { ...this.#state, stages: { ...this.#state.stages, [name]: stage } }
    await this.#save()
  }

  async #save(): Promise<void> {
    const file = join(this.#folder, STATE)
    await attempt('write', file, async () => {
      await writeFile(`${file}.tmp`, JSON.stringify(this.#state), { flush: true })
      await rename(`${file}.tmp`, file)
    })
  }
}

/** One part of the work: its files count together, once it is finished or at a checkpoint. */
export class Stage implements Destination {
  readonly #root: string
  readonly #known: StageState | undefined
  readonly #put: (state: StageState) => Promise<void>
  readonly #ended: FileEntry[]
  readonly #open = new Map<string, GrowingFile>()
  readonly #folders = new Set<string>()

  constructor(
    root: string,
    known: StageState | undefined,
    put: (state: StageState) => Promise<void>,
  ) {
    this.#root = root
    this.#known = known
    this.#put = put
    this.#ended = [...(known?.files ?? [])]
  }

  /** Where an interrupted stage goes on; undefined: from its beginning. */
  get cursor(): unknown {
    return this.#known?.cursor
  }

  async create(path: string): Promise<PackageFile> {
    if (!PATH.test(path)) throw new Error('a path that no package may have')
    const file = join(this.#root, path)
    const folder = dirname(file)
    if (!this.#folders.has(folder)) {
      await attempt('write', folder, () => mkdir(folder, { recursive: true }))
      this.#folders.add(folder)
    }
    const begun = this.#known?.open.find((open) => open.path === path)
    const growing = await GrowingFile.open(file, begun?.bytes ?? 0)
    this.#open.set(path, growing)
    return {
      write: (bytes) => growing.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
      end: async (rows) => {
        this.#ended.push({ path, rows, ...(await growing.end()) })
        this.#open.delete(path)
      },
    }
  }

  /** How long a file is that an interrupted stage had open. */
  bytesOf(path: string): number {
    return this.#known?.open.find((open) => open.path === path)?.bytes ?? 0
  }

  /** Takes a file that something else wrote under `pathOf(path)` into the package. */
  async adopt(path: string, rows: number): Promise<void> {
    const growing = await GrowingFile.open(join(this.#root, path), Infinity)
    this.#ended.push({ path, rows, ...(await growing.end()) })
  }

  /** Makes what was written count, also after a crash: the stage goes on at `cursor` then. */
  async checkpoint(cursor: unknown): Promise<void> {
    for (const file of this.#open.values()) await file.sync()
    const open = [...this.#open].map(([path, { bytes }]) => ({ path, bytes }))
    await this.#put({ cursor, files: this.#ended, open })
  }

  async finish(result: object): Promise<void> {
    await this.#put({ result, files: this.#ended, open: [] })
  }

  async abandon(): Promise<void> {
    for (const file of this.#open.values()) await file.close()
    this.#open.clear()
  }
}

/** A file that is hashed as it grows. */
class GrowingFile {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #hash: Hash
  #bytes: number

  private constructor(path: string, handle: FileHandle, sha256: Hash, bytes: number) {
    this.#path = path
    this.#handle = handle
    this.#hash = sha256
    this.#bytes = bytes
  }

  /** Opens the file to go on behind its first `keep` bytes. */
  static async open(path: string, keep: number): Promise<GrowingFile> {
    return attempt('write', path, async () => {
      const handle = await open(path, keep === 0 ? 'w' : 'r+')
      const sha256 = createHash('sha256')
      if (keep === 0) return new GrowingFile(path, handle, sha256, 0)
      const { size } = await handle.stat()
      const bytes = Math.min(keep, size)
      if (Number.isFinite(keep) && size < keep) throw changed(path)
      if (bytes > 0) {
        const start = createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 })
        for await (const chunk of start) sha256.update(chunk)
      }
      await handle.truncate(bytes)
      return new GrowingFile(path, handle, sha256, bytes)
    })
  }

  get bytes(): number {
    return this.#bytes
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    await attempt('write', this.#path, async () => {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          at,
          bytes.length - at,
          this.#bytes + at,
        )
        at += bytesWritten
      }
    })
    this.#bytes += bytes.length
  }

  sync(): Promise<void> {
    return attempt('write', this.#path, () => this.#handle.datasync())
  }

  async end(): Promise<{ bytes: number; sha256: string }> {
    await this.sync()
    await this.close()
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  close(): Promise<void> {
    return attempt('close', this.#path, () => this.#handle.close())
  }
}

function refuseExisting(output: string): void {
  if (!existsSync(output)) return
  throw new CodedError(
    'EXPORT_EXISTS',
    `Cannot export to "${output}": it is there already, and an export never overwrites; choose another --output-path`,
  )
}

async function readState(folder: string): Promise<State | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, STATE), 'utf8'))
    return isState(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Our own file: that it is one of ours is all that has to be seen. */
function isState(value: unknown): value is State {
  return isObject(value) && value['daybookExport'] === 1 && isObject(value['stages'])
}

function changed(path: string): CodedError {
  return new CodedError(
    'EXPORT_DAMAGED',
    `Cannot go on with the export: "${basename(path)}" is shorter than it was; remove the .partial folder and start again`,
  )
}

async function syncFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries) if (entry.isDirectory()) await syncFolders(join(folder, entry.name))
  await syncFolder(folder)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What a full disk means here: what is written stays, and the same command goes on. */
export async function attempt<T>(verb: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CodedError) throw error
    if (!(error instanceof Error) || !('code' in error)) throw error
    const { code, message } = fileError(verb, path, error)
    throw new CodedError(
      code,
      code === 'DISK_FULL'
        ? `Cannot write the export to "${path}": the disk is full; free some space and run the same command again, it goes on`
        : message,
      { cause: error },
    )
  }
}

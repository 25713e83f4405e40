import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { attempt, GrowingFile, syncFiles } from './growing-file.ts'
import type { PackageFile, ResumableDestination } from './writer.ts'

/** A file of the package, as the manifest lists it. */
export interface FileEntry {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: number | null
}

export interface StageState {
  /** What the stage answered; absent while it is under way. */
  readonly result?: unknown
  /** Where it goes on. */
  readonly cursor?: unknown
  readonly files: readonly FileEntry[]
  /** Files that were not ended yet, up to where they count. */
  readonly open: readonly { readonly path: string; readonly bytes: number }[]
}

const PATH =
  /^(?!.*\.partial$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,7}$/

/** Below this a file is made durable together with others. */
const SMALL_BYTES = 1024 * 1024

/** From the beginning of a checkpoint to that of the next one, at least; more where there are many files to be listed. */
const CHECKPOINT_MS = 1_000
const CHECKPOINT_MS_PER_FILE = 0.1

/** One part of the work: its files count together, once it is finished or at a checkpoint. */
export class Stage implements ResumableDestination {
  readonly #root: string
  readonly #known: StageState | undefined
  readonly #put: (state: StageState) => Promise<void>
  readonly #ended: FileEntry[]
  readonly #open = new Map<string, GrowingFile>()
  readonly #folders = new Set<string>()
  /** Small files that were ended since the last checkpoint. */
  #unsynced: string[] = []
  #fault: unknown = null
  /** The checkpoint that is made beside the work. */
  #beside: Promise<void> | null = null
  #begun = performance.now()

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
    const file = await this.#place(path)
    const begun = this.#known?.open.find((open) => open.path === path)
    const growing = await GrowingFile.open(file, begun?.bytes ?? 0)
    this.#open.set(path, growing)
    return {
      write: (bytes) => growing.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
      end: async (rows) => {
        const later = growing.bytes < SMALL_BYTES
        if (later) this.#unsynced.push(file)
        this.#ended.push({ path, rows, ...(await growing.end({ later })) })
        this.#open.delete(path)
      },
    }
  }

  /** Where a file of the package goes that something else writes. */
  pathOf(path: string): string {
    if (!PATH.test(path)) throw new Error('a path that no package may have')
    return join(this.#root, path)
  }

  /** Takes a small file into the package that was just written under `pathOf`; the next checkpoint makes it durable. */
  add(entry: FileEntry): void {
    this.#unsynced.push(this.pathOf(entry.path))
    this.#ended.push(entry)
  }

  /** How long a file is that an interrupted stage had open. */
  bytesOf(path: string): number {
    return this.#known?.open.find((open) => open.path === path)?.bytes ?? 0
  }

  /** Takes a file that something else wrote under `pathOf(path)` into the package. */
  async adopt(path: string, rows: number): Promise<void> {
    const growing = await GrowingFile.open(join(this.#root, path), Infinity)
    this.#ended.push({ path, rows, ...(await growing.end({ later: false })) })
  }

  /** Makes what was written count, also after a crash: the stage goes on at `cursor` then. */
  async checkpoint(cursor: unknown): Promise<void> {
    // As it is now: more may be written while the disk takes this.
    const files = [...this.#ended]
    const growing = [...this.#open.values()]
    const open = [...this.#open].map(([path, { bytes }]) => ({ path, bytes }))
    await this.#sync()
    for (const file of growing) await file.sync()
    await this.#put({ cursor, files, open })
  }

  /** Whether it is time for a checkpoint: the last one is made, and was begun a while ago. */
  get isDue(): boolean {
    const apart = Math.max(CHECKPOINT_MS, this.#ended.length * CHECKPOINT_MS_PER_FILE)
    return this.#beside === null && performance.now() - this.#begun >= apart
  }

  /** Begins a checkpoint of what is written now; the work goes on meanwhile. A fault shows at the next write or the end. */
  beginCheckpoint(cursor: unknown): void {
    this.#begun = performance.now()
    this.#beside = this.checkpoint(cursor)
      .catch((error: unknown) => {
        this.#fault ??= error
      })
      .finally(() => {
        this.#beside = null
      })
  }

  /** Makes the small files durable that were ended so far: beside the ending of large ones. */
  async settle(): Promise<void> {
    await this.#beside
    await this.#sync()
  }

  async finish(result: object): Promise<void> {
    await this.settle()
    await this.#put({ result, files: this.#ended, open: [] })
  }

  /** Where a file of the package goes; its folder is made. */
  async #place(path: string): Promise<string> {
    const file = this.pathOf(path)
    const folder = dirname(file)
    if (!this.#folders.has(folder)) {
      await attempt('write', folder, () => mkdir(folder, { recursive: true }))
      this.#folders.add(folder)
    }
    return file
  }

  async #sync(): Promise<void> {
    const paths = this.#unsynced
    this.#unsynced = []
    if (this.#fault !== null) throw this.#fault
    await syncFiles(paths)
  }

  async abandon(): Promise<void> {
    await this.#beside
    for (const file of this.#open.values()) await file.close()
    this.#open.clear()
  }
}

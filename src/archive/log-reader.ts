import type { Files } from '../platform/files.ts'
import { logDamaged, readBundle, readCheckpoint } from './log-files.ts'
import { streamOf } from './layout.ts'
import { isManifestKind, manifestOf, parseEntry } from './manifest.ts'
import { TILE_WIDTH } from './tiles.ts'
import type { Checkpoint, LogEntry, Manifest, Stream } from './types.ts'

export interface LoggedSegment {
  readonly manifest: Manifest
  readonly logIndex: number
}

/** Follows a log as it grows: the manifests of each stream, in order. */
export class LogReader {
  readonly #files: Files
  readonly #directory: string
  readonly #tenant: string
  #checkpoint: Checkpoint | undefined
  readonly segments: Readonly<Record<Stream, LoggedSegment[]>> = { records: [], activity: [] }

  constructor(files: Files, directory: string, tenant: string) {
    this.#files = files
    this.#directory = directory
    this.#tenant = tenant
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint
  }

  /** Reads what was logged since. Throws LOG_DAMAGED. */
  async refresh(): Promise<void> {
    const latest = await readCheckpoint(this.#files, this.#directory)
    const from = this.#checkpoint?.size ?? 0
    if (latest === undefined || latest.size <= from) return
    // Taken in only when all is read: an error in the middle must not leave some of them counted twice.
    const found: LoggedSegment[] = []
    for await (const entry of this.#entries(from, latest.size)) {
      if (!isManifestKind(entry.kind)) continue
      const manifest = manifestOf(entry)
      if (manifest === undefined)
        throw logDamaged(this.#directory, `entry ${entry.index} is no manifest`)
      found.push({ manifest, logIndex: entry.index })
    }
    for (const segment of found) this.segments[streamOf(segment.manifest.kind)].push(segment)
    this.#checkpoint = latest
  }

  entries(from: number): AsyncIterable<LogEntry> {
    return this.#entries(from, this.#checkpoint?.size ?? 0)
  }

  async *#entries(from: number, size: number): AsyncGenerator<LogEntry> {
    for (let bundle = Math.floor(from / TILE_WIDTH); bundle * TILE_WIDTH < size; bundle += 1) {
      const entries = await readBundle(this.#files, this.#directory, bundle, size)
      for (const [at, bytes] of entries.entries()) {
        const index = bundle * TILE_WIDTH + at
        if (index < from) continue
        const entry = parseEntry(bytes, index, this.#tenant)
        if (entry === undefined)
          throw logDamaged(this.#directory, `entry ${index} is not in the form of the format`)
        yield entry
      }
    }
  }
}

import { basename, resolve } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { linesOf, openFrame, readFrame } from './frames.ts'
import { checkTenant, OPEN, parseSegmentId, streamOf } from './layout.ts'
import { LogReader } from './log-reader.ts'
import { OpenReader } from './open-reader.ts'
import { readSealed, sealedFileOf } from './sealed-file.ts'
import type {
  ArchiveReader,
  Checkpoint,
  FrameRef,
  LogEntry,
  Manifest,
  SegmentRef,
  Stream,
} from './types.ts'

export interface ReaderOptions {
  /** Decompressed frames kept for the next read; default 32 MB. */
  readonly cacheBytes?: number
  /** Tables of sealed segments kept; default 64. */
  readonly tables?: number
}

/** Opens one tenant's archive (`<archive>/<tenant>`) for reading. Throws BAD_TENANT, LOG_DAMAGED or a file error. */
export async function openReader(
  directory: string,
  options: ReaderOptions = {},
): Promise<ArchiveReader> {
  const reader = new Reader(resolve(directory), options)
  await reader.refresh()
  return reader
}

class Reader implements ArchiveReader {
  readonly tenant: string
  readonly directory: string
  readonly #log: LogReader
  #open: OpenReader[] = []
  #refreshing: Promise<void> = Promise.resolve()
  readonly #sealed: Record<Stream, SegmentRef[]> = { records: [], activity: [] }
  readonly #tables = new Map<string, readonly FrameRef[]>()
  readonly #maxTables: number
  readonly #cache = new Map<string, readonly Buffer[]>()
  #cached = 0
  readonly #cacheBytes: number

  constructor(directory: string, options: ReaderOptions) {
    this.directory = directory
    this.tenant = basename(directory)
    checkTenant(this.tenant)
    this.#log = new LogReader(localFiles, directory, this.tenant)
    this.#cacheBytes = options.cacheBytes ?? 32 * 1024 * 1024
    this.#maxTables = options.tables ?? 64
  }

  /** One at a time: two at once could each miss what the other saw, and the older view would win. */
  refresh(): Promise<void> {
    const refreshed = this.#refreshing.then(() => this.#refresh())
    this.#refreshing = refreshed.catch(() => undefined)
    return refreshed
  }

  async #refresh(): Promise<void> {
    // The log after the open files: a segment sealed in between is then seen in both and counted once.
    const open: OpenReader[] = []
    for (const { name } of await localFiles.list(`${this.directory}/${OPEN}`)) {
      const id = name.endsWith('.open') ? name.slice(0, -'.open'.length) : ''
      if (parseSegmentId(id) === undefined) continue
      const known = this.#open.find(({ header }) => header.segment === id)
      const segment = known ?? OpenReader.open(this.directory, id)
      if (segment?.refresh() === true) open.push(segment)
    }
    await this.#log.refresh()
    for (const stream of ['records', 'activity'] as const) {
      const logged = this.#log.segments[stream]
      for (const { manifest, logIndex } of logged.slice(this.#sealed[stream].length))
        this.#sealed[stream].push(sealedRef(this.directory, manifest, logIndex))
    }
    // Between its move and its entry in the log a sealed segment is in neither place: it is still known from before.
    const moving = this.#open.filter((known) => !open.includes(known))
    this.#open = [...open, ...moving].filter(
      ({ header }) => header.first >= this.#sealedEnd(streamOf(header.kind)),
    )
  }

  nextSequence(stream: Stream): number {
    const open = this.#openOf(stream)
    return open === undefined ? this.#sealedEnd(stream) : open.header.first + open.records
  }

  segments(stream: Stream): readonly SegmentRef[] {
    const open = this.#openOf(stream)
    return open === undefined || open.records === 0
      ? this.#sealed[stream]
      : [...this.#sealed[stream], openRef(open)]
  }

  segmentOf(sequence: number, stream: Stream = 'records'): SegmentRef | undefined {
    if (!(sequence >= 0)) return undefined
    const sealed = this.#sealed[stream]
    let [from, to] = [0, sealed.length]
    while (from < to) {
      const middle = (from + to) >> 1
      const segment = sealed[middle]
      if (segment !== undefined && segment.first + segment.count <= sequence) from = middle + 1
      else to = middle
    }
    const open = this.#openOf(stream)
    const found = sealed[from] ?? (open && openRef(open))
    return found !== undefined && sequence >= found.first && sequence < found.first + found.count
      ? found
      : undefined
  }

  locate(sequence: number, stream: Stream = 'records'): Promise<FrameRef | undefined> {
    return Promise.resolve(this.#locate(sequence, stream))
  }

  async read(
    sequences: readonly number[],
    stream: Stream = 'records',
  ): Promise<Map<number, Uint8Array>> {
    const lines = new Map<number, Uint8Array>()
    for (const sequence of [...sequences].toSorted((a, b) => a - b)) {
      const found = await this.#withRetry(() => {
        const frame = this.#locate(sequence, stream)
        return frame && { frame, lines: this.#linesOf(frame) }
      })
      const line = found?.lines[sequence - found.frame.first]
      if (line !== undefined) lines.set(sequence, line)
    }
    return lines
  }

  async *frames(from: number, stream: Stream = 'records'): AsyncGenerator<FrameRef> {
    let next = Math.max(0, from)
    for (;;) {
      const frame = await this.#withRetry(() => this.#locate(next, stream))
      if (frame === undefined) return
      yield frame
      next = frame.first + frame.count
    }
  }

  async *scan(
    from: number,
    stream: Stream = 'records',
  ): AsyncGenerator<{ first: number; lines: readonly Uint8Array[] }> {
    let next = Math.max(0, from)
    for (;;) {
      const found = await this.#withRetry(() => {
        const frame = this.#locate(next, stream)
        // Past the cache: a scan reads each frame once.
        return frame && { frame, lines: linesOfRef(frame) }
      })
      if (found === undefined) return
      yield { first: next, lines: found.lines.slice(next - found.frame.first) }
      next = found.frame.first + found.frame.count
    }
  }

  checkpoint(): Checkpoint | undefined {
    return this.#log.checkpoint
  }

  entries(from = 0): AsyncIterable<LogEntry> {
    return this.#log.entries(from)
  }

  /** A segment that is sealed between finding and reading has moved: look again, once. */
  async #withRetry<T>(read: () => T): Promise<T> {
    try {
      return read()
    } catch (error) {
      const moved =
        error instanceof CodedError &&
        (error.code === 'FILE_NOT_FOUND' ||
          error.code === 'FRAME_MOVED' ||
          error.code === 'BAD_FRAME')
      if (!moved) throw error
      await this.refresh()
      return read()
    }
  }

  #locate(sequence: number, stream: Stream): FrameRef | undefined {
    const segment = this.segmentOf(sequence, stream)
    if (segment === undefined) return undefined
    const frames = this.#framesOf(segment)
    let [from, to] = [0, frames.length]
    while (from < to) {
      const middle = (from + to) >> 1
      const frame = frames[middle]
      if (frame !== undefined && frame.first + frame.count <= sequence) from = middle + 1
      else to = middle
    }
    return frames[from]
  }

  #framesOf(segment: SegmentRef): readonly FrameRef[] {
    if (segment.manifest === undefined) return this.#openOf(segment.stream)?.frames ?? []
    const known = this.#tables.get(segment.id)
    if (known !== undefined) return known
    const { frames } = readSealed(this.directory, segment.manifest)
    if (this.#tables.size >= this.#maxTables) dropOldest(this.#tables)
    this.#tables.set(segment.id, frames)
    return frames
  }

  #linesOf(frame: FrameRef): readonly Buffer[] {
    const key = `${frame.file}:${frame.offset}`
    const lines = this.#cache.get(key) ?? linesOfRef(frame)
    // Taken out and put back: the map's order is that of use.
    if (this.#cache.delete(key)) this.#cached -= bytesOf(lines)
    this.#cache.set(key, lines)
    this.#cached += bytesOf(lines)
    while (this.#cached > this.#cacheBytes && this.#cache.size > 1) {
      const dropped = dropOldest(this.#cache)
      if (dropped !== undefined) this.#cached -= bytesOf(dropped)
    }
    return lines
  }

  #openOf(stream: Stream): OpenReader | undefined {
    return this.#open.find(({ header }) => streamOf(header.kind) === stream)
  }

  #sealedEnd(stream: Stream): number {
    const last = this.#sealed[stream].at(-1)
    return last === undefined ? 0 : last.first + last.count
  }
}

function linesOfRef(frame: FrameRef): Buffer[] {
  return linesOf(openFrame(readFrame(frame), frame.rawBytes, frame.count))
}

function bytesOf(lines: readonly Buffer[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0)
}

function dropOldest<T>(map: Map<string, T>): T | undefined {
  for (const [key, value] of map) {
    map.delete(key)
    return value
  }
  return undefined
}

function sealedRef(directory: string, manifest: Manifest, logIndex: number): SegmentRef {
  return {
    id: manifest.segment,
    stream: streamOf(manifest.kind),
    state: 'sealed',
    class: manifest.class,
    quarter: manifest.quarter,
    first: manifest.first,
    count: manifest.count,
    file: sealedFileOf(directory, manifest),
    bytes: manifest.bytes,
    manifest,
    logIndex,
  }
}

function openRef({ header, records, bytes, file }: OpenReader): SegmentRef {
  return {
    id: header.segment,
    stream: streamOf(header.kind),
    state: 'open',
    class: header.class,
    quarter: header.quarter,
    first: header.first,
    count: records,
    file,
    bytes,
  }
}

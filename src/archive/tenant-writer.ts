import { join } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import { CodedError } from '../platform/errors.ts'
import type { Files } from '../platform/files.ts'
import {
  isClass,
  isQuarter,
  kindOf,
  MAX_SEGMENT_AGE_MS,
  MAX_SEGMENT_RECORDS,
  OPEN,
  segmentId,
  streamOf,
} from './layout.ts'
import type { LogWriter } from './log-writer.ts'
import { encodeEntry, encodeManifest } from './manifest.ts'
import { OpenSegment } from './open-segment.ts'
import { damaged, recoverOpen } from './recovery.ts'
import type {
  AppendGroup,
  ArchiveWriter,
  Checkpoint,
  Manifest,
  Recovery,
  SigningKey,
  Stream,
} from './types.ts'

export interface WriterOptions {
  /** `<archive>/<tenant>`; made when it is not there. */
  readonly directory: string
  readonly key: SigningKey
  /** Fencing epoch of the writer's lock: never lower than that of any writer before. */
  readonly epoch: number
  /** Name and version, for the `writerStart` entry. */
  readonly software: string
  readonly clock: Pick<Clock, 'now'>
  readonly files?: Files
}

/** In the order in which they are recovered and sealed. */
export const STREAMS = ['records', 'activity'] as const

/** Errors of the caller's making, thrown before anything is written: the writer stays as it was. */
const REFUSALS: ReadonlySet<string> = new Set([
  'SEQUENCE_MISMATCH',
  'BAD_RETENTION',
  'BAD_ENTRY',
  'BAD_JSON',
])

/** The writer behind `openWriter()`. */
export class TenantWriter implements ArchiveWriter {
  readonly tenant: string
  recovery: Recovery = { truncated: [], adopted: [], entries: 0, removed: [] }
  readonly #options: WriterOptions & { readonly files: Files }
  readonly #log: LogWriter
  readonly #next: Record<Stream, number>
  readonly #open = new Map<Stream, OpenSegment>()
  readonly #complete = new Set<Stream>()
  /** The last call's end: calls run one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #failure: unknown

  constructor(
    options: WriterOptions & { readonly files: Files },
    tenant: string,
    log: LogWriter,
    next: Record<Stream, number>,
  ) {
    this.#options = options
    this.tenant = tenant
    this.#log = log
    this.#next = next
  }

  /** Takes over what is open; called once, before anything else. */
  async recover(): Promise<{ file: string; bytes: number }[]> {
    const { files, directory } = this.#options
    const truncated: { file: string; bytes: number }[] = []
    for (const { name } of await files.list(join(directory, OPEN))) {
      const found = await recoverOpen(files, directory, name, this.tenant, this.#next)
      if (found === undefined) continue
      const { segment } = found
      const stream = streamOf(segment.header.kind)
      if (this.#open.has(stream)) throw damaged(segment.path, 'two segments of one kind are open')
      this.#open.set(stream, segment)
      this.#next[stream] += segment.records
      if (found.complete) this.#complete.add(stream)
      if (found.truncated > 0) truncated.push({ file: `${OPEN}/${name}`, bytes: found.truncated })
    }
    return truncated
  }

  /** Seals the segments whose sealing a crash interrupted. */
  async finishSealed(): Promise<void> {
    for (const stream of this.#complete) await this.#run(() => this.#seal([stream]))
  }

  nextSequence(stream: Stream): number {
    return this.#next[stream]
  }

  checkpoint(): Checkpoint {
    return this.#log.checkpoint
  }

  append(group: AppendGroup): Promise<void> {
    return this.#run(() => this.#append(group))
  }

  sealIfDue(now: Date): Promise<readonly Manifest[]> {
    return this.#run(() =>
      this.#seal(
        STREAMS.filter((stream) => {
          const open = this.#open.get(stream)
          if (open === undefined) return false
          const age = now.getTime() - Date.parse(open.header.openedAt)
          // A negative age: the clock was set back, so nobody knows how old it is.
          return !(age >= 0 && age < MAX_SEGMENT_AGE_MS)
        }),
      ),
    )
  }

  seal(stream?: Stream): Promise<readonly Manifest[]> {
    return this.#run(() => this.#seal(stream === undefined ? STREAMS : [stream]))
  }

  appendEntry(kind: string, body: Readonly<Record<string, unknown>>): Promise<number> {
    const { clock, epoch } = this.#options
    return this.#run(() => {
      const at = clock.now().toISOString()
      return this.#log.append([encodeEntry(kind, { at, epoch, ...body, tenant: this.tenant })])
    })
  }

  async close(options: { readonly seal?: boolean } = {}): Promise<void> {
    try {
      if (options.seal !== false && this.#failure === undefined) await this.seal()
    } finally {
      await this.#last.catch(() => undefined)
      for (const segment of this.#open.values()) await segment.close()
      this.#open.clear()
      this.#failure ??= new CodedError(
        'WRITER_CLOSED',
        'Cannot write to the archive: it was closed',
      )
    }
  }

  async #append(group: AppendGroup): Promise<void> {
    const { stream, first } = group
    this.#check(group)
    let rest = group.frames.filter((frame) => frame.count > 0)
    let sequence = first
    while (rest.length > 0) {
      const segment = await this.#segmentFor(group)
      const fitting = segment.room(rest)
      if (fitting > 0) {
        const part = rest.slice(0, fitting)
        await segment.append(part)
        this.#open.set(stream, segment)
        rest = rest.slice(fitting)
        sequence += part.reduce((sum, frame) => sum + frame.count, 0)
        this.#next[stream] = sequence
      }
      if (rest.length > 0 || segment.records === MAX_SEGMENT_RECORDS) await this.#seal([stream])
    }
  }

  /** The stream's open segment if it takes this class and quarter; else a new one, the other one being sealed. */
  async #segmentFor(group: AppendGroup): Promise<OpenSegment> {
    const { directory, epoch, clock, files } = this.#options
    const open = this.#open.get(group.stream)
    if (open?.header.class === group.class && open.header.quarter === group.quarter) return open
    if (open !== undefined) await this.#seal([group.stream])
    const first = this.#next[group.stream]
    const segment = new OpenSegment(files, directory, {
      v: 1,
      kind: kindOf(group.stream),
      segment: segmentId(group.stream, first, epoch),
      tenant: this.tenant,
      class: group.class,
      quarter: group.quarter,
      first,
      epoch,
      openedAt: clock.now().toISOString(),
    })
    this.#open.set(group.stream, segment)
    return segment
  }

  /** All manifests under one checkpoint. */
  async #seal(streams: readonly Stream[]): Promise<Manifest[]> {
    const manifests: Manifest[] = []
    const sealed: OpenSegment[] = []
    for (const stream of streams) {
      const segment = this.#open.get(stream)
      if (segment === undefined) continue
      if (segment.records > 0) {
        manifests.push(await segment.seal(this.#options.clock.now()))
        sealed.push(segment)
      }
      // Only now: should sealing fail, closing the writer still finds the file.
      this.#open.delete(stream)
    }
    if (manifests.length > 0) await this.#log.append(manifests.map(encodeManifest))
    for (const segment of sealed) await segment.forget()
    return manifests
  }

  #check({ stream, first, frames, class: retentionClass, quarter }: AppendGroup): void {
    const next = this.#next[stream]
    if (first !== next)
      throw new CodedError(
        'SEQUENCE_MISMATCH',
        `Cannot append records from sequence ${first} on: the next one is ${next}`,
      )
    if (!isClass(retentionClass) || !isQuarter(quarter))
      throw new CodedError(
        'BAD_RETENTION',
        `Cannot archive under the class ${JSON.stringify(retentionClass)} and the quarter ${JSON.stringify(quarter)}`,
      )
    if (frames.some((frame) => frame.count > MAX_SEGMENT_RECORDS))
      throw new Error('a frame too full')
  }

  /**
   * One call at a time. After a failure nobody knows what the disk holds, so everything is refused until the archive
   * is opened anew, which finds out.
   */
  #run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(async () => {
      if (this.#failure !== undefined) throw this.#refusal()
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof CodedError && REFUSALS.has(error.code))) this.#failure = error
        throw error
      }
    })
    this.#last = done.catch(() => undefined)
    return done
  }

  #refusal(): unknown {
    const failure = this.#failure
    if (failure instanceof CodedError && failure.code === 'WRITER_CLOSED') return failure
    return new CodedError(
      'WRITER_FAILED',
      `Cannot write to the archive of "${this.tenant}": an earlier write failed; open it again once the cause is mended`,
      { cause: failure },
    )
  }
}

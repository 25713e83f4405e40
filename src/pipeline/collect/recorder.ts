import { randomUUID } from 'node:crypto'
import { CodedError } from '../../platform/errors.ts'
import type { Chunk, Container, ContainerEnd } from '../../sources/source.ts'
import { ContainerLedger } from '../container-ledger.ts'
import type { ImportPorts } from '../import.ts'
import { ImportBatches, type BatchEvents } from '../import-batches.ts'
import type { Contexts } from '../protocol.ts'
import type { Tallies } from './tallies.ts'

/** What became of the records of a container. */
export interface Recorded {
  readonly added: number
  readonly repeated: number
  readonly versions: number
  readonly notAi: number
  readonly unmapped: number
  readonly dropped: ReadonlyMap<string, number>
}

export interface RecorderPorts extends Omit<ImportPorts, 'contexts' | 'indexer'> {
  readonly actor: string
  /** null while the index cannot be opened. */
  readonly indexer: () => ImportPorts['indexer']
  readonly contexts: () => Contexts
  readonly tallies: Tallies
  /** Mends what a failed write left: writers opened anew, keys brought up. Rejects while that does not succeed. */
  readonly mend: () => Promise<void>
  readonly onIndexed: (failure: unknown) => void
  /** Told when writing fails (and why), and with null when it goes on. */
  readonly onTrouble: (error: unknown) => void
}

interface Held {
  chunks: Chunk[]
  ends: ContainerEnd[]
  bytes: number
  records: number
  timer: NodeJS.Timeout | null
}

interface Waiting {
  readonly resolve: (recorded: Recorded) => void
  readonly reject: (error: unknown) => void
}

const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_RECORDS = 2_048
/** A batch closes after this while even when it is small. Of this machine's time: a fast tenant's records wait no less. */
const LINGER_MS = 500
const MOST_QUEUED = 2
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

/**
 * Records what comes from many feeds at once, as long as the process lives: chunks become batches of the import
 * pipeline, and a promise per container says when its last record is on disk. A failure of the disk rejects what is
 * under way; then it is mended, and what comes next is recorded.
 */
export class Recorder {
  readonly #ports: RecorderPorts
  readonly #held = new Map<string, Held>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #begun = new Set<string>()
  /** Batches that wait to be dispatched. */
  #queued = 0
  #ledger: ContainerLedger
  #batches: ImportBatches | null = null
  /** Settles when chunks may come; replaced while nothing may be recorded. */
  #open: Promise<void> = Promise.resolve()
  #sending: Promise<void> = Promise.resolve()
  #exclusive: Promise<unknown> = Promise.resolve()
  #mending: Promise<void> | null = null
  /** Grows with every failure: what belongs to an earlier one is void. */
  #generation = 0
  #isClosed = false

  constructor(ports: RecorderPorts) {
    this.#ports = ports
    this.#ledger = this.#newLedger()
  }

  begin(container: Container): void {
    this.#begun.add(container.id)
    this.#ledger.begin(container)
  }

  /** Takes records of a container that was begun; waits while too much is under way. */
  async take(tenant: string, chunk: Chunk): Promise<void> {
    await this.#room(chunk.container.id)
    const held = this.#heldOf(tenant)
    held.chunks.push(chunk)
    held.bytes += chunk.bytes.length
    held.records += chunk.ranges.length / 2
    if (held.bytes >= BATCH_BYTES || held.records >= BATCH_RECORDS) await this.#send(tenant)
    else held.timer ??= setTimeout(() => void this.#send(tenant).catch(() => undefined), LINGER_MS)
  }

  /** No further records come from a container. Resolves once all of them are recorded. */
  async end(tenant: string, end: ContainerEnd): Promise<Recorded> {
    await this.#room(end.container.id)
    const recorded = new Promise<Recorded>((resolve, reject) => {
      this.#waiting.set(end.container.id, { resolve, reject })
    })
    recorded.catch(() => undefined)
    const held = this.#heldOf(tenant)
    held.ends.push(end)
    held.timer ??= setTimeout(() => void this.#send(tenant).catch(() => undefined), LINGER_MS)
    return recorded
  }

  /** Does something that writes the same archives, alone: what is under way ends first, what comes waits. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#exclusive.then(async () => {
      await this.#open
      const { promise, resolve: reopen } = Promise.withResolvers<void>()
      this.#open = promise
      try {
        await this.#drain()
        return await work()
      } finally {
        // Sequences have gone on without it.
        this.#batches = null
        reopen()
      }
    })
    this.#exclusive = done.catch(() => undefined)
    return done
  }

  /** Records what it was given, and takes no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#mending
    await this.exclusive(async () => this.#ports.tallies.flush())
  }

  /** Sends what is held and waits for it. Failures are told to those who wait for their containers. */
  async #drain(): Promise<void> {
    for (const tenant of this.#held.keys()) await this.#send(tenant).catch(() => undefined)
    await this.#batches?.drained().catch(() => undefined)
    await this.#mending
  }

  /** Waits until records may come; throws when those that came before of this container were lost to a failure. */
  async #room(container: string): Promise<void> {
    for (;;) {
      const open = this.#open
      await open
      if (!this.#begun.has(container))
        throw new CodedError(
          'RECORDING_FAILED',
          'Writing to the archive failed: what was under way is fetched again',
        )
      if (this.#queued < MOST_QUEUED && open === this.#open) return
      await this.#sending
    }
  }

  #heldOf(tenant: string): Held {
    let held = this.#held.get(tenant)
    if (held === undefined) {
      held = { chunks: [], ends: [], bytes: 0, records: 0, timer: null }
      this.#held.set(tenant, held)
    }
    return held
  }

  #send(tenant: string): Promise<void> {
    const held = this.#held.get(tenant)
    if (held === undefined) return Promise.resolve()
    if (held.timer !== null) clearTimeout(held.timer)
    this.#held.delete(tenant)
    const generation = this.#generation
    this.#queued += 1
    const sent = this.#dispatch(tenant, held, this.#sending, generation)
    this.#sending = sent.catch((error: unknown) => this.#fail(error, generation))
    return sent
  }

  async #dispatch(
    tenant: string,
    { chunks, ends }: Held,
    before: Promise<void>,
    generation: number,
  ): Promise<void> {
    try {
      await before
      await this.#mending
      // Whoever waits for these has been told already that they are lost.
      if (generation !== this.#generation) return
      this.#batches ??= this.#newBatches()
      if (chunks.length > 0) await this.#batches.dispatch(chunks, { ends, tenant })
      else await this.#batches.end(ends)
    } finally {
      this.#queued -= 1
    }
  }

  #newLedger(): ContainerLedger {
    return new ContainerLedger(this.#ports.actor, this.#ports.clock, randomUUID)
  }

  #newBatches(): ImportBatches {
    const { tallies, onIndexed } = this.#ports
    const generation = this.#generation
    const events: BatchEvents = {
      ended: (ends) => {
        for (const { container, row } of ends) {
          const { dropped, counts } = row
          this.#waiting.get(container.id)?.resolve({ ...counts, dropped })
          this.#waiting.delete(container.id)
          this.#begun.delete(container.id)
        }
      },
      tallied: (tenant, first, until, counts) => tallies.add(tenant, first, until, counts),
      failed: (error) => this.#fail(error, generation),
      indexed: onIndexed,
    }
    const ports = {
      ...this.#ports,
      indexer: this.#ports.indexer(),
      contexts: this.#ports.contexts(),
    }
    return new ImportBatches(ports, this.#ledger, null, [], events)
  }

  #fail(error: unknown, generation: number): void {
    if (generation !== this.#generation) return
    this.#generation += 1
    this.#ports.onTrouble(error)
    this.#mending = this.#mend(this.#batches, this.#mending)
    this.#rejectAll(error)
  }

  #rejectAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    this.#begun.clear()
    for (const { timer } of this.#held.values()) if (timer !== null) clearTimeout(timer)
    this.#held.clear()
    this.#batches = null
    this.#ledger = this.#newLedger()
  }

  async #mend(failed: ImportBatches | null, before: Promise<void> | null): Promise<void> {
    await before
    await failed?.abandon()
    this.#ports.tallies.forget()
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      if (this.#isClosed) return
      try {
        await this.#ports.mend()
        this.#ports.onTrouble(null)
        return
      } catch (error) {
        this.#ports.onTrouble(error)
        await new Promise((resolve) => {
          setTimeout(resolve, pause)
        })
      }
    }
  }
}

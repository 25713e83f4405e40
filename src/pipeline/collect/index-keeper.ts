import { CodedError } from '../../platform/errors.ts'
import type { IndexStore } from '../../query/index-store.ts'
import type { Indexer } from '../indexer.ts'

export interface OpenIndex {
  readonly store: IndexStore
  readonly indexer: Indexer
}

export interface KeeperPorts {
  /** The index, opened now if it was not; rejects when it cannot be. null: nobody wants one. */
  readonly open: (() => Promise<OpenIndex>) | null
  /** Brings the index up to the archive. */
  readonly catchUp: () => Promise<unknown>
  /** Does something while nothing is recorded. */
  readonly exclusive: <T>(work: () => Promise<T>) => Promise<T>
  /** Told why the index does not follow, and null when it does again. */
  readonly onTrouble: (error: unknown) => void
}

/**
 * Rows are written this long after the last batch: searchable within seconds. While batches keep coming they are gathered
 * for so long at most, since every insert costs by itself.
 */
const QUIET_MS = 700
const LONGEST_MS = 15_000
/** Rows that were written again are removed when nothing has come for a while, and now and then all the same. */
const SETTLE_QUIET_MS = 8_000
const SETTLE_LONGEST_MS = 180_000
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Keeps the index behind what is recorded while collecting: writes its rows in good time, and when it fails, brings it
 * up again from its watermark as soon as that can be done. Collecting never waits for it. Timers are of this machine's
 * time: whoever searches lives in that.
 */
export class IndexKeeper {
  readonly #ports: KeeperPorts
  #index: OpenIndex | null = null
  #isDirty = false
  #dirtySince = 0
  #touchedAt = 0
  #settledAt = performance.now()
  #needsSettling = false
  #isBehind = false
  #isStopped = false
  #work: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null

  constructor(ports: KeeperPorts, index: OpenIndex | null) {
    this.#ports = ports
    this.#index = index
  }

  start(): void {
    if (this.#timer !== null || this.#ports.open === null) return
    this.#timer = setInterval(() => this.#tick(), 250)
    this.#timer.unref()
    if (this.#index === null)
      this.#fallBehind(new CodedError('INDEX_NOT_OPEN', 'The search index could not be opened'))
  }

  /** Whether everything recorded is, or will in a moment be, in the index. */
  get follows(): boolean {
    return !this.#isBehind
  }

  /** Null while it does not follow: batches are recorded without it. */
  get indexer(): Indexer | null {
    return this.#isBehind ? null : (this.#index?.indexer ?? null)
  }

  /** A batch was taken by the indexer, or (with a failure) was not. */
  indexed(failure: unknown): void {
    if (failure !== null) {
      this.#fallBehind(failure)
      return
    }
    const now = performance.now()
    if (!this.#isDirty) this.#dirtySince = now
    this.#isDirty = true
    this.#touchedAt = now
  }

  /** Writes what was taken. Ends the keeping. */
  async close(): Promise<void> {
    this.#isStopped = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#work
    if (this.#index === null || this.#isBehind) return
    try {
      await this.#index.indexer.flush()
      await this.#index.store.settle()
    } catch (error) {
      this.#ports.onTrouble(error)
    }
  }

  #tick(): void {
    const now = performance.now()
    const isQuiet = now - this.#touchedAt > QUIET_MS
    if (this.#isBehind) return
    if (this.#isDirty && (isQuiet || now - this.#dirtySince > LONGEST_MS)) {
      this.#isDirty = false
      this.#do(async ({ indexer }) => {
        await indexer.flush()
        this.#needsSettling = true
      })
    } else if (
      this.#needsSettling &&
      (now - this.#touchedAt > SETTLE_QUIET_MS || now - this.#settledAt > SETTLE_LONGEST_MS)
    ) {
      this.#needsSettling = false
      this.#settledAt = now
      this.#do(async ({ store }) => store.settle())
    }
  }

  #do(work: (index: OpenIndex) => Promise<void>): void {
    const index = this.#index
    if (index === null) return
    this.#work = this.#after(this.#work, () => work(index))
  }

  async #after(before: Promise<void>, work: () => Promise<void>): Promise<void> {
    await before
    if (this.#isBehind) return
    try {
      await work()
    } catch (error) {
      this.#fallBehind(error)
    }
  }

  #fallBehind(error: unknown): void {
    if (this.#isBehind || this.#isStopped) return
    this.#isBehind = true
    this.#isDirty = false
    this.#ports.onTrouble(error)
    void this.#catchUp()
  }

  async #catchUp(): Promise<void> {
    const { open, catchUp, exclusive, onTrouble } = this.#ports
    if (open === null) return
    for (
      let pause = FIRST_PAUSE_MS;
      !this.#isStopped;
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
    ) {
      try {
        this.#index = await open()
        // Most of it beside what goes on being recorded, the rest while nothing is.
        await catchUp()
        await exclusive(async () => {
          await catchUp()
          this.#isBehind = false
        })
        onTrouble(null)
        return
      } catch (error) {
        onTrouble(error)
        await this.#pause(pause)
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, ms).unref()
    })
  }
}

import type { TenantArchives } from '../archive/tenant-archives.ts'
import { CodedError } from '../platform/errors.ts'
import type { IndexStore } from '../query/index-store.ts'
import type { IndexBatch } from '../query/lot.ts'
import type { Crew } from './crew.ts'
import { linksFrom } from './link-set.ts'
import type { Contexts, LinkSet, RecordPlace, Rows, ToldLinks } from './protocol.ts'
import { RecentLinks } from './recent-links.ts'

/** A batch of archived records that a worker holds, ready to be indexed. */
interface IndexableBatch {
  readonly batch: number
  readonly worker: number
  readonly tenants: readonly {
    readonly tenant: string
    /** Sequences of its records: [first, until). */
    readonly first: number
    readonly until: number
    /** The distinct links of its records, to be looked up. */
    readonly links: readonly LinkSet[]
    /** Which of its records has which link. */
    readonly told: readonly ToldLinks[]
  }[]
}

/** Follows the archive: takes batches in the order of their sequences, one after the other. */
export interface Indexer {
  /**
   * Resolves once the batch's place among the others is settled, so that the next one may be taken; null when the index
   * lags behind and must catch up first. Rows of several batches are then made at the same time.
   */
  take(batch: IndexableBatch, crew: Crew, contexts: Contexts): Promise<TakenBatch | null>
  /** Writes the rows that are still gathered: everything taken is searchable then. */
  flush(): Promise<void>
  /**
   * After a failure, which has made the indexer refuse everything: removes what it left unfinished, so that catching up
   * can go on from the watermarks. Nothing may be under way. Without a failure nothing happens.
   */
  restore(): Promise<void>
}

export interface TakenBatch {
  /** Resolves when the batch's rows are made: it may be dropped. */
  readonly done: Promise<void>
}

// An insert makes a part, and parts are merged: fewer, larger ones halve what the engine has to do.
const FLUSH_BYTES = 64 * 1024 * 1024

export function openIndexer(index: IndexStore, archives: TenantArchives): Indexer {
  // While one lot is written by the engine, the rows of the next are made.
  let written: Promise<void> = Promise.resolve()
  const recent = new RecentLinks()
  /** How far what was taken goes, by tenant; empty when all of it is in the index. */
  const taken = new Map<string, number>()
  let underWay = 0
  let nextBatch = 0
  /** The last batch whose rows are made. */
  let made = 0
  let gathering: Promise<void> = Promise.resolve()
  /** The last batch whose rows are in the index. */
  let lastWritten = 0
  let isBroken = false

  async function take(
    batch: IndexableBatch,
    crew: Crew,
    contexts: Contexts,
  ): Promise<TakenBatch | null> {
    if (isBroken) return null
    const done: Promise<void>[] = []
    for (const { tenant, first, until, links, told } of batch.tenants) {
      if ((taken.get(tenant) ?? index.watermark(tenant)) !== first) return null
      await extend(batch, tenant, links, crew, contexts)
      if (taken.size === 0) nextBatch = index.nextBatch()
      const indexBatch = nextBatch
      nextBatch += 1
      taken.set(tenant, until)
      for (const each of told) recent.add(indexBatch, each)
      const rows = crew.ask(batch.worker, 'rows', { batch: batch.batch, tenant, indexBatch })
      done.push(gather(rows, { batch: indexBatch, tenant, watermark: until }))
    }
    return { done: Promise.all(done).then(() => undefined) }
  }

  function gather(
    making: Promise<Rows>,
    batch: Pick<IndexBatch, 'batch' | 'tenant' | 'watermark'>,
  ): Promise<void> {
    const before = gathering
    underWay += 1
    const gathered = (async () => {
      const rows = await making.finally(() => (underWay -= 1))
      await before
      await add({
        ...batch,
        items: [rows.items],
        records: [rows.records],
        links: [rows.links],
        superseded: rows.superseded,
      })
    })()
    gathering = gathered
    // A failure is told by whoever waits for the batch, and by those behind it.
    gathered.catch(() => (isBroken = true))
    return gathered
  }

  async function add(batch: IndexBatch): Promise<void> {
    await index.gather(batch)
    made = batch.batch
    if (index.gathered >= FLUSH_BYTES) await startWriting()
  }

  async function startWriting(): Promise<void> {
    await written
    const last = made
    recent.rotate()
    written = writeUpTo(last)
    // A failure is told by the next one who waits for it.
    written.catch(() => (isBroken = true))
  }

  async function writeUpTo(last: number): Promise<void> {
    await index.write()
    lastWritten = last
    recent.forget(last)
  }

  async function flush(): Promise<void> {
    await gathering
    await startWriting()
    await written
    // What was taken while this was being written waits for the next time.
    if (underWay > 0 || (nextBatch > 0 && lastWritten !== nextBatch - 1)) return
    taken.clear()
    recent.clear()
  }

  async function restore(): Promise<void> {
    if (!isBroken) return
    await Promise.allSettled([gathering, written])
    await index.recover()
    gathering = Promise.resolve()
    written = Promise.resolve()
    taken.clear()
    recent.clear()
    nextBatch = 0
    made = 0
    isBroken = false
  }

  // The cluster of a record is everything that is tied to it, directly or over others: asked for until nothing is added.
  async function extend(
    { batch, worker }: IndexableBatch,
    tenant: string,
    links: readonly LinkSet[],
    crew: Crew,
    contexts: Contexts,
  ): Promise<void> {
    const asked = new Set<number>()
    const read = new Set<number>()
    let open = links.flatMap(linksFrom)
    while (open.length > 0) {
      for (const { key } of open) asked.add(key)
      // First what is in memory: what is being written moves from there to the index, never the other way.
      const inMemory = recent.lookup(open)
      const found = [...inMemory, ...(await index.lookupLinks(open))]
      const sequences = [...new Set(found)]
        .filter((sequence) => !read.has(sequence))
        .toSorted(ascending)
      if (sequences.length === 0) return
      for (const sequence of sequences) read.add(sequence)
      const further = await located(tenant, sequences, (places) =>
        crew.ask(worker, 'extend', { batch, tenant, places, contexts }),
      )
      open = linksFrom(further).filter(({ key }) => !asked.has(key))
    }
  }

  // A segment that is packed anew when it is sealed moves its frames: then they are looked for once more.
  async function located<T>(
    tenant: string,
    sequences: readonly number[],
    read: (places: RecordPlace[]) => Promise<T>,
  ): Promise<T> {
    try {
      return await read(await placesOf(tenant, sequences))
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'FRAME_MOVED') throw error
      return read(await placesOf(tenant, sequences))
    }
  }

  async function placesOf(tenant: string, sequences: readonly number[]): Promise<RecordPlace[]> {
    const reader = await archives.reader(tenant)
    await reader.refresh()
    const places: RecordPlace[] = []
    for (const sequence of sequences) {
      const last = places.at(-1)?.frame
      const frame =
        last !== undefined && sequence >= last.first && sequence < last.first + last.count
          ? last
          : await reader.locate(sequence)
      if (frame !== undefined) places.push({ sequence, frame })
    }
    return places
  }

  return { take, flush, restore }
}

const ascending = (a: number, b: number): number => a - b

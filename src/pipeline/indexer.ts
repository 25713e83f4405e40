import type { TenantArchives } from '../archive/tenant-archives.ts'
import { CodedError } from '../platform/errors.ts'
import type { IndexBatch, IndexStore } from '../query/index-store.ts'
import type { Crew } from './crew.ts'
import { linksFrom } from './link-set.ts'
import type { Contexts, LinkSet, RecordPlace } from './protocol.ts'

/** A batch of archived records that a worker holds, ready to be indexed. */
interface IndexableBatch {
  readonly batch: number
  readonly worker: number
  readonly tenants: readonly {
    readonly tenant: string
    /** Sequences of its records: [first, until). */
    readonly first: number
    readonly until: number
    readonly links: readonly LinkSet[]
  }[]
}

/** Follows the archive: takes batches in the order of their sequences, one after the other. */
export interface Indexer {
  /** Resolves when the batch's rows are made; false when the index lags behind and must catch up first. */
  take(batch: IndexableBatch, crew: Crew, contexts: Contexts): Promise<boolean>
  /** Writes the rows that are still gathered: everything taken is searchable then. */
  flush(): Promise<void>
}

// An insert makes a part, and parts are merged: fewer, larger ones halve what the engine has to do.
const FLUSH_BYTES = 24 * 1024 * 1024

export function openIndexer(index: IndexStore, archives: TenantArchives): Indexer {
  // While one lot is written by the engine, the rows of the next are made; look-ups see both, and what is written.
  let gathered = new GatheredRows()
  let writing = new GatheredRows()
  let written: Promise<void> = Promise.resolve()

  async function take(batch: IndexableBatch, crew: Crew, contexts: Contexts): Promise<boolean> {
    for (const { tenant, first, until, links } of batch.tenants) {
      const watermark =
        gathered.watermark(tenant) ?? writing.watermark(tenant) ?? index.watermark(tenant)
      if (watermark !== first) return false
      await extend(batch, tenant, links, crew, contexts)
      const indexBatch = index.nextBatch() + writing.size + gathered.size
      const rows = await crew.ask(batch.worker, 'rows', { batch: batch.batch, tenant, indexBatch })
      gathered.add(
        {
          batch: indexBatch,
          tenant,
          watermark: until,
          items: [asBuffer(rows.items)],
          records: [asBuffer(rows.records)],
          links: [asBuffer(rows.links)],
          superseded: rows.superseded,
        },
        rows.linkKeys,
        rows.linkSequences,
      )
      if (gathered.bytes >= FLUSH_BYTES) await startWriting()
    }
    return true
  }

  async function startWriting(): Promise<void> {
    await written
    writing = gathered
    gathered = new GatheredRows()
    if (writing.size === 0) return
    written = write()
    // A failure is told by the next one who waits for it.
    written.catch(() => undefined)
  }

  async function write(): Promise<void> {
    await index.write(...writing.batches)
    writing = new GatheredRows()
  }

  async function flush(): Promise<void> {
    await startWriting()
    await written
  }

  // The cluster of a record is everything that is tied to it, directly or over others: asked for until nothing is added.
  async function extend(
    { batch, worker }: IndexableBatch,
    tenant: string,
    links: readonly LinkSet[],
    crew: Crew,
    contexts: Contexts,
  ): Promise<void> {
    const asked = new Set<bigint>()
    const taken = new Set<number>()
    let open = links.flatMap(linksFrom)
    while (open.length > 0) {
      for (const { key } of open) asked.add(key)
      // First what is in memory: what is being written moves from there to the index, never the other way.
      const inMemory = [...gathered.lookup(open), ...writing.lookup(open)]
      const found = [...inMemory, ...(await index.lookupLinks(open))]
      const sequences = [...new Set(found)]
        .filter((sequence) => !taken.has(sequence))
        .toSorted(ascending)
      if (sequences.length === 0) return
      for (const sequence of sequences) taken.add(sequence)
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

  return { take, flush }
}

/** Rows of batches that are made but not yet written, and the links that they will bring. */
class GatheredRows {
  readonly #batches: IndexBatch[] = []
  readonly #byKey = new Map<bigint, number[]>()
  readonly #watermarks = new Map<string, number>()
  #bytes = 0

  get size(): number {
    return this.#batches.length
  }

  get batches(): readonly IndexBatch[] {
    return this.#batches
  }

  get bytes(): number {
    return this.#bytes
  }

  watermark(tenant: string): number | undefined {
    return this.#watermarks.get(tenant)
  }

  add(batch: IndexBatch, keys: BigUint64Array, sequences: Float64Array): void {
    this.#batches.push(batch)
    this.#watermarks.set(batch.tenant, batch.watermark)
    for (const buffers of [batch.items, batch.records, batch.links]) {
      for (const { length } of buffers) this.#bytes += length
    }
    for (const [at, key] of keys.entries()) {
      const sequence = sequences[at] ?? 0
      const known = this.#byKey.get(key)
      if (known === undefined) this.#byKey.set(key, [sequence])
      else known.push(sequence)
    }
  }

  lookup(links: readonly { readonly key: bigint }[]): number[] {
    if (this.#byKey.size === 0) return []
    return links.flatMap(({ key }) => this.#byKey.get(key) ?? [])
  }
}

const ascending = (a: number, b: number): number => a - b

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

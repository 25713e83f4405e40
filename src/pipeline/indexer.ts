import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { IndexStore } from '../query/index-store.ts'
import type { Crew } from './crew.ts'
import { linksFrom } from './link-set.ts'
import type { Contexts, LinkSet, RecordPlace } from './protocol.ts'

/** A batch of archived records that a worker holds, ready to be indexed. */
export interface IndexableBatch {
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
  /** Resolves when the batch is searchable; false when the index lags behind and must catch up first. */
  take(batch: IndexableBatch, crew: Crew, contexts: Contexts): Promise<boolean>
}

export function openIndexer(index: IndexStore, archives: TenantArchives): Indexer {
  async function take(batch: IndexableBatch, crew: Crew, contexts: Contexts): Promise<boolean> {
    for (const { tenant, first, until, links } of batch.tenants) {
      if (index.watermark(tenant) !== first) return false
      await gather(batch, tenant, links, crew, contexts)
      const indexBatch = index.nextBatch()
      const rows = await crew.ask(batch.worker, 'rows', { batch: batch.batch, tenant, indexBatch })
      await index.write({
        batch: indexBatch,
        tenant,
        watermark: until,
        items: [asBuffer(rows.items)],
        records: [asBuffer(rows.records)],
        links: [asBuffer(rows.links)],
        superseded: rows.superseded,
      })
    }
    return true
  }

  // The cluster of a record is everything that is tied to it, directly or over others: asked for until nothing is added.
  async function gather(
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
      const sequences = (await index.lookupLinks(open)).filter((sequence) => !taken.has(sequence))
      if (sequences.length === 0) return
      for (const sequence of sequences) taken.add(sequence)
      const places = await placesOf(tenant, sequences)
      const further = await crew.ask(worker, 'extend', { batch, tenant, places, contexts })
      open = linksFrom(further).filter(({ key }) => !asked.has(key))
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

  return { take }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

import type { FrameRef } from '../archive/types.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { KeyEntry, RepeatKeys } from '../catalog/repeat-keys.ts'
import type { IndexStore } from '../query/index-store.ts'
import type { Crew } from './crew.ts'
import type { Indexer, TakenBatch } from './indexer.ts'
import type { Contexts, Loaded, PostedFrame } from './protocol.ts'

export interface CatchUpPorts {
  readonly archives: TenantArchives
  readonly keys: RepeatKeys
  /** null: the index is not open; only the keys catch up. */
  readonly index: { readonly store: IndexStore; readonly indexer: Indexer } | null
  readonly contexts: () => Contexts
  /** Started when there is something to do. */
  readonly crew: () => Crew
}

export interface CatchUpOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (step: {
    readonly tenant: string
    readonly done: number
    readonly total: number
  }) => void
}

const BATCH_RECORDS = 2_048
const IN_FLIGHT = 3

/**
 * Brings what is derived (repeat keys, index) up to what is archived, tenant by tenant, each by its own watermark.
 * Returns the number of records that were read for it.
 */
export async function catchUp(
  ports: CatchUpPorts,
  { signal, onProgress }: CatchUpOptions = {},
): Promise<number> {
  await ports.index?.indexer.restore()
  // What was taken and is not yet written: the watermarks must tell of it.
  await ports.index?.indexer.flush()
  let total = 0
  for (const tenant of ports.archives.tenants()) {
    const reader = await ports.archives.reader(tenant)
    await reader.refresh()
    const end = reader.nextSequence('records')
    const keys = ports.keys.watermark(tenant)
    const index = ports.index?.store.watermark(tenant) ?? end
    const from = Math.min(keys, index)
    let before = 0
    // An index batch begins exactly where the index stands: what only the keys lack is read by itself first.
    for (const range of keys < index
      ? [
          { from: keys, until: index, ports: { ...ports, index: null } },
          { from: index, until: end, ports },
        ]
      : [{ from, until: end, ports }]) {
      if (range.from >= range.until) continue
      const done = await catchUpRange(
        range.ports,
        tenant,
        reader.frames(range.from),
        range,
        (records) => {
          signal?.throwIfAborted()
          onProgress?.({ tenant, done: before + records, total: end - from })
        },
      )
      before += done
    }
    total += before
  }
  if (ports.index !== null) {
    await ports.index.indexer.flush()
    await ports.index.store.settle()
  }
  return total
}

async function catchUpRange(
  ports: CatchUpPorts,
  tenant: string,
  frames: AsyncIterable<FrameRef>,
  { from, until }: { readonly from: number; readonly until: number },
  step: (done: number) => void,
): Promise<number> {
  const crew = ports.crew()
  let tail: Promise<void> = Promise.resolve()
  const running: Promise<void>[] = []
  let done = 0

  const start = async (batch: readonly PostedFrame[]) => {
    const id = crew.nextBatch()
    const loading = crew.ask(id, 'load', { batch: id, frames: batch, contexts: ports.contexts() })
    const before = tail
    const taking = (async () => {
      const loaded = await loading
      await before
      return { loaded, batch: await takeLoaded(ports, tenant, id, loaded, crew) }
    })()
    const finished = (async () => {
      const { loaded, batch: takenBatch } = await taking
      await takenBatch?.done
      await crew.ask(id, 'drop', { batch: id })
      done += loaded.count
      step(done)
    })()
    tail = taking.then(() => undefined)
    tail.catch(() => undefined)
    running.push(finished)
    finished.catch(() => undefined)
    if (running.length >= IN_FLIGHT) await running.shift()
  }

  let batch: PostedFrame[] = []
  let records = 0
  for await (const frame of frames) {
    if (frame.first >= until) break
    const wanted = {
      frame,
      from: Math.max(from, frame.first),
      until: Math.min(until, frame.first + frame.count),
    }
    if (wanted.from >= wanted.until) continue
    batch.push(wanted)
    records += wanted.until - wanted.from
    if (records >= BATCH_RECORDS) {
      await start(batch)
      batch = []
      records = 0
    }
  }
  if (batch.length > 0) await start(batch)
  await Promise.all(running)
  return done
}

async function takeLoaded(
  ports: CatchUpPorts,
  tenant: string,
  id: number,
  loaded: Loaded,
  crew: Crew,
): Promise<TakenBatch | null> {
  const first = loaded.sequences[0] ?? 0
  const until = first + loaded.count
  const known = ports.keys.watermark(tenant)
  if (known < until) ports.keys.remember(tenant, entriesOf(ports.keys, loaded, known), until)
  if (ports.index === null) return null
  const { store, indexer } = ports.index
  // The keys may have been further behind than the index: what it has is not taken again.
  if (store.watermark(tenant) >= until) return null
  const taken = await indexer.take(
    {
      batch: id,
      worker: id,
      tenants: [{ tenant, first, until, links: [loaded.links], told: [loaded.told] }],
    },
    crew,
    ports.contexts(),
  )
  if (taken === null)
    throw new Error(`the index of ${tenant} stands at ${store.watermark(tenant)}, not at ${first}`)
  return taken
}

function entriesOf(keys: RepeatKeys, loaded: Loaded, from: number): KeyEntry[] {
  const known = keys.find([...loaded.keys])
  const taken = new Set<number>()
  const entries: KeyEntry[] = []
  for (let at = 0; at < loaded.count; at += 1) {
    const sequence = loaded.sequences[at] ?? 0
    if (sequence < from) continue
    const key = loaded.keys[at] ?? 0
    entries.push({
      key,
      high: loaded.high[at] ?? 0,
      low: loaded.low[at] ?? 0,
      sequence,
      first: !known.has(key) && !taken.has(key),
    })
    taken.add(key)
  }
  return entries
}

import type { Frame } from '../archive/types.ts'
import type { Tally } from '../catalog/collect/measures.ts'
import type { KeyEntry, KnownContent } from '../catalog/repeat-keys.ts'
import type { ReadContext } from '../interactions/record.ts'
import { release } from '../platform/release.ts'
import type { Chunk, ContainerEnd } from '../sources/source.ts'
import type { ContainerLedger } from './container-ledger.ts'
import type { ImportPorts } from './import.ts'
import type { TakenBatch } from './indexer.ts'
import type { Packed, Prepared } from './protocol.ts'
import { candidatePlaces } from './candidate-places.ts'
import { indexableTenants } from './indexable-tenants.ts'
import { OrderedSteps } from './ordered-steps.ts'
import { buffersOf, postChunks } from './post-chunks.ts'
import { decide, entriesOf, filedElsewhere } from './repeats.ts'
import { containersOf, packGroup, SequencePlan, type PlannedGroup } from './sequence-plan.ts'
import { settleBatch, type DecidedBatch } from './settle-batch.ts'
import { onlyNamed } from './tenants.ts'

/** What a collector hears of its batches, which an import learns at its end. */
export interface BatchEvents {
  /** Containers whose every record is recorded, with what became of them; the catalog knows it already. */
  readonly ended: (ends: ReturnType<ContainerLedger['newEnds']>) => void
  /** What was counted of archived records of a tenant, `[first, until)`. */
  readonly tallied: (
    tenant: string,
    first: number,
    until: number,
    tallies: readonly Tally[],
  ) => void
  /** Nothing more is recorded: a new run of batches has to be begun, once the cause is mended. */
  readonly failed: (error: unknown) => void
  /** The index took a batch, or failed to; then it lags behind until it has caught up. */
  readonly indexed: (failure: unknown) => void
}

/** How the records of a batch came, when it is not an import's. */
interface Dispatched {
  /** Containers that end with this batch. */
  readonly ends?: readonly ContainerEnd[]
  /** For records that name no tenant. */
  readonly tenant?: string
}

/** Batches under way at most: what is in memory at once. */
const IN_FLIGHT = 4

/**
 * The batches of one import. Each goes through prepare (worker) → decide (in order) → pack (worker) → archive (in
 * order, fsynced) → keys, ledger → index (in order). Batches overlap; every "in order" is a chain of promises.
 */
export class ImportBatches {
  readonly #ports: ImportPorts
  readonly #ledger: ContainerLedger
  readonly #plan: SequencePlan
  readonly #contexts: Record<string, ReadContext>
  /** Decided, not yet remembered: what later batches must know of. */
  readonly #pending = new Map<number, KnownContent[]>()
  readonly #running = new Set<Promise<void>>()
  readonly #otherTenants: readonly string[]
  readonly #events: BatchEvents | null
  #defaultTenant: string | null
  readonly #steps = new OrderedSteps()
  #failure: { readonly error: unknown } | null = null
  #recorded = 0
  #indexed = true

  constructor(
    ports: ImportPorts,
    ledger: ContainerLedger,
    defaultTenant: string | null,
    otherTenants: readonly string[],
    events: BatchEvents | null = null,
  ) {
    this.#ports = ports
    this.#ledger = ledger
    this.#plan = new SequencePlan(ports.archives)
    this.#contexts = { ...ports.contexts }
    this.#defaultTenant = defaultTenant
    this.#otherTenants = otherTenants
    this.#events = events
  }

  /** Records whose fate is decided and, if new, on disk. */
  get recorded(): number {
    return this.#recorded
  }

  get indexed(): boolean {
    return this.#indexed && this.#ports.indexer !== null
  }

  tenants(): readonly string[] {
    return this.#plan.tenants()
  }

  /** Sends a batch on its way; waits while too many are under way. */
  async dispatch(chunks: readonly Chunk[], how: Dispatched = {}): Promise<void> {
    if (chunks.length === 0) return
    while (this.#running.size >= IN_FLIGHT) await Promise.race(this.#running)
    this.#throwFailure()
    const running = this.#run(this.#ports.crew.nextBatch(), chunks, how).catch((error: unknown) => {
      this.#failure ??= { error }
      this.#events?.failed(error)
    })
    const tracked: Promise<void> = running.finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
    // Until the folder has a tenant, the first batch decides to whom nameless records belong.
    if (this.#defaultTenant === null && how.tenant === undefined)
      await this.#steps.settled('decided')
  }

  /** Waits for everything, seals what is open, and writes the ledger's last rows. */
  async finish(): Promise<void> {
    await Promise.all(this.#running)
    this.#throwFailure()
    await this.#account([])
    if (this.#indexed) await this.#ports.indexer?.flush()
    for (const writer of await this.#ports.archives.writers()) await writer.seal('records')
  }

  /** Containers that end without a further record. */
  async end(ends: readonly ContainerEnd[]): Promise<void> {
    for (const end of ends) this.#ledger.end(end)
    await this.#steps.settled('archived')
    await this.#steps.after('accounted', () => this.#account([]))
  }

  /** Waits for everything that is under way; goes on afterwards. */
  async drained(): Promise<void> {
    await Promise.all(this.#running)
    this.#throwFailure()
  }

  /** Has the indexer take batches again: it has caught up. */
  resumeIndexing(): void {
    this.#indexed = true
  }

  /** After a failure: lets what is under way come to its end, so that nothing writes after the caller has gone on. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#running)
  }

  // Only the entry itself: a later batch may be waiting to remember another one under the same key.
  #forget(entry: KeyEntry): void {
    const rest = (this.#pending.get(entry.key) ?? []).filter((other) => other !== entry)
    if (rest.length === 0) this.#pending.delete(entry.key)
    else this.#pending.set(entry.key, rest)
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  async #run(
    number: number,
    chunks: readonly Chunk[],
    { ends = [], tenant }: Dispatched,
  ): Promise<void> {
    const { crew, clock } = this.#ports
    const posted = postChunks(chunks, this.#ledger, this.#contexts)
    // Not before: a container may end once all of its records are known to be on their way.
    for (const end of ends) this.#ledger.end(end)
    const receivedAt = clock.now().toISOString()
    const preparing = crew.ask(
      number,
      'prepare',
      {
        batch: number,
        chunks: posted,
        defaultTenant: tenant ?? this.#defaultTenant,
        otherTenants: this.#otherTenants,
        receivedAt,
        tally: this.#events !== null,
      },
      buffersOf(posted),
    )

    const deciding = this.#steps.after('decided', async () => {
      this.#throwFailure()
      return this.#decide(number, await preparing)
    })
    const batch = await deciding
    const packing = crew.ask(number, 'pack', {
      batch: number,
      receivedAt,
      groups: batch.groups.map(packGroup),
    })
    const archiving = this.#steps.after('archived', async () => {
      const packed = await packing
      this.#throwFailure()
      await this.#archive(batch, packed)
      release(packed.groups.flat().map(({ bytes }) => bytes))
      return packed
    })
    const packed = await archiving
    // Beside the next batch's way to the disk: the ledger waits for disks of its own.
    const accounting = this.#steps.after('accounted', () => this.#account([batch]))
    accounting.catch(() => undefined)
    try {
      const taken = await this.#steps.after('indexed', () => this.#index(number, batch, packed))
      await taken?.done
      this.#events?.indexed(this.#indexed ? null : new Error('the index lags behind'))
    } catch (error) {
      if (this.#events === null) throw error
      // What is recorded is recorded: the index catches up by itself.
      this.#indexed = false
      this.#events.indexed(error)
    }
    await crew.ask(number, 'drop', { batch: number })
    await accounting
  }

  async #decide(number: number, read: Prepared): Promise<DecidedBatch> {
    const { keys, crew } = this.#ports
    this.#defaultTenant ??= onlyNamed(read.tenants)
    const prepared = filedElsewhere(read, keys, this.#pending)
    const decisions = await decide(prepared, keys, this.#pending, async (pairs) => {
      // Those of earlier batches are on their way to the archive.
      await this.#steps.settled('archived')
      const places = await candidatePlaces(this.#ports.archives, prepared, pairs)
      return crew.ask(number, 'compare', {
        batch: number,
        pairs: pairs.map(({ index, candidate }, at) => ({
          index,
          place: places[at] ?? null,
          earlier: candidate.index,
        })),
        contexts: this.#contexts,
      })
    })
    const { groups, sequences } = await this.#plan.assign(prepared, decisions)
    const entries = entriesOf(prepared, decisions, sequences)
    for (const { entry } of entries) {
      const known = this.#pending.get(entry.key)
      if (known === undefined) this.#pending.set(entry.key, [entry])
      else known.push(entry)
    }
    return { prepared, decisions, groups, sequences, entries }
  }

  async #archive(batch: DecidedBatch, packed: Packed): Promise<void> {
    const { archives, journal, keys } = this.#ports
    this.#ports.catalog.startContainers(this.#ledger.newStarts())
    const byTenant = new Map<string, { group: PlannedGroup; frames: readonly Frame[] }[]>()
    for (const [at, group] of batch.groups.entries()) {
      const list = byTenant.get(group.tenant) ?? []
      list.push({ group, frames: packed.groups[at] ?? [] })
      byTenant.set(group.tenant, list)
    }
    for (const [tenant, groups] of byTenant) {
      const writer = await archives.writer(tenant)
      this.#ports.catalog.addTenant(tenant, this.#ports.clock.now().toISOString())
      await journal.record(
        tenant,
        this.#ledger.beginIn(tenant, containersOf(batch.prepared, groups)),
      )
      for (const { group, frames } of groups) {
        await writer.append({
          stream: 'records',
          class: 'default',
          quarter: group.period,
          first: group.firstSequence,
          frames,
        })
      }
      await writer.sealIfDue(this.#ports.clock.now())
    }
    for (const tenant of new Set(batch.entries.map((entry) => entry.tenant))) {
      const entries = batch.entries
        .filter((entry) => entry.tenant === tenant)
        .map(({ entry }) => entry)
      const writer = await archives.writer(tenant)
      keys.remember(tenant, entries, writer.nextSequence('records'))
    }
    for (const { entry } of batch.entries) this.#forget(entry)
    this.#recorded += batch.prepared.count
    this.#tell(batch, packed)
  }

  #tell(batch: DecidedBatch, packed: Packed): void {
    if (this.#events === null) return
    for (const tenant of new Set(batch.groups.map((group) => group.tenant))) {
      const of = batch.groups.flatMap((group, at) =>
        group.tenant === tenant ? [{ group, at }] : [],
      )
      const first = Math.min(...of.map(({ group }) => group.firstSequence))
      const until = Math.max(...of.map(({ group }) => group.firstSequence + group.indexes.length))
      const tallies = of.flatMap(({ at }) => packed.tallies[at] ?? [])
      this.#events.tallied(tenant, first, until, tallies)
    }
  }

  async #account(batches: readonly DecidedBatch[]): Promise<void> {
    const { catalog, journal, clock } = this.#ports
    const seen = batches.flatMap((batch) => settleBatch(batch, this.#ledger))
    const ends = this.#ledger.newEnds()
    const acts = new Map<string, Parameters<typeof journal.record>[1][number][]>()
    for (const { tenant, act } of ends.flatMap((end) => end.acts)) {
      const list = acts.get(tenant)
      if (list === undefined) acts.set(tenant, [act])
      else list.push(act)
    }
    for (const [tenant, list] of acts) await journal.record(tenant, list)
    const starts = this.#ledger.newStarts()
    catalog.settle({ starts, seen, ends: ends.map(({ row }) => row) }, clock.now().toISOString())
    if (this.#events === null) return
    this.#events.ended(ends)
    this.#ledger.forgetEnded()
  }

  async #index(number: number, batch: DecidedBatch, packed: Packed): Promise<TakenBatch | null> {
    const { indexer, crew } = this.#ports
    if (indexer === null || !this.#indexed) return null
    const tenants = indexableTenants(batch.groups, packed)
    if (tenants.length === 0) return null
    const taken = await indexer.take(
      { batch: number, worker: number, tenants },
      crew,
      this.#contexts,
    )
    this.#indexed = taken !== null
    return taken
  }
}

import type { Act } from '../activity/journal.ts'
import type { ContainerEnd as LedgerEnd, ContainerStart, Counts } from '../catalog/catalog.ts'
import type { Clock } from '../platform/clock.ts'
import type { Container, ContainerEnd } from '../sources/source.ts'
import { containerId } from './archived-record.ts'

interface Entry {
  readonly id: string
  readonly container: Container
  readonly startedAt: string
  /** Tenants whose archive knows that this container was begun. */
  readonly begunIn: Set<string>
  readonly counts: { -readonly [name in keyof Counts]: number }
  readonly dropped: Map<string, number>
  end: ContainerEnd | null
  /** Records whose fate is still open. */
  pending: number
  finished: boolean
}

const COUNTED: readonly (keyof Counts)[] = [
  'read',
  'added',
  'repeated',
  'versions',
  'notAi',
  'unmapped',
]

/** The account of an import: every file (or member of one), what came out of it and what became of that. */
export class ContainerLedger {
  readonly #entries = new Map<string, Entry>()
  readonly #byRun = new Map<string, Entry>()
  #fresh: Entry[] = []
  readonly #actor: string
  readonly #clock: Clock
  readonly #newId: () => string

  constructor(actor: string, clock: Clock, newId: () => string) {
    this.#actor = actor
    this.#clock = clock
    this.#newId = newId
  }

  get size(): number {
    return this.#entries.size
  }

  begin(container: Container): void {
    const entry: Entry = {
      id: containerId(this.#newId(), container.context.custodian),
      container,
      startedAt: this.#clock.now().toISOString(),
      begunIn: new Set(),
      counts: { read: 0, added: 0, repeated: 0, versions: 0, notAi: 0, unmapped: 0 },
      dropped: new Map(),
      end: null,
      pending: 0,
      finished: false,
    }
    this.#entries.set(entry.id, entry)
    this.#byRun.set(container.id, entry)
    this.#fresh.push(entry)
  }

  end(end: ContainerEnd): void {
    const entry = this.#byRun.get(end.container.id)
    if (entry !== undefined) entry.end = end
  }

  /** Daybook's id of a source's container; `records` of it are on their way. */
  take(container: Container, records: number): string {
    const entry = this.#byRun.get(container.id)
    if (entry === undefined) throw new Error(`container ${container.id} was not begun`)
    entry.pending += records
    return entry.id
  }

  count(id: string, change: Partial<Counts>, settled: number): void {
    const entry = this.#entry(id)
    for (const name of COUNTED) entry.counts[name] += change[name] ?? 0
    entry.pending -= settled
  }

  drop(id: string, kind: string, count: number): void {
    const { dropped } = this.#entry(id)
    dropped.set(kind, (dropped.get(kind) ?? 0) + count)
  }

  /** What the tenant's archive must hold before the first record of these containers: name, shape, header. */
  beginIn(tenant: string, ids: Iterable<string>): Act[] {
    const acts: Act[] = []
    for (const id of ids) {
      const entry = this.#entry(id)
      if (entry.begunIn.has(tenant)) continue
      entry.begunIn.add(tenant)
      const { name, shape, encoding, header, context } = entry.container
      acts.push({
        kind: 'container.begun',
        actor: this.#actor,
        body: {
          id,
          name,
          shape,
          encoding,
          ...(header === null ? {} : { header }),
          ...(context.delimiter === undefined ? {} : { delimiter: context.delimiter }),
        },
      })
    }
    return acts
  }

  /** Rows for containers that the catalog does not know yet. */
  newStarts(): ContainerStart[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh.map((entry) => {
      const { name, shape, encoding, header } = entry.container
      return {
        id: entry.id,
        name,
        shape,
        encoding,
        header,
        actor: this.#actor,
        startedAt: entry.startedAt,
        unit: entry.container.origin?.unit ?? null,
      }
    })
  }

  /** Containers that were read to their end and whose every record has found its fate since the last call. */
  newEnds(): {
    readonly container: Container
    readonly row: LedgerEnd
    readonly acts: readonly { readonly tenant: string; readonly act: Act }[]
  }[] {
    const ended: ReturnType<ContainerLedger['newEnds']> = []
    for (const entry of this.#entries.values()) {
      const { end } = entry
      if (entry.finished || end === null || entry.pending > 0) continue
      entry.finished = true
      const [tenant = null] = entry.begunIn
      const body = {
        id: entry.id,
        bytes: end.file.size,
        sha256: end.file.sha256,
        unpackedBytes: end.unpacked.size,
        unpackedSha256: end.unpacked.sha256,
        counts: { ...entry.counts },
      }
      ended.push({
        container: entry.container,
        row: {
          id: entry.id,
          tenant,
          endedAt: this.#clock.now().toISOString(),
          bytes: end.file.size,
          sha256: end.file.sha256,
          counts: { ...entry.counts },
          dropped: entry.dropped,
        },
        acts: [...entry.begunIn].map((of) => ({
          tenant: of,
          act: { kind: 'container.ended', actor: this.#actor, body },
        })),
      })
    }
    return ended
  }

  /** Forgets containers that have ended: a ledger that lives as long as the process must not grow. */
  forgetEnded(): void {
    for (const [id, { finished, container }] of this.#entries) {
      if (!finished) continue
      this.#entries.delete(id)
      this.#byRun.delete(container.id)
    }
  }

  totals(): Counts {
    const sum = { read: 0, added: 0, repeated: 0, versions: 0, notAi: 0, unmapped: 0 }
    for (const { counts } of this.#entries.values()) {
      for (const name of COUNTED) sum[name] += counts[name]
    }
    return sum
  }

  droppedKinds(): Map<string, number> {
    const kinds = new Map<string, number>()
    for (const { dropped } of this.#entries.values()) {
      for (const [kind, count] of dropped) kinds.set(kind, (kinds.get(kind) ?? 0) + count)
    }
    return kinds
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new Error(`container ${id} is not in the ledger`)
    return entry
  }
}

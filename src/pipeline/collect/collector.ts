import type { DatabaseSync } from 'node:sqlite'
import type { Journal } from '../../activity/journal.ts'
import type { TenantArchives } from '../../archive/tenant-archives.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { feedBook } from '../../catalog/collect/feeds.ts'
import { collectMeasures } from '../../catalog/collect/measures.ts'
import { collectReader } from '../../catalog/collect/reader.ts'
import { unitQueue } from '../../catalog/collect/units.ts'
import type { RepeatKeys } from '../../catalog/repeat-keys.ts'
import type { Clock } from '../../platform/clock.ts'
import { CodedError } from '../../platform/errors.ts'
import type { ScopeUsage } from '../../platform/http/cloud-client.ts'
import type { Feed, Notice } from '../../sources/feed.ts'
import type { Crew } from '../crew.ts'
import type { Contexts } from '../protocol.ts'
import { takeReference } from '../reference-import.ts'
import { feedDesk, type DeskPorts } from './desk.ts'
import { codeOf, sentenceOf } from './failures.ts'
import type { Tell } from './events.ts'
import { IndexKeeper, type OpenIndex } from './index-keeper.ts'
import { KnownPeople } from './people.ts'
import { Recorder } from './recorder.ts'
import { Tallies } from './tallies.ts'
import { TenantCollector, type TenantPorts } from './tenant-collector.ts'

/** A tenant to collect from. */
export interface TenantSource {
  readonly tenantId: string
  readonly feeds: readonly Feed[]
  readonly usage: () => readonly ScopeUsage[]
}

export interface CollectorPorts {
  readonly archives: TenantArchives
  readonly catalog: Catalog
  readonly keys: RepeatKeys
  readonly journal: Journal
  readonly crew: () => Crew
  readonly clock: Clock
  readonly contexts: () => Contexts
  readonly index: OpenIndex | null
  readonly openIndex: (() => Promise<OpenIndex>) | null
  /** Brings keys, and the index if it is asked for and open, up to the archive. */
  readonly catchUp: (what: { readonly index: boolean }) => Promise<unknown>
  readonly onFault: (error: unknown) => void
  /** Told what is done, as it is done. */
  readonly tell: Tell
}

interface Finding extends Notice {
  readonly tenant: string
  readonly feed: string
}

export interface CollectorSettings {
  readonly everyMs: number
  readonly lookBackMs: number
}

/** Where the collector's own notices stand, beside those of the feeds. */
const OWN = 'collector'
const ACTOR = 'daybook:collect'
const FLUSH_MS = 500
const SEAL_MS = 10_000
/** After the request to stop, what is begun has this long to end. */
const GRACE_MS = 30_000

/** Collects from tenants into one data folder, as long as it is told to. */
export class Collector {
  readonly #ports: CollectorPorts
  readonly #sources: readonly TenantSource[]
  readonly #tenants: readonly { readonly ports: TenantPorts; readonly collector: TenantCollector }[]
  readonly #recorder: Recorder
  readonly #keeper: IndexKeeper
  readonly #tallies: Tallies
  #timers: NodeJS.Timeout[] = []
  #isRunning = false
  #running: Promise<void> = Promise.resolve()
  readonly #closing = new AbortController()

  constructor(
    sources: readonly TenantSource[],
    settings: CollectorSettings,
    ports: CollectorPorts,
  ) {
    this.#ports = ports
    this.#sources = sources
    const { archives, catalog, keys, journal, clock, crew, contexts } = ports
    const measures = collectMeasures(catalog.database)
    this.#tallies = new Tallies({ archives, measures, crew, contexts, clock })
    this.#recorder = new Recorder({
      archives,
      catalog,
      keys,
      journal,
      crew: crew(),
      clock,
      contexts,
      actor: ACTOR,
      indexer: () => this.#keeper.indexer,
      tallies: this.#tallies,
      mend: () => this.#mend(),
      onIndexed: (failure) => this.#keeper.indexed(failure),
      onTrouble: (error) => this.#note('RECORDING_FAILED', error),
    })
    this.#keeper = new IndexKeeper(
      {
        open: ports.openIndex,
        catchUp: () => ports.catchUp({ index: true }),
        exclusive: (work) => this.#recorder.exclusive(work),
        onTrouble: (error) => this.#note('INDEX_BEHIND', error),
      },
      ports.index,
    )
    this.#tenants = sources.map((source) => this.#tenantOf(source, settings, catalog.database))
  }

  /** What is being asked of Microsoft, per tenant and budget. */
  usage(): readonly { readonly tenant: string; readonly scopes: readonly ScopeUsage[] }[] {
    return this.#sources.map(({ tenantId, usage }) => ({ tenant: tenantId, scopes: usage() }))
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  get indexFollows(): boolean {
    return this.#keeper.follows
  }

  /** What each feed finds wrong with its access: `doctor` shows it. A feed that cannot even ask is a finding. */
  async check(signal: AbortSignal): Promise<readonly Finding[]> {
    const findings: Finding[] = []
    for (const [at, { tenantId, feeds }] of this.#sources.entries()) {
      const ports = this.#tenants[at]?.ports
      if (ports === undefined) continue
      for (const feed of feeds) {
        const about = { tenant: tenantId, feed: feed.name }
        try {
          const notices = await feed.check(feedDesk(feed.name, ports), signal)
          findings.push(...notices.map((notice) => ({ ...about, ...notice })))
        } catch (error) {
          signal.throwIfAborted()
          const said = { code: codeOf(error), subject: feed.name, message: sentenceOf(error) }
          findings.push({ ...about, ...said })
        }
      }
    }
    return findings
  }

  /** Does something that writes the same archives or the index, while nothing is recorded. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#recorder.exclusive(async () => {
      const result = await work()
      await this.#tallies.catchUp(new AbortController().signal)
      return result
    })
  }

  /** Collects until `stop`, or (`once`) until everything that there is now was fetched, recorded and indexed. */
  async run(once: boolean, stop: AbortSignal): Promise<void> {
    if (this.#isRunning) throw new CodedError('ALREADY_COLLECTING', 'This process collects already')
    const running = this.#run(once, AbortSignal.any([stop, this.#closing.signal]))
    this.#running = running.catch(() => undefined)
    await running
  }

  async #run(once: boolean, stop: AbortSignal): Promise<void> {
    this.#isRunning = true
    const abort = new AbortController()
    const onStop = () => {
      setTimeout(() => abort.abort(stop.reason), GRACE_MS).unref()
    }
    stop.addEventListener('abort', onStop)
    try {
      this.#keeper.start()
      const feeds = this.#sources.reduce((sum, source) => sum + source.feeds.length, 0)
      const counts = { tenants: this.#sources.length, feeds }
      this.#ports.tell({ level: 'info', event: 'started', counts })
      await this.#tallies.catchUp(stop)
      this.#timers = [
        setInterval(() => this.#flush(), FLUSH_MS),
        setInterval(() => void this.#seal(), SEAL_MS),
      ]
      await Promise.all(
        this.#tenants.map(({ collector }) => collector.run(once, stop, abort.signal)),
      )
    } finally {
      stop.removeEventListener('abort', onStop)
      for (const timer of this.#timers) clearInterval(timer)
      this.#isRunning = false
      this.#ports.tell({ level: 'info', event: 'stopped' })
    }
  }

  /** Records and indexes what it has, and seals. */
  async close(): Promise<void> {
    this.#closing.abort(new CodedError('INTERRUPTED', 'The data folder is being closed'))
    await this.#running
    await this.#recorder.close()
    await this.#keeper.close()
    try {
      for (const writer of await this.#ports.archives.writers()) await writer.seal()
    } catch (error) {
      this.#ports.onFault(error)
    }
  }

  #tenantOf(source: TenantSource, settings: CollectorSettings, database: DatabaseSync) {
    const { tenantId, feeds } = source
    const { archives, catalog, journal, clock, onFault, tell } = this.#ports
    const people = new KnownPeople(catalog, tenantId)
    const desk: DeskPorts = {
      tenantId,
      clock,
      lookBackMs: settings.lookBackMs,
      book: feedBook(database, tenantId),
      queue: unitQueue(database, tenantId),
      measures: collectMeasures(database),
      database,
      recorder: this.#recorder,
      counted: () => this.#flush(),
      people: () => people.all(),
      tell,
      takeReference: async (reference) => {
        await takeReference({ archives, catalog, journal, clock }, reference, tenantId, ACTOR)
        people.changed()
      },
    }
    const ports: TenantPorts = {
      ...desk,
      database,
      archives,
      reader: collectReader(database, tenantId),
      everyMs: settings.everyMs,
      onFault,
    }
    return { ports, collector: new TenantCollector(feeds, ports) }
  }

  /** After a failed write: the archives are opened anew, which finds out what the disk holds; then the keys follow. */
  async #mend(): Promise<void> {
    const { archives, catchUp } = this.#ports
    await archives.close()
    for (const tenant of archives.tenants()) await archives.writer(tenant)
    await catchUp({ index: false })
    await this.#tallies.catchUp(new AbortController().signal)
  }

  #flush(): void {
    try {
      this.#tallies.flush()
    } catch (error) {
      // Counted again from the archive at the next start.
      this.#tallies.forget()
      this.#ports.onFault(error)
    }
  }

  async #seal(): Promise<void> {
    const { archives, clock, onFault } = this.#ports
    try {
      for (const writer of await archives.writers()) await writer.sealIfDue(clock.now())
    } catch (error) {
      onFault(error)
    }
  }

  #note(code: string, error: unknown): void {
    const { clock, onFault, tell } = this.#ports
    const now = clock.now().toISOString()
    if (error !== null && codeOf(error) === 'FAULT') onFault(error)
    if (error === null) tell({ level: 'info', event: 'recovered', code })
    else tell({ level: 'error', event: 'trouble', code })
    for (const { ports } of this.#tenants) {
      try {
        if (error === null) ports.book.clearNotice(OWN, code, '', now)
        else ports.book.notice(OWN, { code, subject: '', message: sentenceOf(error) }, now)
      } catch {
        // The catalog lies on the same disk: it can tell when there is room again.
      }
    }
  }
}

import { closeSync, openSync, readFileSync } from 'node:fs'
import { availableParallelism, devNull, userInfo } from 'node:os'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { inspect } from 'node:util'
import { openJournal } from './activity/journal.ts'
import { createApi } from './api/api.ts'
import type { AppContext } from './api/context.ts'
import { archiveFolder, openTenantArchives } from './archive/tenant-archives.ts'
import { openCatalog } from './catalog/catalog.ts'
import { acquireWriterLock } from './catalog/lock.ts'
import { openRepeatKeys } from './catalog/repeat-keys.ts'
import type { ReadContext } from './interactions/record.ts'
import { recoverAttestations } from './pipeline/attestation-recovery.ts'
import { catchUp } from './pipeline/catch-up.ts'
import type { Collector, CollectorSettings, TenantSource } from './pipeline/collect/collector.ts'
import type { Tell } from './pipeline/collect/events.ts'
import type { OpenIndex } from './pipeline/collect/index-keeper.ts'
import { clusterOf } from './pipeline/cluster.ts'
import { collectMeasures } from './catalog/collect/measures.ts'
import { clockWarning } from './platform/clock-warning.ts'
import { makeDataFolder } from './platform/data-folder.ts'
import { engineConfig } from './query/engine-config.ts'
import { Tallies } from './pipeline/collect/tallies.ts'
import { coverageInputs } from './pipeline/coverage-inputs.ts'
import { recoverContainers } from './pipeline/container-recovery.ts'
import { startCrew, type Crew } from './pipeline/crew.ts'
import { openIndexer } from './pipeline/indexer.ts'
import { itemsProgram } from './pipeline/items-program.ts'
import { recoverReference } from './pipeline/reference-recovery.ts'
import { systemClock, type Clock } from './platform/clock.ts'
import { CodedError } from './platform/errors.ts'
import { packageVersion } from './platform/package-version.ts'
import { openEngine } from './query/engine.ts'
import { openIndex } from './query/index-store.ts'
import { containerContext } from './sources/export-files/container-context.ts'

export interface AppOptions {
  readonly dataDir: string
  /** What the lock says of this process, in a word or two. */
  readonly purpose: string
  /** Whether the search index is needed; opening it costs a second. `if-possible`: what can do without goes on without. */
  readonly index: boolean | 'if-possible'
  /** What to collect from, and how; the application then has a collector. */
  readonly collect?: {
    readonly settings: CollectorSettings
    /** Builds the feeds of every tenant. */
    readonly sources: () => Promise<readonly TenantSource[]>
    /** Told what the collector does, as it does it. */
    readonly tell?: Tell
  }
  readonly signal: AbortSignal
  readonly environment: NodeJS.ProcessEnv
  readonly clock?: Clock
  /** Told in a sentence what is odd but stops nothing. */
  readonly warn?: (sentence: string) => void
}

/** The running application: one HTTP interface, in this process. */
export interface App {
  readonly fetch: (request: Request) => Promise<Response>
  close(): Promise<void>
}

// Loaded when first needed: most commands do without.
const later = {
  import: () => import('./pipeline/import.ts'),
  stored: () => import('./pipeline/stored-records.ts'),
  collector: () => import('./pipeline/collect/collector.ts'),
}

/**
 * Builds everything from the configuration and opens the data folder, for this process alone. What a crash left is
 * recovered and what is derived catches up before this returns.
 */
export async function openApp(options: AppOptions): Promise<App> {
  const {
    dataDir,
    purpose,
    signal,
    environment,
    clock = systemClock,
    warn = () => undefined,
  } = options
  makeDataFolder(dataDir, archiveFolder(dataDir))
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const closer of closers.toReversed()) await closer()
    closers.length = 0
  }
  try {
    const lock = acquireWriterLock(dataDir, purpose, clock.now())
    closers.push(() => lock.release())
    const catalog = openCatalog(join(dataDir, 'catalog.db'))
    closers.push(() => catalog.close())
    const software = `daybook/${packageVersion()}`
    const archives = openTenantArchives({ dataDir, epoch: () => lock.epoch, software, clock })
    closers.push(() => archives.close())
    // Opening the writers is what mends a torn end: nothing reads before it.
    for (const tenant of archives.tenants()) {
      const last = await archives.lastEntry(tenant)
      lock.advance(last?.epoch ?? 0)
      const warning = last === null ? null : clockWarning(last.at, clock.now())
      if (warning !== null) warn(warning)
      const writer = await archives.writer(tenant)
      await writer.sealIfDue(clock.now())
      catalog.addTenant(tenant, clock.now().toISOString())
    }
    // Before the containers are recovered: by those it is seen that the catalog is not new.
    await recoverAttestations(catalog, archives)
    await recoverReference(catalog, archives)
    await recoverContainers(catalog, archives)
    const keys = openRepeatKeys(join(dataDir, 'keys.db'))
    closers.push(() => keys.close())
    const journal = openJournal(archives, clock)
    if (options.index) emptyStandardInput()
    let opened: OpenIndex | null = null
    closers.push(() => opened?.store.close())
    const openTheIndex = async (): Promise<OpenIndex> => {
      if (opened !== null) return opened
      const store = await openIndex(await openEngine(engineConfig(dataDir, environment)))
      opened = { store, indexer: openIndexer(store, archives) }
      return opened
    }
    if (options.index) await openTheIndex().catch(unlessOptional(options.index, warn))

    let crew: Crew | null = null
    closers.push(() => crew?.close())
    const theCrew = () => (crew ??= startCrew(Math.max(2, Math.min(8, availableParallelism()))))
    const contexts = () =>
      Object.fromEntries(
        catalog
          .headers()
          .map(({ id, shape, header }): [string, ReadContext] => [
            id,
            containerContext(shape, header),
          ]),
      )

    const contextsOf = (containers: ReadonlySet<string>) =>
      Object.fromEntries(
        [...containers].flatMap((id): [string, ReadContext][] => {
          const container = catalog.container(id)
          if (container === null || container.header === null) return []
          return [[id, containerContext(container.shape, container.header)]]
        }),
      )

    const bringUp: AppContext['catchUp'] = async ({ fromScratch }, onProgress) => {
      if (fromScratch && opened !== null) {
        await opened.indexer.restore()
        await opened.indexer.flush()
        await opened.store.drop()
      }
      return catchUp(
        { archives, keys, index: opened, contexts, crew: theCrew },
        { signal, onProgress },
      )
    }
    const measures = collectMeasures(catalog.database)
    const tallies = new Tallies({ archives, measures, crew: theCrew, contexts, clock })
    let collector: Collector | null = null
    /** Nothing else may write beside an import or a rebuild. */
    const alone = <T>(work: () => Promise<T>): Promise<T> =>
      collector === null ? work() : collector.alone(work)

    const context: AppContext = {
      dataDir,
      clock,
      signal,
      actor: `local:${userName()}`,
      catalog,
      archives,
      journal,
      get index() {
        return opened?.store ?? null
      },
      get collector() {
        return collector
      },
      async importFiles({ paths, tenant, gone }, onProgress) {
        const started = performance.now()
        const { importFiles } = await later.import()
        const result = await alone(() =>
          importFiles(
            {
              archives,
              catalog,
              keys,
              journal,
              indexer: opened?.indexer ?? null,
              crew: theCrew(),
              clock,
              contexts: contexts(),
            },
            {
              paths,
              tenant,
              actor: context.actor,
              signal: AbortSignal.any([signal, gone]),
              onProgress,
            },
          ),
        )
        await opened?.store.settle()
        return { ...result, seconds: (performance.now() - started) / 1_000 }
      },
      catchUp: (what, onProgress) => alone(() => bringUp(what, onProgress)),
      async coverageInputs(asked) {
        // A collector counts as it goes; without one, what was imported since the last time is counted now.
        if (collector === null) await tallies.catchUp(signal)
        return coverageInputs(catalog, asked, clock.now())
      },
      publicKey: (tenant) =>
        readFileSync(join(archiveFolder(dataDir), tenant, 'log', 'vkey'), 'utf8'),
      clusterOf: (tenant, own) =>
        clusterOf(tenant, own, {
          lookupLinks: async (links) => (await opened?.store.lookupLinks(links)) ?? [],
          read: async (sequences) =>
            (await context.readRecords(tenant, sequences)).map(({ part }) => part),
        }),
      async readRecords(tenant, sequences) {
        const { readStored } = await later.stored()
        return readStored(archives, tenant, sequences, contextsOf)
      },
      itemsProgram: itemsProgram(contexts),
    }
    await bringUp({ fromScratch: false }, () => undefined)
    if (options.collect !== undefined) {
      const { settings, sources, tell = () => undefined } = options.collect
      const { Collector } = await later.collector()
      collector = new Collector(await sources(), settings, {
        archives,
        catalog,
        keys,
        journal,
        crew: theCrew,
        clock,
        contexts,
        tell,
        index: opened,
        openIndex: options.index === false ? null : openTheIndex,
        catchUp: ({ index }) =>
          catchUp({ archives, keys, index: index ? opened : null, contexts, crew: theCrew }),
        onFault: (error) => {
          if (environment['DAYBOOK_DEBUG']) process.stderr.write(`${inspect(error)}\n`)
        },
      })
      closers.push(() => collector?.close())
    }
    const api = createApi(context)
    // What lives on must not load the rest later, when a newer version may lie in the same place.
    if (collector !== null) await Promise.all([api.loadAll(), later.import(), later.stored()])
    return { fetch: (request) => api.fetch(request), close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * The engine in-process takes what waits on standard input for rows of the next insert (as clickhouse-local does): of
 * `daybook import` in a `while read` loop, for instance. So nothing may wait there.
 */
function emptyStandardInput(): void {
  if (isatty(0)) return
  try {
    closeSync(0)
  } catch {
    // It was closed already.
  }
  // The lowest free descriptor is the one just closed.
  openSync(devNull, 'r')
}

function unlessOptional(wanted: AppOptions['index'], warn: (sentence: string) => void) {
  return (error: unknown): void => {
    if (wanted === true || !(error instanceof CodedError)) throw error
    warn(`${error.message}; what is recorded is searchable once the index can be opened`)
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? 'unknown')
  }
}

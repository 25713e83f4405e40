import { randomUUID } from 'node:crypto'
import type { Journal } from '../activity/journal.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { RepeatKeys } from '../catalog/repeat-keys.ts'
import { CodedError } from '../platform/errors.ts'
import type { Clock } from '../platform/clock.ts'
import { readExportFiles, sizeOfExportFiles } from '../sources/export-files/source.ts'
import type { Chunk, ContainerEnd, SourceError } from '../sources/source.ts'
import { ContainerLedger } from './container-ledger.ts'
import type { Crew } from './crew.ts'
import { ImportBatches } from './import-batches.ts'
import type { Indexer } from './indexer.ts'
import type { Contexts } from './protocol.ts'
import { HeldReferences, type TakenReference } from './reference-import.ts'
import { defaultTenant } from './tenants.ts'

export interface ImportPorts {
  readonly archives: TenantArchives
  readonly catalog: Catalog
  readonly keys: RepeatKeys
  readonly journal: Journal
  /** null: the index is not available; it catches up later. */
  readonly indexer: Indexer | null
  readonly crew: Crew
  readonly clock: Clock
  readonly contexts: Contexts
}

export interface ImportOptions {
  readonly paths: readonly string[]
  /** For records that name no tenant. */
  readonly tenant: string | null
  readonly actor: string
  readonly signal: AbortSignal
  readonly onProgress?: (progress: ImportProgress) => void
}

interface ImportProgress {
  readonly bytes: number
  readonly totalBytes: number
  readonly records: number
}

interface ImportError {
  readonly file: string
  readonly offset: number | null
  readonly code: string
  readonly message: string
}

/** `read = added + repeated + notAi`; `versions` and `unmapped` are parts of `added`. */
export interface ImportResult {
  readonly read: number
  readonly added: number
  readonly repeated: number
  readonly versions: number
  readonly notAi: number
  readonly unmapped: number
  readonly containers: number
  /** Files of reference data (usage reports, agent packages, directory): not records, not in any other count. */
  readonly reference: readonly TakenReference[]
  readonly tenants: readonly string[]
  readonly dropped: Readonly<Record<string, number>>
  readonly errors: readonly ImportError[]
  readonly interrupted: boolean
  /** False: the records are archived but not all searchable yet; the next command catches up. */
  readonly indexed: boolean
}

// Large enough that the steps between the threads cost little, small enough for memory: several are under way at once.
const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_RECORDS = 2_048

/**
 * Takes in exports: reads, splits, drops what is not about AI, archives what is new (fsynced), then indexes it.
 * Every error of a file is a row of the result; only a fault of this machine rejects.
 */
export async function importFiles(
  ports: ImportPorts,
  options: ImportOptions,
): Promise<ImportResult> {
  const { paths, tenant, actor, signal, onProgress } = options
  const totalBytes = await sizeOfExportFiles(paths)
  const ledger = new ContainerLedger(actor, ports.clock, randomUUID)
  const batches = new ImportBatches(
    ports,
    ledger,
    tenant ?? defaultTenant(ports.archives.tenants()),
    await largest(ports.archives),
  )
  const errors: ImportError[] = []
  let bytes = 0
  let chunks: Chunk[] = []
  const ends: ContainerEnd[] = []
  let size = 0
  let records = 0
  const references = new HeldReferences(ports, tenant, actor)

  const progress = () => onProgress?.({ bytes, totalBytes, records: batches.recorded })
  const dispatch = async () => {
    const batch = chunks
    chunks = []
    size = 0
    records = 0
    await batches.dispatch(batch)
    // Only now is every record of theirs on its way, and counted as such.
    for (const end of ends.splice(0)) ledger.end(end)
    progress()
  }

  try {
    for await (const event of readExportFiles(
      paths,
      { onBytes: (read) => (bytes += read) },
      undefined,
    )) {
      if (signal.aborted) break
      switch (event.type) {
        case 'container':
          ledger.begin(event.container)
          break
        case 'chunk': {
          chunks.push(event.chunk)
          size += event.chunk.bytes.length
          records += event.chunk.ranges.length / 2
          if (size >= BATCH_BYTES || records >= BATCH_RECORDS) await dispatch()
          break
        }
        case 'error':
          errors.push(errorOf(event))
          break
        case 'end':
          ends.push(event)
          break
        case 'reference':
          await references.hold(event)
          break
      }
    }
    await dispatch()
    await batches.finish()
    // Last: the records have then said whose folder this is.
    if (!signal.aborted) await references.take()
  } catch (error) {
    await batches.abandon()
    throw error
  }
  const interrupted = signal.aborted
  if (interrupted && !(signal.reason instanceof CodedError)) signal.throwIfAborted()
  return {
    ...ledger.totals(),
    containers: ledger.size,
    reference: references.taken,
    tenants: batches.tenants(),
    dropped: Object.fromEntries(ledger.droppedKinds()),
    errors,
    interrupted,
    indexed: batches.indexed,
  }
}

/** Tenants in whose archives a nameless record is looked for; more than a firm has. */
const OTHER_TENANTS = 16

async function largest(archives: TenantArchives): Promise<readonly string[]> {
  const tenants: { readonly tenant: string; readonly records: number }[] = []
  for (const tenant of archives.tenants()) {
    const writer = await archives.writer(tenant)
    tenants.push({ tenant, records: writer.nextSequence('records') })
  }
  return tenants
    .toSorted((a, b) => b.records - a.records)
    .slice(0, OTHER_TENANTS)
    .map(({ tenant }) => tenant)
}

function errorOf({ file, offset, code, message }: SourceError): ImportError {
  return { file, offset, code, message }
}

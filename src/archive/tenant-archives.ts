import { existsSync, readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import { loadOrCreateKey } from './keys.ts'
import { openReader } from './reader.ts'
import type { ArchiveReader, ArchiveWriter } from './types.ts'
import { openWriter } from './writer.ts'

/** The archives of a data folder, one per tenant, opened when they are needed. */
export interface TenantArchives {
  /** Tenants that have an archive, sorted. */
  tenants(): readonly string[]
  reader(tenant: string): Promise<ArchiveReader>
  /** Opens (or makes) a tenant's archive for writing; recovers what a crash left. */
  writer(tenant: string): Promise<ArchiveWriter>
  /** The writers that were opened. */
  writers(): Promise<readonly ArchiveWriter[]>
  close(): Promise<void>
}

export interface TenantArchivesOptions {
  readonly dataDir: string
  /** Of the writer lock; null: this process only reads. */
  readonly epoch: number | null
  readonly software: string
  readonly clock: Clock
}

export const archiveFolder = (dataDir: string): string => join(dataDir, 'archive')

/** Opens nothing yet. Writers need the data folder's writer lock. */
export function openTenantArchives({
  dataDir,
  epoch,
  software,
  clock,
}: TenantArchivesOptions): TenantArchives {
  const root = archiveFolder(dataDir)
  const readers = new Map<string, Promise<ArchiveReader>>()
  const writers = new Map<string, Promise<ArchiveWriter>>()

  const once = <T>(
    map: Map<string, Promise<T>>,
    tenant: string,
    open: () => Promise<T>,
  ): Promise<T> => {
    let opened = map.get(tenant)
    if (opened === undefined) {
      opened = open()
      map.set(tenant, opened)
      // A failure is told to whoever asked, and tried again the next time.
      opened.catch(() => map.delete(tenant))
    }
    return opened
  }

  return {
    tenants: () =>
      existsSync(root)
        ? readdirSync(root, { withFileTypes: true })
            .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
            .map(({ name }) => name)
            .toSorted()
        : [],
    reader: (tenant) => once(readers, tenant, () => openReader(join(root, tenant))),
    writer: (tenant) =>
      once(writers, tenant, async () => {
        if (epoch === null) throw new Error('this process was opened for reading only')
        await mkdir(join(dataDir, 'keys'), { recursive: true, mode: 0o700 })
        const key = await loadOrCreateKey(join(dataDir, 'keys', `${tenant}.key`), tenant)
        return openWriter({ directory: join(root, tenant), key, epoch, software, clock })
      }),
    writers: () => Promise.all(writers.values()),
    async close() {
      for (const writer of await Promise.allSettled(writers.values())) {
        if (writer.status === 'fulfilled') await writer.value.close({ seal: false })
      }
      writers.clear()
    },
  }
}

import { existsSync, readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import { CodedError } from '../platform/errors.ts'
import { loadOrCreateKey } from './keys.ts'
import { openReader } from './reader.ts'
import type { ArchiveReader, ArchiveWriter } from './types.ts'
import { openWriter } from './writer.ts'

interface LastEntry {
  readonly epoch: number
  /** ISO 8601 UTC. */
  readonly at: string
}

/** The archives of a data folder, one per tenant, opened when they are needed. */
export interface TenantArchives {
  /** Tenants that have an archive, sorted. */
  tenants(): readonly string[]
  reader(tenant: string): Promise<ArchiveReader>
  /** The newest writer that a tenant's log knows, and when it last wrote; null before the first. */
  lastEntry(tenant: string): Promise<LastEntry | null>
  /** Opens (or makes) a tenant's archive for writing; recovers what a crash left. */
  writer(tenant: string): Promise<ArchiveWriter>
  /** The writers that were opened. */
  writers(): Promise<readonly ArchiveWriter[]>
  close(): Promise<void>
}

export interface TenantArchivesOptions {
  readonly dataDir: string
  /** Epoch of the writer lock, asked for when a writer is opened. */
  readonly epoch: () => number
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

  return {
    tenants: () =>
      existsSync(root)
        ? readdirSync(root, { withFileTypes: true })
            .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
            .map(({ name }) => name)
            .toSorted()
        : [],
    reader: (tenant) => once(readers, tenant, () => openReader(join(root, tenant))),
    async lastEntry(tenant) {
      const reader = await openReader(join(root, tenant))
      const size = reader.checkpoint()?.size ?? 0
      let last: LastEntry | null = null
      // A segment's manifest names the writer that began it; the newest writer is that of the last start. Nearly always
      // that is the last entry itself.
      for (let back = 1; ; back *= 64) {
        let started: number | null = null
        for await (const { kind, body } of reader.entries(Math.max(0, size - back))) {
          const at = body['sealedAt'] ?? body['at']
          last = { epoch: Number(body['epoch'] ?? 0), at: typeof at === 'string' ? at : '' }
          if (kind === 'writerStart') started = last.epoch
        }
        if (last === null || started !== null) return last && { ...last, epoch: started ?? 0 }
        if (back >= size) return last
      }
    },
    writer: (tenant) =>
      once(writers, tenant, async () => {
        await mkdir(join(dataDir, 'keys'), { recursive: true, mode: 0o700 })
        requireKey(dataDir, root, tenant)
        const key = await loadOrCreateKey(join(dataDir, 'keys', `${tenant}.key`), tenant)
        return openWriter({ directory: join(root, tenant), key, epoch: epoch(), software, clock })
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

function once<T>(map: Map<string, Promise<T>>, tenant: string, open: () => Promise<T>): Promise<T> {
  let opened = map.get(tenant)
  if (opened === undefined) {
    opened = open()
    map.set(tenant, opened)
    // A failure is told to whoever asked, and tried again the next time.
    opened.catch(() => map.delete(tenant))
  }
  return opened
}

// A new key for an old log would sign a history that nobody trusts.
function requireKey(dataDir: string, root: string, tenant: string): void {
  const file = join(dataDir, 'keys', `${tenant}.key`)
  if (existsSync(file) || !existsSync(join(root, tenant, 'log', 'vkey'))) return
  throw new CodedError(
    'KEY_MISSING',
    `Cannot write to the archive of ${tenant}: its signing key ${file} is missing; restore it from a backup ("daybook verify" works without it)`,
  )
}

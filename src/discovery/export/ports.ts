import type { TenantArchives } from '../../archive/tenant-archives.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Clock } from '../../platform/clock.ts'
import type { IndexStore } from '../../query/index-store.ts'
import type { ReadRecords } from './items.ts'
import type { ItemsProgram } from './write-items.ts'
import type { ExportManifest } from './manifest.ts'

/** What an export needs of the application. */
export interface ExportPorts {
  readonly index: IndexStore
  readonly archives: TenantArchives
  readonly catalog: Pick<Catalog, 'headers'>
  readonly readRecords: ReadRecords
  readonly itemsProgram: ItemsProgram
  readonly publicKey: (tenant: string) => string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Who asks, such as `local:avery`. */
  readonly actor: string
  /** `daybook/<version>` */
  readonly software: string
  /** Where the secret of the pseudonyms lies. */
  readonly pseudonymFile: string
  /** 32 hex digits. */
  readonly newId: () => string
  /** Records that the export was asked for; resolves before anything of it is read. */
  readonly announce: (id: string) => Promise<void>
  /** The offline verifier, if this build has one. */
  readonly verifierPage: () => Promise<Uint8Array | null>
}

/** How far an export is; `total` in the unit of its part. */
export interface ExportStep {
  readonly part: 'items' | 'records' | 'packing'
  readonly done: number
  readonly total: number
  /** Something to be told, a sentence. */
  readonly note?: string
}

export interface ExportResult {
  readonly export: string
  readonly output: string
  readonly unit: string
  readonly format: string
  readonly counts: ExportManifest['counts']
  readonly state: ExportManifest['state']
  readonly changes: ExportManifest['changes']
  readonly files: readonly { readonly path: string; readonly rows: number | null }[]
  /** Of all files, before packing. */
  readonly bytes: number
  readonly manifestSha256: string
  readonly seconds: number
}

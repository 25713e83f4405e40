import type { FileEntry } from './stage.ts'
import type { Change, ExportUnit } from './writer.ts'

/** `manifest.json` of an export; docs/spec/export-format.md section 2. */
export interface ExportManifest {
  readonly version: 1
  readonly product: string
  readonly export: string
  readonly createdAt: string
  readonly createdBy: string
  readonly purpose: string | null
  readonly tenants: readonly ManifestTenant[]
  readonly query: {
    readonly text: readonly string[]
    readonly explained: string
    readonly from: string | null
    readonly to: string | null
  }
  readonly unit: ExportUnit
  readonly format: string
  readonly raw: boolean
  readonly proofs: boolean
  readonly fields: readonly string[]
  readonly timeZone: 'UTC'
  readonly counts: {
    readonly item: number
    readonly record: number
    readonly proof: number
    readonly leftOut: Readonly<Record<string, number>>
  }
  readonly state: ExportState
  readonly minimised: readonly string[]
  readonly changes: readonly Change[]
  readonly files: readonly FileEntry[]
  readonly limits: readonly string[]
}

interface ManifestTenant {
  readonly tenant: string
  readonly publicKey: string
  readonly checkpoint: string | null
  readonly records: number
}

/** How much of the archive the export could cover. */
export interface ExportState {
  readonly complete: boolean
  readonly behind: number
  readonly text: string
}

export function manifestBytes(manifest: ExportManifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
}

import { hash } from 'node:crypto'
import { proveInclusion } from '../../archive/log-files.ts'
import { logProofText } from '../../archive/proof-text.ts'
import type { TenantArchives } from '../../archive/tenant-archives.ts'
import { CodedError } from '../../platform/errors.ts'
import { localFiles } from '../../platform/files.ts'

export interface ExportEntry {
  readonly at: string
  readonly export: string
  readonly counts: { readonly item: number; readonly record: number; readonly proof: number }
  readonly files: number
  readonly manifest: Uint8Array
}

/**
 * Writes the export into each tenant's log, numbers and hashes only, and proves that it is there: a manifest that was
 * written afterwards has no such proof. Returns the text of `manifest-proofs.jsonl`.
 */
export async function proveManifest(
  archives: TenantArchives,
  tenants: readonly string[],
  { at, export: id, counts, files, manifest }: ExportEntry,
): Promise<string> {
  const lines: string[] = []
  const manifestSha256 = hash('sha256', manifest, 'base64')
  for (const tenant of tenants) {
    const writer = await archives.writer(tenant)
    const index = await writer.appendEntry('export', {
      at,
      counts,
      export: id,
      files,
      manifestSha256,
    })
    const reader = await archives.reader(tenant)
    await reader.refresh()
    const checkpoint = reader.checkpoint()
    if (checkpoint === undefined || checkpoint.size <= index) throw notThere(tenant)
    let entry: string | undefined
    for await (const { bytes } of reader.entries(index)) {
      entry = Buffer.from(bytes).toString('utf8')
      break
    }
    if (entry === undefined) throw notThere(tenant)
    const path = await proveInclusion(localFiles, reader.directory, index, checkpoint.size)
    const proof = logProofText({ index, path, checkpoint: checkpoint.text })
    lines.push(`${JSON.stringify({ tenant, entry, proof })}\n`)
  }
  return lines.join('')
}

function notThere(tenant: string): CodedError {
  return new CodedError(
    'LOG_DAMAGED',
    `Cannot finish the export: the log of ${tenant} does not show the entry that was just written; run "daybook verify"`,
  )
}

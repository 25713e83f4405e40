import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseKeys } from '../given-keys.ts'
import { checkFiles } from './check-files.ts'
import { checkProofs, type ProofsChecked } from './check-proofs.ts'
import { checkTenants, type CheckedTenant } from './check-tenants.ts'
import { ExportFindings, type ExportFinding } from './findings.ts'
import { openPackage, type PackageFolder } from './package-folder.ts'
import {
  MANIFEST,
  MANIFEST_PROOFS,
  parsePackageManifest,
  type PackageManifest,
} from './package-manifest.ts'

export interface VerifyExportOptions {
  /** Verifier keys as text, one a line. Without it the keys in the manifest are believed. */
  readonly publicKey?: string
  readonly onProgress?: (step: {
    readonly part: 'files' | 'proofs'
    readonly done: number
    readonly total: number
  }) => void
}

export interface ExportReport {
  /** Null where the manifest cannot be read: nothing else was checked then. */
  readonly export: {
    readonly id: string
    readonly product: string
    readonly createdAt: string
    readonly unit: string
    readonly format: string
    readonly manifestSha256: string
  } | null
  readonly files: number
  /** Lines of `proofs.jsonl`; records that are proven. */
  readonly proofs: number
  readonly proven: number
  readonly tenants: readonly {
    readonly tenant: string
    readonly key: CheckedTenant['key']
    readonly fingerprint: string
    readonly records: number
  }[]
  /** Of very many the first 1,000; `found` counts all. */
  readonly findings: readonly ExportFinding[]
  readonly found: number
  readonly notes: readonly string[]
}

/**
 * Checks an export, a folder or a ZIP, as docs/spec/export-format.md section 6 says: with nothing but its files.
 * Reports every fault. Throws NOT_AN_EXPORT or BAD_PUBLIC_KEY for wrong use, or what the system says of a disk.
 */
export async function verifyExport(
  path: string,
  options: VerifyExportOptions = {},
): Promise<ExportReport> {
  const keys = parseKeys(options.publicKey)
  const findings = new ExportFindings()
  const folder = await openPackage(path, findings)
  try {
    const bytes = folder.paths.includes(MANIFEST) ? read(folder, MANIFEST, findings) : undefined
    if (bytes === undefined) {
      findings.add(MANIFEST, 'MANIFEST_MISSING', 'this is no export, or a part of one')
      return unreadable(findings)
    }
    const manifest = parsePackageManifest(bytes.toString('utf8'))
    if (typeof manifest === 'string') {
      findings.add(MANIFEST, 'MANIFEST_INVALID', manifest)
      return unreadable(findings)
    }
    return await checkAll(folder, manifest, bytes, keys, findings, options)
  } finally {
    await folder.close()
  }
}

async function checkAll(
  folder: PackageFolder,
  manifest: PackageManifest,
  manifestText: Buffer,
  keys: ReturnType<typeof parseKeys>,
  findings: ExportFindings,
  { onProgress }: VerifyExportOptions,
): Promise<ExportReport> {
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)
  let hashed = 0
  const passed = await checkFiles(folder, manifest, findings, (bytes) => {
    hashed += bytes
    onProgress?.({ part: 'files', done: hashed, total })
  })
  const text = folder.paths.includes(MANIFEST_PROOFS)
    ? (readText(folder, MANIFEST_PROOFS, findings) ?? '')
    : ''
  const sha256 = hash('sha256', manifestText, 'base64')
  const tenants = checkTenants(manifest, sha256, text, keys, findings)
  let checked: ProofsChecked = { proofs: 0, proven: 0 }
  if (manifest.proofs) {
    const listed = new Set(manifest.files.map((file) => file.path))
    const there = new Set(folder.paths.filter((path) => listed.has(path)))
    let done = 0
    checked = await checkProofs(folder.root, there, manifest, tenants, findings, () => {
      done += 1
      if (done % 256 === 0) onProgress?.({ part: 'proofs', done, total: manifest.proofCount })
    })
  }
  return {
    export: {
      id: manifest.export,
      product: manifest.product,
      createdAt: manifest.createdAt,
      unit: manifest.unit,
      format: manifest.format,
      manifestSha256: Buffer.from(sha256, 'base64').toString('hex'),
    },
    files: manifest.files.length,
    ...checked,
    tenants: tenants.map(({ tenant, key, fingerprint, records }) => ({
      tenant,
      key,
      fingerprint,
      records,
    })),
    findings: findings.list,
    found: findings.total,
    notes: [
      ...(manifest.proofs
        ? []
        : ['The records themselves carry no proofs: this export was made without them.']),
      ...(passed === 0
        ? []
        : [`Passed over ${passed} files that operating systems leave in folders.`]),
    ],
  }
}

function unreadable(findings: ExportFindings): ExportReport {
  return {
    export: null,
    files: 0,
    proofs: 0,
    proven: 0,
    tenants: [],
    findings: findings.list,
    found: findings.total,
    notes: [],
  }
}

const MAX_SMALL_FILE = 64 * 1024 * 1024

function read(folder: PackageFolder, path: string, findings: ExportFindings): Buffer | undefined {
  try {
    const bytes = readFileSync(join(folder.root, path))
    return bytes.length > MAX_SMALL_FILE ? undefined : bytes
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    findings.add(path, 'UNREADABLE', `it cannot be read (${code})`)
    return undefined
  }
}

const readText = (folder: PackageFolder, path: string, findings: ExportFindings) =>
  read(folder, path, findings)?.toString('utf8')

import { createHash } from 'node:crypto'
import { createReadStream, lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { ExportFindings } from './findings.ts'
import type { PackageFolder } from './package-folder.ts'
import { MANIFEST, MANIFEST_PROOFS, type PackageManifest } from './package-manifest.ts'

/** Step 2: every listed file with its hash, and nothing beside them. Returns how many were passed over. */
export async function checkFiles(
  folder: PackageFolder,
  manifest: PackageManifest,
  findings: ExportFindings,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const there = new Set(folder.paths)
  for (const { path, bytes, sha256 } of manifest.files) {
    if (!there.has(path)) {
      findings.add(path, 'FILE_MISSING', 'the file is not there')
      continue
    }
    const file = join(folder.root, path)
    try {
      const stat = lstatSync(file)
      if (!stat.isFile()) findings.add(path, 'FILE_CHANGED', 'it is no plain file')
      else if (stat.size !== bytes)
        findings.add(path, 'FILE_CHANGED', `it has ${stat.size} bytes, not ${bytes}`)
      else if ((await sha256Of(file, onBytes)) !== sha256)
        findings.add(path, 'FILE_CHANGED', 'its SHA-256 is not the one in the manifest')
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      findings.add(path, 'UNREADABLE', `it cannot be read (${code})`)
    }
  }
  const listed = new Set(manifest.files.map(({ path }) => path))
  let passed = 0
  for (const path of there) {
    if (listed.has(path) || path === MANIFEST || path === MANIFEST_PROOFS) continue
    if (LEFT_BY_SYSTEMS.test(path)) passed += 1
    else findings.add(path, 'FILE_EXTRA', 'the manifest does not list it')
  }
  return passed
}

/** What operating systems leave in folders that somebody looked into. */
const LEFT_BY_SYSTEMS = /^__MACOSX\/|(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/i

async function sha256Of(file: string, onBytes: (bytes: number) => void): Promise<string> {
  const sha256 = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    sha256.update(chunk)
    onBytes(chunk.length)
  }
  return sha256.digest('hex')
}

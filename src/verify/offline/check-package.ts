import { textOf, toHex } from './bytes.ts'
import { checkFiles, type FilesChecked } from './check-files.ts'
import { checkRecords, type RecordsChecked } from './check-records.ts'
import { checkTenants, type TenantChecked } from './check-tenants.ts'
import { Findings } from './findings.ts'
import type { GivenKeys } from './given-keys.ts'
import { linesOf } from './lines.ts'
import { openPackage, type Picked, placed } from './open-package.ts'
import { type PackageFile, PackageError, wholeOf } from './package-file.ts'
import {
  MANIFEST,
  MANIFEST_PROOFS,
  type PackageManifest,
  parsePackageManifest,
} from './package-manifest.ts'
import { Pace, type Watch } from './progress.ts'
import { sha256 } from './sha256.ts'

const MAX_MANIFEST = 64 * 1024 * 1024
const MAX_MANIFEST_PROOF = 64 * 1024

/** What checking a package has shown. */
export interface Report {
  readonly findings: Findings
  /** Undefined when there is none that could be read: then nothing else was checked. */
  readonly contents?: {
    readonly manifest: PackageManifest
    /** SHA-256 of manifest.json, in hex. */
    readonly manifestSha256: string
    readonly files: FilesChecked
    readonly tenants: readonly TenantChecked[]
    /** Undefined for an export without proofs. */
    readonly records: RecordsChecked | undefined
    /** What the reader gave that belongs to no tenant of the export. */
    readonly foreign: readonly string[]
  }
}

/** Checks a package as docs/spec/export-format.md section 6 says. Reports whatever is wrong; throws only when it is stopped. */
export async function checkPackage(
  picked: readonly Picked[],
  given: GivenKeys,
  watch: Watch = {},
): Promise<Report> {
  const findings = new Findings()
  const pace = new Pace(watch)
  const opened = await tryTo(() => openPackage(picked), findings)
  if (opened === undefined) return { findings }
  const manifestFile = opened.files.find(({ path }) => path === MANIFEST)
  if (manifestFile === undefined) {
    findings.add(
      'MANIFEST_MISSING',
      'There is no manifest.json: this is no export, or only a part of one.',
      { file: MANIFEST },
    )
    return { findings }
  }
  const bytes = await readWhole(manifestFile, findings)
  if (bytes === undefined) return { findings }
  const manifest = parsePackageManifest(textOf(bytes))
  if (typeof manifest === 'string') {
    findings.add('MANIFEST_INVALID', manifest, { file: MANIFEST })
    return { findings }
  }
  const listed = manifest.files.map(({ path }) => path)
  const files = byPath(placed(opened.files, listed), findings)
  const hash = sha256(bytes)
  const checked = await checkFiles(files, manifest, findings, pace)
  const proofLines = await readLines(files.get(MANIFEST_PROOFS), findings)
  const tenants = await checkTenants(manifest, hash, proofLines, given, findings)
  const records = manifest.proofs
    ? await checkRecords(files, manifest, checked.recordEnds, tenants, findings, pace)
    : undefined
  const foreign = findForeign(given, tenants, findings)
  return {
    findings,
    contents: { manifest, manifestSha256: toHex(hash), files: checked, tenants, records, foreign },
  }
}

function byPath(files: readonly PackageFile[], findings: Findings): Map<string, PackageFile> {
  const map = new Map<string, PackageFile>()
  for (const file of files) {
    if (map.has(file.path))
      findings.add('ZIP_INVALID', `${file.path} is in the package twice.`, { file: file.path })
    else map.set(file.path, file)
  }
  return map
}

async function readWhole(file: PackageFile, findings: Findings): Promise<Uint8Array | undefined> {
  const read = await tryTo(
    async () => ({ bytes: await wholeOf(file, MAX_MANIFEST) }),
    findings,
    file,
  )
  if (read !== undefined && read.bytes === undefined)
    findings.add('MANIFEST_INVALID', 'It is too long to be one.', { file: file.path })
  return read?.bytes
}

async function readLines(
  file: PackageFile | undefined,
  findings: Findings,
): Promise<(string | undefined)[]> {
  const lines: (string | undefined)[] = []
  if (file === undefined) return lines
  await tryTo(
    async () => {
      for await (const line of linesOf(file.chunks(), MAX_MANIFEST_PROOF))
        lines.push(line && textOf(line))
    },
    findings,
    file,
  )
  return lines
}

/** Turns what cannot be read into a finding. */
async function tryTo<T>(
  work: () => Promise<T>,
  findings: Findings,
  file?: PackageFile,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PackageError)) throw error
    findings.add(error.code, error.message, file && { file: file.path })
    return undefined
  }
}

/** A key names its tenant; a fingerprint that fits no key of the export says that its key is another one. */
function findForeign(
  given: GivenKeys,
  tenants: readonly TenantChecked[],
  findings: Findings,
): string[] {
  const known = new Set(tenants.map(({ fingerprint }) => fingerprint))
  for (const fingerprint of given.fingerprints.filter((one) => !known.has(one)))
    findings.add(
      'KEY_DIFFERS',
      `No key of the export has the fingerprint that you gave (${fingerprint.slice(0, 8)}…).`,
    )
  const names = new Set(tenants.map(({ tenant }) => `daybook/${tenant}`))
  if (given.keys.length > 0 && !given.keys.some(({ name }) => names.has(name)))
    findings.add('KEY_DIFFERS', 'No key that you gave is of a tenant of this export.')
  return given.keys.filter(({ name }) => !names.has(name)).map(({ name }) => name)
}

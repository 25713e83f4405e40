import { isCount, isObject, objectOf } from './json.ts'

// docs/spec/export-format.md sections 1 and 2.

export const MANIFEST = 'manifest.json'
export const MANIFEST_PROOFS = 'manifest-proofs.jsonl'
export const PROOFS = 'proofs.jsonl'
export const RECORDS = 'records.jsonl'

interface ListedFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: number | null
}

export interface ListedTenant {
  readonly tenant: string
  readonly publicKey: string
  readonly checkpoint: string | null
  readonly records: number
}

/** What a package says of itself, as far as checking it needs. The rest is shown to people as it is, in `all`. */
export interface PackageManifest {
  readonly export: string
  readonly proofs: boolean
  readonly provenRecords: number
  readonly tenants: readonly ListedTenant[]
  readonly files: readonly ListedFile[]
  readonly all: Readonly<Record<string, unknown>>
}

/** Reads manifest.json; or a sentence why it cannot be used. */
export function parsePackageManifest(text: string | undefined): PackageManifest | string {
  const all = objectOf(text)
  if (all === undefined) return 'It is not a JSON object.'
  const { version, tenants, files, counts, proofs } = all
  if (version !== 1) return 'It is of a version that this page does not know.'
  const id = all['export']
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) return 'It does not name its export.'
  if (typeof proofs !== 'boolean') return 'It does not say whether there are proofs.'
  const provenRecords = isObject(counts) ? counts['proof'] : undefined
  if (!isCount(provenRecords)) return 'It does not say how many proofs there are.'
  if (!isListOf(tenants, isListedTenant)) return 'Its list of tenants is malformed.'
  if (!isListOf(files, isListedFile)) return 'Its list of files is malformed.'
  if (!files.every(({ path }) => isSafePath(path)) || files.some(({ path }) => isUnlisted(path)))
    return 'It names a file with a path that is not allowed.'
  if (!areDistinct(files.map(({ path }) => path))) return 'It names a file twice.'
  if (!areDistinct(tenants.map(({ tenant }) => tenant))) return 'It names a tenant twice.'
  return { export: id, proofs, provenRecords, tenants, files, all }
}

/** The two files that no list can hold: the list, and what proves it. */
export const isUnlisted = (path: string): boolean => path === MANIFEST || path === MANIFEST_PROOFS

/** Whether a path is relative, has no `..`, and nothing that a file system or a terminal could misread. */
function isSafePath(path: string): boolean {
  return path.split('/').every((name) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name))
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne)
}

function isListedTenant(value: unknown): value is ListedTenant {
  if (!isObject(value)) return false
  const { tenant, publicKey, checkpoint, records } = value
  return (
    typeof tenant === 'string' &&
    /^[a-z0-9][a-z0-9.-]{0,63}$/.test(tenant) &&
    typeof publicKey === 'string' &&
    (checkpoint === null || typeof checkpoint === 'string') &&
    isCount(records)
  )
}

function isListedFile(value: unknown): value is ListedFile {
  if (!isObject(value)) return false
  const { path, bytes, sha256, rows } = value
  return (
    typeof path === 'string' &&
    isCount(bytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    (rows === null || isCount(rows))
  )
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

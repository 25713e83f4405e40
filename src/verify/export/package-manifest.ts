import { isObject, parseObject } from '../../platform/json-object.ts'

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

/** What checking needs of `manifest.json`. */
export interface PackageManifest {
  readonly export: string
  readonly product: string
  readonly createdAt: string
  readonly unit: string
  readonly format: string
  readonly proofs: boolean
  readonly proofCount: number
  readonly tenants: readonly ListedTenant[]
  readonly files: readonly ListedFile[]
}

export const MANIFEST = 'manifest.json'
export const MANIFEST_PROOFS = 'manifest-proofs.jsonl'
export const PROOFS = 'proofs.jsonl'
export const LINES = 'records.jsonl'
export const isRowsFile = (path: string): boolean => /^rows-\d+\.csv$/.test(path)
export const isRecordFile = (path: string): boolean => path.startsWith('records/')

const SEGMENT = '[A-Za-z0-9][A-Za-z0-9._-]{0,99}'
const PATH = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`)

export const isPackagePath = (path: string): boolean => PATH.test(path)

/** The manifest, or why it is none. */
export function parsePackageManifest(text: string): PackageManifest | string {
  const value = parseObject(text)
  if (value === undefined) return 'it is no JSON object'
  const { version, counts, files, tenants, proofs } = value
  if (version !== 1) return 'it is of another version of the format'
  if (!isObject(counts) || !isCount(counts['proof'])) return 'its counts are malformed'
  if (typeof proofs !== 'boolean') return '"proofs" is neither true nor false'
  const words = ['export', 'product', 'createdAt', 'unit', 'format'].map((name) => value[name])
  const [id, product, createdAt, unit, format] = words
  if (
    typeof id !== 'string' ||
    !/^[0-9a-f]{32}$/.test(id) ||
    typeof product !== 'string' ||
    typeof createdAt !== 'string' ||
    typeof unit !== 'string' ||
    typeof format !== 'string'
  )
    return 'a member that is needed is missing or malformed'
  if (!Array.isArray(files) || !files.every(isListedFile)) return 'its list of files is malformed'
  if (new Set(files.map(({ path }) => path)).size < files.length) return 'it lists a file twice'
  if (!Array.isArray(tenants) || !tenants.every(isListedTenant)) return 'its tenants are malformed'
  if (new Set(tenants.map(({ tenant }) => tenant)).size < tenants.length)
    return 'it lists a tenant twice'
  return {
    export: id,
    product,
    createdAt,
    unit,
    format,
    proofs,
    proofCount: counts['proof'],
    tenants,
    files,
  }
}

function isListedFile(value: unknown): value is ListedFile {
  if (!isObject(value)) return false
  const { path, bytes, sha256, rows } = value
  return (
    typeof path === 'string' &&
    isPackagePath(path) &&
    path !== MANIFEST &&
    path !== MANIFEST_PROOFS &&
    isCount(bytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    (rows === null || isCount(rows))
  )
}

function isListedTenant(value: unknown): value is ListedTenant {
  if (!isObject(value)) return false
  const { tenant, publicKey, checkpoint, records } = value
  return (
    typeof tenant === 'string' &&
    typeof publicKey === 'string' &&
    (checkpoint === null || typeof checkpoint === 'string') &&
    isCount(records)
  )
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

import { CodedError } from '../platform/errors.ts'
import { canonicalJson } from '../platform/jcs.ts'
import { hashFromBase64 } from './base64.ts'
import {
  isClass,
  isQuarter,
  MAX_ENTRY_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_SEGMENT_RECORDS,
  parseSegmentId,
  streamOf,
} from './layout.ts'
import type { LogEntry, Manifest } from './types.ts'

const KIND = /^[a-z][A-Za-z]{0,31}$/

/** The bytes of a manifest as the log keeps them (JCS). */
export function encodeManifest(manifest: Manifest): Buffer {
  return limited(Buffer.from(canonicalJson(manifest)), MAX_MANIFEST_BYTES)
}

/** The bytes of an entry of another kind. Throws BAD_ENTRY. */
export function encodeEntry(kind: string, fields: Readonly<Record<string, unknown>>): Buffer {
  if (!KIND.test(kind) || kind === 'segment' || kind === 'activity')
    throw new CodedError('BAD_ENTRY', `Cannot log an entry of the kind ${JSON.stringify(kind)}`)
  return limited(Buffer.from(canonicalJson({ ...fields, kind, v: 1 })), MAX_ENTRY_BYTES)
}

/** Reads an entry of any kind; undefined unless it is canonical JSON with `v` 1, a `kind` and this tenant. */
export function parseEntry(bytes: Buffer, index: number, tenant: string): LogEntry | undefined {
  if (bytes.length > MAX_ENTRY_BYTES) return undefined
  const text = bytes.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    // An object from JSON.parse that is no array has string keys.
    const body = value as Record<string, unknown>
    const { kind } = body
    if (typeof kind !== 'string' || !KIND.test(kind)) return undefined
    if (body['v'] !== 1 || body['tenant'] !== tenant) return undefined
    return canonicalJson(value) === text ? { index, kind, bytes, body } : undefined
  } catch {
    return undefined
  }
}

export const isManifestKind = (kind: string): boolean => kind === 'segment' || kind === 'activity'

/** The manifest that an entry is; undefined when a field is missing, malformed or contradicts the segment's id. */
export function manifestOf(entry: LogEntry): Manifest | undefined {
  const { body } = entry
  if (!isManifestKind(entry.kind)) return undefined
  const id = parseSegmentId(String(body['segment']))
  const numbers = ['first', 'count', 'bytes', 'epoch'].every((name) => isCount(body[name]))
  const texts = ['class', 'quarter', 'openedAt', 'sealedAt'].every(
    (name) => typeof body[name] === 'string',
  )
  if (id === undefined || !numbers || !texts) return undefined
  if (hashFromBase64(body['recordsRoot']) === undefined) return undefined
  if (hashFromBase64(body['sha256']) === undefined) return undefined
  // Every member was checked above.
  const manifest = body as unknown as Manifest
  const agrees =
    id.first === manifest.first &&
    id.stream === streamOf(manifest.kind) &&
    isClass(manifest.class) &&
    isQuarter(manifest.quarter) &&
    manifest.count > 0 &&
    manifest.count <= MAX_SEGMENT_RECORDS
  return agrees ? manifest : undefined
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function limited(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes
  throw new CodedError(
    'BAD_ENTRY',
    `Cannot log an entry of ${bytes.length} bytes: the limit is ${most}`,
  )
}

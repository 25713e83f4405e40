import { CodedError } from '../platform/errors.ts'
import { canonicalJson } from '../platform/jcs.ts'
import { parseObject } from '../platform/json-object.ts'
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
  const body = parseObject(text)
  const kind = body?.['kind']
  if (body === undefined || typeof kind !== 'string' || !KIND.test(kind)) return undefined
  if (body['v'] !== 1 || body['tenant'] !== tenant) return undefined
  return isCanonical(body, text) ? { index, kind, bytes, body } : undefined
}

function isCanonical(value: unknown, text: string): boolean {
  try {
    return canonicalJson(value) === text
  } catch {
    return false
  }
}

export const isManifestKind = (kind: string): boolean => kind === 'segment' || kind === 'activity'

/** The manifest that an entry is; undefined when a field is missing, malformed or contradicts the segment's id. */
export function manifestOf({ body }: LogEntry): Manifest | undefined {
  if (!hasManifestTypes(body)) return undefined
  const id = parseSegmentId(body.segment)
  const agrees =
    id?.first === body.first &&
    id.stream === streamOf(body.kind) &&
    isClass(body.class) &&
    isQuarter(body.quarter) &&
    body.count > 0 &&
    body.count <= MAX_SEGMENT_RECORDS
  return agrees ? body : undefined
}

type Fields = LogEntry['body']

function hasManifestTypes(body: Fields): body is Fields & Manifest {
  return (
    isManifestKind(String(body['kind'])) &&
    ['first', 'count', 'bytes', 'epoch'].every((name) => isCount(body[name])) &&
    ['segment', 'class', 'quarter', 'openedAt', 'sealedAt'].every(
      (name) => typeof body[name] === 'string',
    ) &&
    hashFromBase64(body['recordsRoot']) !== undefined &&
    hashFromBase64(body['sha256']) !== undefined
  )
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

import { randomBytes } from 'node:crypto'
import { canonicalJson, isWellFormed } from '../platform/jcs.ts'
import { CodedError } from '../platform/errors.ts'
import { isObject, parseObject } from '../platform/json-object.ts'
import { hashFromBase64, toBase64 } from './base64.ts'
import { isTenantId } from './layout.ts'
import type { ActivityLine, RecordLine } from './types.ts'

type LineErrorCode = 'BAD_LINE' | 'DISPOSED'

const SOURCE = /^[a-z0-9][a-z0-9.-]{0,63}$/
const SALT = /^[A-Za-z0-9_-]{22}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const SALT_BYTES = 16

/** Whether a byte may stand in a source's name. */
export function isSourceByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2e
  )
}

// Random bytes are asked for in bulk: one call per record costs more than the rest of the line.
let pool = Buffer.alloc(0)

export function newSalt(): string {
  if (pool.length < SALT_BYTES) pool = randomBytes(1024 * SALT_BYTES)
  const salt = pool.toString('base64url', 0, SALT_BYTES)
  pool = pool.subarray(SALT_BYTES)
  return salt
}

/**
 * The line of a record, without its line feed: JCS by a fixed order of members, since this runs once per record.
 * Throws BAD_LINE for a field that the format cannot hold.
 */
export function encodeLine(line: Omit<RecordLine, 'v'>): string {
  const { raw, rawBase64, id } = line
  const wellFormed =
    isWellFormed(raw ?? '') && isWellFormed(id ?? '') && isWellFormed(line.container)
  const [start, end] = line.range
  if (
    !wellFormed ||
    (raw === undefined) === (rawBase64 === undefined) ||
    !isCount(start) ||
    !isCount(end) ||
    !isCount(line.sequence) ||
    !isTenantId(line.tenant) ||
    !SOURCE.test(line.source) ||
    !SALT.test(line.salt) ||
    !INSTANT.test(line.receivedAt)
  )
    throw badLine(line.sequence)
  return (
    `{"container":${JSON.stringify(line.container)}` +
    (id === undefined ? '' : `,"id":${JSON.stringify(id)}`) +
    `,"namespace":${JSON.stringify(line.namespace)},"range":[${start},${end}]` +
    (raw === undefined
      ? `,"rawBase64":${JSON.stringify(rawBase64)}`
      : `,"raw":${JSON.stringify(raw)}`) +
    `,"receivedAt":"${line.receivedAt}","salt":"${line.salt}","sequence":${line.sequence}` +
    `,"source":"${line.source}","tenant":"${line.tenant}","v":1}`
  )
}

/** Reads a line back. Throws BAD_LINE unless the bytes are exactly what `encodeLine` writes; DISPOSED for an erased record. */
export function decodeLine(bytes: Uint8Array): RecordLine {
  const { value, text } = parse(bytes)
  if ('disposed' in value) throw disposed(value['sequence'])
  if (!isRecordLine(value)) throw badLine(value['sequence'])
  if (encodeLine(value) !== text) throw badLine(value.sequence)
  return value
}

/** The served bytes of a record. */
export function rawOf(line: Pick<RecordLine, 'raw' | 'rawBase64'>): Buffer {
  return line.rawBase64 === undefined
    ? Buffer.from(line.raw ?? '')
    : Buffer.from(line.rawBase64, 'base64')
}

/** The line of an act of an operator, without its line feed. Throws BAD_LINE or BAD_JSON. */
export function encodeActivity(line: Omit<ActivityLine, 'v'>): string {
  const { actor, at, body, kind, salt, sequence, tenant } = line
  if (!isCount(sequence) || !isTenantId(tenant) || !SALT.test(salt) || !INSTANT.test(at))
    throw badLine(sequence)
  return canonicalJson({ actor, at, body, kind, salt, sequence, tenant, v: 1 })
}

/** Reads an activity line back. Throws BAD_LINE unless the bytes are what `encodeActivity` writes. */
export function decodeActivity(bytes: Uint8Array): ActivityLine {
  const { value, text } = parse(bytes)
  if ('disposed' in value) throw disposed(value['sequence'])
  if (!isActivityLine(value)) throw badLine(value['sequence'])
  if (encodeActivity(value) !== text) throw badLine(value.sequence)
  return value
}

/** What stands in a replacement segment for a record that was lawfully erased: its leaf hash. */
export function encodeDisposed(leaf: Uint8Array, sequence: number, tenant: string): string {
  return canonicalJson({ disposed: toBase64(leaf), sequence, tenant, v: 1 })
}

const DISPOSED_START = Buffer.from('{"disposed":"')

/** The leaf hash that a disposed line stands for; undefined for every other line. */
export function disposedLeaf(line: Buffer): Buffer | undefined {
  if (line.length > 250 || !line.subarray(0, DISPOSED_START.length).equals(DISPOSED_START))
    return undefined
  return hashFromBase64(line.subarray(DISPOSED_START.length).toString('latin1').split('"')[0])
}

type Fields = Readonly<Record<string, unknown>>

function parse(bytes: Uint8Array): { value: Fields; text: string } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const value = parseObject(text)
  if (value === undefined) throw badLine(undefined)
  return { value, text }
}

/** The types only; that the text is canonical is checked by encoding it again. */
function isRecordLine(value: Fields): value is Fields & RecordLine {
  const { id, raw, rawBase64, range } = value
  return (
    value['v'] === 1 &&
    isCount(value['sequence']) &&
    Array.isArray(range) &&
    range.length === 2 &&
    isText(value['container'], value['namespace'], value['receivedAt'], value['salt']) &&
    isText(value['source'], value['tenant'], id ?? '', raw ?? '', rawBase64 ?? '')
  )
}

function isActivityLine(value: Fields): value is Fields & ActivityLine {
  return (
    value['v'] === 1 &&
    isCount(value['sequence']) &&
    isObject(value['body']) &&
    isText(value['actor'], value['at'], value['kind'], value['salt'], value['tenant'])
  )
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const isText = (...values: unknown[]): boolean => values.every((value) => typeof value === 'string')

function badLine(sequence: unknown): CodedError<LineErrorCode> {
  const which = isCount(sequence) ? `the line of sequence ${sequence}` : 'a line'
  return new CodedError(
    'BAD_LINE',
    `Cannot use ${which} of the archive: it is not in the form that version 1 of the format prescribes; run "daybook verify"`,
  )
}

function disposed(sequence: unknown): CodedError<LineErrorCode> {
  return new CodedError(
    'DISPOSED',
    `Cannot show record ${isCount(sequence) ? sequence : ''}: it was erased, only its hash is kept`,
  )
}

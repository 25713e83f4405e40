import { isEscapedObject, objectsInText, unescapedStart } from './escaped-text.ts'
import { keysOf } from './object-keys.ts'
import { shapeAt } from './object-shape.ts'
import type { Nest } from './object-shape.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** Wrappers are not deeper: `{"responses":[{"body":{"value":[…]}}]}`. */
const MAX_DEPTH = 5
/** Of a list, the elements that are looked into. */
const MAX_ELEMENTS = 5

/**
 * Where records lie in JSON whose objects are none themselves: the keys that lead to them, outermost first, lists apart.
 * `*` stands for every key, where keys are data (`{"adele@contoso.com":[…]}`) or several lead to records. Null: nowhere.
 * What is looked at is the beginning of a file: it may be cut anywhere.
 */
export function recordPath(bytes: Uint8Array, start: number): Nest | null {
  const found = inValue(bytes, start, MAX_DEPTH)
  return found === 'record' ? null : found
}

type Found = 'record' | Nest

function inValue(bytes: Uint8Array, start: number, depth: number): Found | null {
  const byte = bytes[start]
  if (byte === OPEN_BRACE) return inObject(bytes, start, depth)
  if (byte === QUOTE) return inText(bytes, start)
  if (byte !== OPEN_BRACKET || depth === 0) return null
  let at = start + 1
  for (let count = 0; count < MAX_ELEMENTS; count += 1) {
    at = skipBlanks(bytes, at)
    if (at >= bytes.length || bytes[at] === CLOSE_BRACKET) return null
    const found = inValue(bytes, at, depth - 1)
    if (found !== null) return found
    at = skipBlanks(bytes, skipValue(bytes, at))
    if (bytes[at] !== COMMA) return null
    at += 1
  }
  return null
}

function inText(bytes: Uint8Array, start: number): Found | null {
  const objects = objectsInText(bytes, start + 1, skipString(bytes, start) - 1)
  if (objects === null) return null
  const [from = objects.openAt, to = bytes.length] = objects.ranges
  return from >= 0 && isRecord(bytes, from, to) ? 'record' : null
}

function inObject(bytes: Uint8Array, start: number, depth: number): Found | null {
  if (isRecord(bytes, start, bytes.length)) return 'record'
  const shape = shapeAt(bytes, start, bytes.length)
  if (shape?.kind === 'nested' && shape.nest === 'tables') return 'tables'
  if ((shape !== null && shape.kind !== 'nested') || depth === 0) return null
  const paths = new Map<string, readonly string[]>()
  for (const [key, at] of values(bytes, start)) {
    const found = inValue(bytes, at, depth - 1)
    if (found === 'tables') return 'tables'
    if (found !== null) paths.set(key, found === 'record' ? [] : found)
  }
  const [first, ...others] = paths
  if (first === undefined) return null
  const [key, rest] = first
  return [others.length > 0 || isData(key) ? '*' : key, ...rest]
}

/** Ids, addresses and dates; nobody names a field so. */
function isData(key: string): boolean {
  return /^\d|^.+@|[\s/:]|^[0-9a-f-]{36}$/i.test(key)
}

/** Keys of an object, in lower case, and where their values begin. */
function* values(bytes: Uint8Array, start: number): Generator<readonly [string, number]> {
  let at = skipBlanks(bytes, start + 1)
  while (bytes[at] === QUOTE) {
    const end = skipString(bytes, at)
    const key = Buffer.from(bytes.subarray(at + 1, end - 1)).toString('latin1')
    at = skipBlanks(bytes, end)
    if (bytes[at] !== COLON) return
    at = skipBlanks(bytes, at + 1)
    if (at >= bytes.length) return
    yield [key.toLowerCase(), at]
    at = skipBlanks(bytes, skipValue(bytes, at))
    if (bytes[at] !== COMMA) return
    at = skipBlanks(bytes, at + 1)
  }
}

const AUDIT_KEYS = ['recordtype', 'operation', 'workload', 'creationtime', 'userid', 'id']

/** Inside of anything else a few keys in common prove nothing: a log or a schema may have them. */
function isRecord(bytes: Uint8Array, start: number, end: number): boolean {
  const shape = shapeAt(bytes, start, end)
  if (shape?.kind !== 'record') return false
  const text = isEscapedObject(bytes, start, end) ? unescapedStart(bytes, start, end) : null
  const kinds = new Map<string, string>()
  const keys = text === null ? keysOf(bytes, start, end) : keysOf(text, 0, text.length)
  for (const [key, kind] of keys) kinds.set(key.toLowerCase(), kind)
  const isSaid = (key: string): boolean => /["\d]/.test(kinds.get(key) ?? '')
  if (isSchema(kinds)) return false
  const { format } = shape
  if (format === 'telemetry') return kinds.has('customdimensions')
  if (format === 'transcript') return kinds.has('content')
  if (format !== 'audit' || kinds.has('copiloteventdata')) return true
  return AUDIT_KEYS.filter(isSaid).length >= 4
}

/** The properties of a schema have the names of a record's fields, and nothing but objects behind them. */
function isSchema(kinds: ReadonlyMap<string, string>): boolean {
  return kinds.size > 1 && [...kinds.values()].every((kind) => kind === '{')
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at += 1
  return at
}

/** Index behind the closing quote, or behind the bytes. */
function skipString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at + 1
}

function skipValue(bytes: Uint8Array, start: number): number {
  let depth = 0
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = skipString(bytes, at) - 1
      if (depth === 0) return at + 1
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1
      if (depth === 0) return at + 1
      if (depth < 0) return at
    } else if (byte === COMMA && depth === 0) return at
  }
  return bytes.length
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COMMA = 0x2c
const SMALL_U = 0x75

/** What a record's keys are looked for in; the rest of a large one need not be unescaped for that. */
const MAX_LOOKED_AT = 1 << 20

/** Objects in the text of a JSON string, as start,end pairs of the bytes as served, and where one begins that does not end. */
export interface TextObjects {
  readonly ranges: readonly number[]
  /** -1: none is cut. */
  readonly openAt: number
}

/**
 * Scripts write records as JSON into JSON once more: `["{\"Id\":…}", …]`. Finds the objects in such a text,
 * `bytes[start .. end)` between its quotes; null when the text is no JSON. Their bytes stay as served, with their backslashes.
 */
export function objectsInText(bytes: Uint8Array, start: number, end: number): TextObjects | null {
  const ranges: number[] = []
  let openAt = -1
  let depth = 0
  let isInString = false
  let isEscape = false
  let isFirst = true
  let hasOther = false
  for (let at = start; at < end;) {
    const size = sizeAt(bytes, at, end)
    if (size === 0) break
    const byte = characterAt(bytes, at, size)
    if (isInString) {
      if (isEscape) isEscape = false
      else if (byte === BACKSLASH) isEscape = true
      else if (byte === QUOTE) isInString = false
    } else if (byte > 0x20) {
      if (isFirst && byte !== OPEN_BRACE && byte !== OPEN_BRACKET) return null
      isFirst = false
      if (byte === QUOTE) isInString = true
      else if (byte === OPEN_BRACE || (byte === OPEN_BRACKET && depth > 0)) {
        if (depth === 0) openAt = at
        depth += 1
      } else if (depth > 0 && (byte === CLOSE_BRACE || byte === CLOSE_BRACKET)) {
        depth -= 1
        if (depth === 0) {
          ranges.push(openAt, at + size)
          openAt = -1
        }
      } else if (depth === 0)
        hasOther ||= byte !== COMMA && byte !== OPEN_BRACKET && byte !== CLOSE_BRACKET
    }
    at += size
  }
  const isNothing = ranges.length === 0 && openAt < 0 && hasOther
  return isFirst || isNothing ? null : { ranges, openAt }
}

/** Bytes of the character at `at`; 0 when an escape is cut. */
function sizeAt(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== BACKSLASH) return 1
  const size = bytes[at + 1] === SMALL_U ? 6 : 2
  return at + size > end ? 0 : size
}

/** The character as far as it matters for the structure: `"` and `\`, also as `\u0022` and `\u005c`; a blank for a line end. */
function characterAt(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return bytes[at] ?? 0
  if (size === 2) {
    const byte = bytes[at + 1] ?? 0
    return byte === QUOTE || byte === BACKSLASH || byte === 0x2f ? byte : 0x20
  }
  return Number.parseInt(Buffer.from(bytes.subarray(at + 2, at + 6)).toString('latin1'), 16) || 0x61
}

/** True for an object out of a text: no JSON object has a backslash behind its brace. */
export function isEscapedObject(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start + 1
  while (at < end && bytes[at] === 0x20) at += 1
  return at < end && bytes[at] === BACKSLASH
}

/** The beginning of such an object without its backslashes; empty when it is none. */
export function unescapedStart(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const limit = Math.min(end, start + MAX_LOOKED_AT)
  let whole = start
  for (let size = 1; whole < limit && size > 0; whole += size) size = sizeAt(bytes, whole, limit)
  try {
    const text: unknown = JSON.parse(`"${Buffer.from(bytes.subarray(start, whole)).toString()}"`)
    return typeof text === 'string' ? Buffer.from(text) : new Uint8Array(0)
  } catch {
    return new Uint8Array(0)
  }
}

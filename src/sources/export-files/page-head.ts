const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const AT = 0x40
const OPEN_BRACKET = 0x5b
const OPEN_BRACE = 0x7b
const VALUE = [0x76, 0x61, 0x6c, 0x75, 0x65]
/** Graph's `@odata.` lines before `value` are a few hundred bytes long. */
const MAX_HEAD_BYTES = 1 << 16

/**
 * Is the object that begins at `start` a page, `{"@odata.…": "…", "value": [`? Then the index behind that bracket.
 * `record`: it is not; `unknown`: the bytes end too early to tell. Only `@…` keys may stand before `value`,
 * so a record with a field of that name stays a record. PowerShell's `{"value":[…],"Count":2}` is a page as well.
 */
export function pageStart(
  bytes: Uint8Array,
  start: number,
  length: number,
): number | 'record' | 'unknown' {
  const limit = Math.min(length, start + MAX_HEAD_BYTES)
  const outOfBytes = limit === length ? 'unknown' : 'record'
  let at = start + 1
  for (;;) {
    at = skipBlanks(bytes, at, limit)
    if (at >= limit) return outOfBytes
    if (bytes[at] !== QUOTE) return 'record'
    const key = at + 1
    at = skipString(bytes, key, limit)
    if (at > limit) {
      const first = bytes[key]
      return key >= limit || first === AT || first === VALUE[0] ? outOfBytes : 'record'
    }
    const isValue = isKeyValue(bytes, key, at - 1)
    if (!isValue && bytes[key] !== AT) return 'record'
    at = skipBlanks(bytes, at, limit)
    if (at >= limit) return outOfBytes
    if (bytes[at] !== COLON) return 'record'
    at = skipBlanks(bytes, at + 1, limit)
    if (at >= limit) return outOfBytes
    if (isValue) return bytes[at] === OPEN_BRACKET ? at + 1 : 'record'
    if (bytes[at] === OPEN_BRACKET || bytes[at] === OPEN_BRACE) return 'record'
    if (bytes[at] === QUOTE) at = skipString(bytes, at + 1, limit)
    else while (at < limit && bytes[at] !== COMMA && bytes[at] !== 0x7d) at += 1
    at = skipBlanks(bytes, at, limit)
    if (at >= limit) return outOfBytes
    if (bytes[at] !== COMMA) return 'record'
    at += 1
  }
}

function isKeyValue(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === VALUE.length && VALUE.every((byte, i) => bytes[start + i] === byte)
}

function skipBlanks(bytes: Uint8Array, from: number, limit: number): number {
  let at = from
  while (at < limit && (bytes[at] ?? 0) <= 0x20) at += 1
  return at
}

/** Index behind the closing quote; beyond `limit` if there is none. */
function skipString(bytes: Uint8Array, from: number, limit: number): number {
  let at = from
  while (at < limit && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at < limit ? at + 1 : limit + 1
}

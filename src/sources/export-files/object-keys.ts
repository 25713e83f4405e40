const QUOTE = 0x22
const BACKSLASH = 0x5c

/** A key of an object, and the first character of its value: `"`, `{`, `[`, a digit, `t`, `f` or `n`. */
export type Keys = ReadonlyMap<string, string>

/** The keys of the object at `bytes[start ..]`, as far as it goes; what is not an object has none. */
export function keysOf(bytes: Uint8Array, start: number, end: number): Keys {
  const keys = new Map<string, string>()
  let depth = 0
  let isKey = false
  let at = start
  let key: string | null = null
  while (at < end) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) {
      if (key !== null) keys.set(key, '"')
      key = null
      const from = at + 1
      at = from
      while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
      if (at >= end) break
      if (depth === 1 && isKey && at - from < 200) {
        key = Buffer.from(bytes.buffer, bytes.byteOffset + from, at - from).toString('latin1')
        isKey = false
        const colon = skipTo(bytes, at + 1, end)
        if (bytes[colon] !== 0x3a) break
        at = skipTo(bytes, colon + 1, end)
        if (at >= end) keys.set(key, '')
        continue
      }
    } else if (byte > 0x20) {
      if (key !== null) keys.set(key, String.fromCharCode(byte))
      key = null
      if (byte === 0x7b || byte === 0x5b) {
        depth += 1
        if (depth === 1) {
          if (byte !== 0x7b) break
          isKey = true
        }
      } else if (byte === 0x7d || byte === 0x5d) {
        depth -= 1
        if (depth === 0) break
      } else if (byte === 0x2c && depth === 1) isKey = true
      else if (depth === 0) break
    }
    at += 1
  }
  return keys
}

function skipTo(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && (bytes[at] ?? 0) <= 0x20) at += 1
  return at
}

/** Keys looked at for a signature, and the bytes they may take. */
const SIGNATURE_KEYS = 4
const SIGNATURE_BYTES = 400

/**
 * A number that is the same for records whose first few keys are the same: what a format is remembered by,
 * since exports repeat a handful of orders of keys millions of times. Stops at the first nested value.
 */
export function keySignature(bytes: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + SIGNATURE_BYTES)
  let low = 0x811c9dc5
  let high = 7
  let count = 0
  let isKey = true
  let at = start + 1
  while (at < limit && count < SIGNATURE_KEYS) {
    const byte = bytes[at] ?? 0
    at += 1
    if (byte === QUOTE) {
      if (isKey) {
        for (; at < limit && bytes[at] !== QUOTE; at += 1) {
          low = Math.imul(low ^ (bytes[at] ?? 0), 0x01000193)
          high = (Math.imul(high, 31) + (bytes[at] ?? 0)) | 0
        }
        low = Math.imul(low ^ 0x100, 0x01000193)
        count += 1
        isKey = false
      } else {
        while (at < limit && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
      }
      at += 1
    } else if (byte === 0x2c) isKey = true
    else if (byte === 0x7b || byte === 0x5b || byte === 0x7d) break
  }
  return (high >>> 12) * 0x100000000 + (low >>> 0)
}

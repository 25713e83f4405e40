// Bytes as text and back. Everything in this folder runs in a browser and in Node alike, and imports nothing from outside it:
// the page is a second implementation of docs/spec, not a copy of the first.

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** The text of bytes, a byte order mark included; undefined unless they are valid UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes of standard padded base64; undefined unless the text is exactly what encoding them gives. */
export function fromBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length % 4 !== 0) return undefined
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const letters = atob(text)
  const bytes = new Uint8Array(letters.length)
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at)
  // Only the last letters can be written in more than one way.
  const tail = bytes.subarray(bytes.length - (bytes.length % 3 || 3))
  return toBase64(tail) === text.slice(-4) ? bytes : undefined
}

export function toBase64(bytes: Uint8Array): string {
  let letters = ''
  // In slices, since an argument list has a limit.
  for (let at = 0; at < bytes.length; at += 0x2000)
    letters += String.fromCharCode(...bytes.subarray(at, at + 0x2000))
  return btoa(letters)
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

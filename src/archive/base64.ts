import { HASH_BYTES } from './merkle.ts'

/** The bytes of standard padded base64; undefined unless the text is exactly what encoding them gives. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** The same, for one SHA-256. */
export function hashFromBase64(text: unknown): Buffer | undefined {
  const bytes = typeof text === 'string' ? fromBase64(text) : undefined
  return bytes?.length === HASH_BYTES ? bytes : undefined
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

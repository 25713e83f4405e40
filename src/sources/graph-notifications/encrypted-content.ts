// The encrypted part of a change notification: what it says is believed only when its signature is right.
import {
  constants,
  createDecipheriv,
  createHmac,
  privateDecrypt,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import type { Json } from '../feed.ts'

export interface EncryptedContent {
  readonly [name: string]: Json
  readonly data: string
  readonly dataKey: string
  readonly dataSignature: string
}

const KEY_BYTES = new Set([16, 24, 32])
const IV_BYTES = 16

export function encryptedContentOf(value: unknown): EncryptedContent | null {
  if (typeof value !== 'object' || value === null) return null
  const fields = new Map<string, unknown>(Object.entries(value))
  const [data, dataKey, dataSignature] = ['data', 'dataKey', 'dataSignature'].map((name) =>
    fields.get(name),
  )
  return typeof data === 'string' &&
    typeof dataKey === 'string' &&
    typeof dataSignature === 'string'
    ? { data, dataKey, dataSignature }
    : null
}

/** The item as it was encrypted; null when it is for another key, or was changed on its way. */
export function openContent(content: EncryptedContent, privateKey: KeyObject): Buffer | null {
  try {
    const key = privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
      Buffer.from(content.dataKey, 'base64'),
    )
    if (!KEY_BYTES.has(key.length)) return null
    const data = Buffer.from(content.data, 'base64')
    // Before anything is deciphered: what nobody signed is not looked at.
    const signature = createHmac('sha256', key).update(data).digest()
    const given = Buffer.from(content.dataSignature, 'base64')
    if (given.length !== signature.length || !timingSafeEqual(given, signature)) return null
    const cipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, key.subarray(0, IV_BYTES))
    return Buffer.concat([cipher.update(data), cipher.final()])
  } catch {
    return null
  }
}

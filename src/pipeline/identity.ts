import { hash } from 'node:crypto'

/** 106 bits of the SHA-256 of a record's bytes, as two integers that stay exact in a double. */
export interface ContentHash {
  readonly high: number
  readonly low: number
}

export function contentHash(bytes: Uint8Array): ContentHash {
  const digest = hash('sha256', bytes, 'buffer')
  return { high: first53(digest, 0), low: first53(digest, 8) }
}

/**
 * The identity of a record as 32 hex digits of a SHA-256 over (tenant, namespace, native id); a record without a native
 * id is identified by its content. The zero bytes keep the parts apart: no part can hold one (ids come out of JSON
 * strings that are refused with control characters inside, see `intake`).
 */
export function identityOf(
  tenant: string,
  namespace: string,
  nativeId: string | null,
  bytes: Uint8Array,
): Buffer {
  const id = nativeId === null ? `#${hash('sha256', bytes, 'base64url')}` : `=${nativeId}`
  return hash('sha256', `${tenant}\0${namespace}\0${id}`, 'buffer')
}

/** The key of an identity in the store of repeat keys. */
export const keyOf = (identity: Buffer): number => first53(identity, 0)

export const identityText = (identity: Buffer): string => identity.toString('hex', 0, 16)

/** 52 bits by which the links of one tenant are kept apart from those of another. */
export function tenantSalt(tenant: string): number {
  return Math.floor(first53(hash('sha256', `links\0${tenant}`, 'buffer'), 0) / 2)
}

function first53(digest: Buffer, at: number): number {
  return digest.readUInt32BE(at) * 0x20_0000 + (digest.readUInt32BE(at + 4) >>> 11)
}

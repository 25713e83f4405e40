import { verifyEd25519 } from './ed25519.ts'

/**
 * Whether an Ed25519 signature holds: by this page's own arithmetic, and by the browser's where it knows Ed25519.
 * Both have to agree, so that a mistake in one of them cannot vouch for a forged record.
 */
export async function verifySignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const own = verifyEd25519(publicKey, message, signature)
  return own && ((await verifyNatively(publicKey, message, signature)) ?? true)
}

/** Undefined where the browser has no Ed25519 (before Chrome 137, Firefox 129, Safari 17). */
async function verifyNatively(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean | undefined> {
  try {
    // Absent, too, in a browser that does not count a file opened from the disk as a secure place.
    const { subtle } = globalThis.crypto
    const key = await subtle.importKey('raw', publicKey.slice(), 'Ed25519', false, ['verify'])
    return await subtle.verify('Ed25519', key, signature.slice(), message.slice())
  } catch {
    return undefined
  }
}

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { fromBase64 } from './base64.ts'
import { checkTenant, ORIGIN_PREFIX, tenantOf } from './layout.ts'
import { type VerifierKey, verifierKey } from './note.ts'
import type { SigningKey } from './types.ts'

/** DER prefix of an Ed25519 PKCS #8 private key; the 32 bytes of the seed follow (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A new signing key for one tenant's log. */
export function generateKey(tenant: string): SigningKey {
  checkTenant(tenant)
  const { privateKey } = generateKeyPairSync('ed25519')
  return signingKey(`${ORIGIN_PREFIX}${tenant}`, privateKey)
}

/** The key with a known seed: for reproducible test vectors, never for an archive that matters. */
export function keyFromSeed(tenant: string, seed: Uint8Array): SigningKey {
  checkTenant(tenant)
  return signingKey(`${ORIGIN_PREFIX}${tenant}`, privateKeyOf(seed))
}

/**
 * The tenant's key from its file, created with mode 0600 when it is not there.
 * The text is that of Go's note package: `PRIVATE+KEY+<name>+<id>+<base64>`. Throws BAD_KEY.
 */
export async function loadOrCreateKey(file: string, tenant: string): Promise<SigningKey> {
  checkTenant(tenant)
  if ((await localFiles.size(file)) === null) {
    const key = generateKey(tenant)
    await writeKey(file, key)
    return key
  }
  const key = parseKey((await localFiles.read(file)).toString('latin1').trim())
  if (key === undefined)
    throw new CodedError(
      'BAD_KEY',
      `Cannot use the signing key in "${file}": it is no key of this program; restore it from a backup, never create another one for the same log`,
    )
  if (tenantOf(key.name) !== tenant)
    throw new CodedError(
      'BAD_KEY',
      `Cannot use the signing key in "${file}": it belongs to "${key.name}", not to tenant "${tenant}"`,
    )
  return key
}

async function writeKey(file: string, key: SigningKey): Promise<void> {
  const verifier = publicPart(key.name, key.privateKey)
  const seed = key.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const encoded = Buffer.concat([Buffer.of(1), seed]).toString('base64')
  const text = `PRIVATE+KEY+${key.name}+${verifier.id.toString('hex')}+${encoded}\n`
  await localFiles.makeFolder(dirname(file))
  const temporary = `${file}.tmp`
  await localFiles.remove(temporary)
  const handle = await localFiles.append(temporary, 'new')
  try {
    // Before the secret is in it.
    await chmod(temporary, 0o600)
    await handle.write(Buffer.from(text))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await localFiles.rename(temporary, file)
  await localFiles.syncFolder(dirname(file))
}

function parseKey(text: string): SigningKey | undefined {
  const match = /^PRIVATE\+KEY\+(daybook\/[a-z0-9.-]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(
    text,
  )
  const [, name, id, encoded] = match ?? []
  if (name === undefined || encoded === undefined) return undefined
  const bytes = fromBase64(encoded)
  if (bytes?.length !== 33 || bytes[0] !== 1) return undefined
  const privateKey = privateKeyOf(bytes.subarray(1))
  return publicPart(name, privateKey).id.toString('hex') === id
    ? signingKey(name, privateKey)
    : undefined
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
}

function signingKey(name: string, privateKey: KeyObject): SigningKey {
  return { name, privateKey, vkey: publicPart(name, privateKey).text }
}

function publicPart(name: string, privateKey: KeyObject): VerifierKey {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return verifierKey(name, spki.subarray(-32))
}

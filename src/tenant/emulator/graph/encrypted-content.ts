// The encrypted part of a change notification: AES-256-CBC under a key that only the subscriber's private key opens.
import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from 'node:crypto'

/** Base64 of a DER or PEM certificate, as `encryptionCertificate` holds it; null when it is none, or not RSA. */
export function readCertificate(encoded: string): X509Certificate | null {
  try {
    const certificate = new X509Certificate(Buffer.from(encoded, 'base64'))
    return certificate.publicKey.asymmetricKeyType === 'rsa' ? certificate : null
  } catch {
    return null
  }
}

export interface EncryptedContent {
  readonly data: string
  readonly dataKey: string
  readonly dataSignature: string
  readonly encryptionCertificateId: string
  readonly encryptionCertificateThumbprint: string
}

export function encryptContent(
  bytes: Uint8Array,
  certificate: X509Certificate,
  encryptionCertificateId: string,
): EncryptedContent {
  const key = randomBytes(32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16))
  const data = Buffer.concat([cipher.update(bytes), cipher.final()])
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const dataKey = publicEncrypt({ key: certificate.publicKey, padding, oaepHash: 'sha1' }, key)
  return {
    data: data.toString('base64'),
    dataKey: dataKey.toString('base64'),
    dataSignature: createHmac('sha256', key).update(data).digest('base64'),
    encryptionCertificateId,
    encryptionCertificateThumbprint: createHash('sha1')
      .update(certificate.raw)
      .digest('hex')
      .toUpperCase(),
  }
}

import { createHmac, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { CodedError } from '../../platform/errors.ts'

/** What notifications are encrypted for, and what tells them from anybody else's. */
export interface Keys {
  readonly privateKey: KeyObject
  /** As a subscription names it: base64 of the DER, and an id of our own. */
  readonly certificate: string
  readonly certificateId: string
  readonly expiresAt: Date
  /** Comes back with every notification. Follows from the key, so that it outlives a restart and lies nowhere. */
  readonly clientState: string
}

/** Throws CREDENTIAL_UNREADABLE. */
export function readKeys(tenantId: string, certificatePem: string, keyPem: string): Keys {
  try {
    const certificate = new X509Certificate(certificatePem)
    const privateKey = createPrivateKey(keyPem)
    if (privateKey.asymmetricKeyType !== 'rsa' || !certificate.checkPrivateKey(privateKey))
      throw new Error('not the key of this certificate')
    return {
      privateKey,
      certificate: certificate.raw.toString('base64'),
      certificateId: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      expiresAt: new Date(certificate.validTo),
      clientState: createHmac('sha256', keyPem).update(`notifications ${tenantId}`).digest('hex'),
    }
  } catch (error) {
    throw new CodedError(
      'CREDENTIAL_UNREADABLE',
      'The certificate for notifications or its private key cannot be used: both must be PEM and belong together, the key RSA and without a passphrase (feeds.graph-notifications)',
      { cause: error },
    )
  }
}

// A self-signed certificate, as a subscriber has one: just enough DER for tests.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const SHA256_RSA = der(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex'))

export interface TestCertificate {
  /** Base64 of the DER. */
  readonly certificate: string
  readonly privateKey: KeyObject
}

export function testCertificate(): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const commonName = der(
    0x30,
    Buffer.from('0603550403', 'hex'),
    der(0x0c, Buffer.from('collector')),
  )
  const name = der(0x30, der(0x31, commonName))
  const validity = der(
    0x30,
    der(0x17, Buffer.from('260101000000Z')),
    der(0x17, Buffer.from('360101000000Z')),
  )
  const version = der(0xa0, der(0x02, Buffer.from([2])))
  const serial = der(0x02, Buffer.from([1]))
  const key = publicKey.export({ type: 'spki', format: 'der' })
  const body = der(0x30, version, serial, SHA256_RSA, name, validity, name, key)
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const certificate = der(0x30, body, SHA256_RSA, signature).toString('base64')
  return { certificate, privateKey }
}

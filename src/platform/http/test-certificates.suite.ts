// Certificates for tests: an authority of our own, servers that it vouches for, applications that sign for themselves.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

export interface TestCertificate {
  readonly pem: string
  readonly keyPem: string
}

export interface TestAuthority extends TestCertificate {
  /** A certificate of a server with these names. */
  server(...names: readonly string[]): TestCertificate
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const ECDSA_SHA256 = der(0x30, hex('06082a8648ce3d040302'))
const RSA_SHA256 = der(0x30, hex('06092a864886f70d01010b0500'))
const VALIDITY = der(
  0x30,
  der(0x17, Buffer.from('200101000000Z')),
  der(0x17, Buffer.from('490101000000Z')),
)
const AUTHORITY = der(0x30, hex('0603551d13'), der(0x01, hex('ff')), der(0x04, hex('30030101ff')))

const nameOf = (text: string): Buffer =>
  der(0x30, der(0x31, der(0x30, hex('0603550403'), der(0x0c, Buffer.from(text)))))

const alternatives = (names: readonly string[]): Buffer =>
  der(
    0x30,
    hex('0603551d11'),
    der(0x04, der(0x30, ...names.map((name) => der(0x82, Buffer.from(name))))),
  )

let serial = 1

function certificateOf(given: {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly extension: Buffer
}): string {
  const algorithm = given.signer.asymmetricKeyType === 'rsa' ? RSA_SHA256 : ECDSA_SHA256
  const body = der(
    0x30,
    der(0xa0, der(0x02, hex('02'))),
    der(0x02, Buffer.from([(serial += 1)])),
    algorithm,
    nameOf(given.issuer),
    VALIDITY,
    nameOf(given.subject),
    given.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, given.extension)),
  )
  const signature = der(0x03, hex('00'), sign('sha256', body, given.signer))
  const base64 = der(0x30, body, algorithm, signature).toString('base64')
  const lines = base64.match(/.{1,64}/g)?.join('\n') ?? ''
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

const pemOf = (key: KeyObject): string => String(key.export({ type: 'pkcs8', format: 'pem' }))
const curve = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

export function testAuthority(): TestAuthority {
  const { publicKey, privateKey: signer } = curve()
  const issuer = `Contoso Test Authority ${serial}`
  const own = { subject: issuer, issuer, publicKey, signer, extension: AUTHORITY }
  return {
    pem: certificateOf(own),
    keyPem: pemOf(signer),
    server(...names) {
      const { publicKey: serverKey, privateKey } = curve()
      const subject = names[0] ?? ''
      const extension = alternatives(names)
      const pem = certificateOf({ subject, issuer, publicKey: serverKey, signer, extension })
      return { pem, keyPem: pemOf(privateKey) }
    },
  }
}

/** What an application shows who it is by: RSA, signed by itself. */
export function applicationCertificate(): TestCertificate {
  const { publicKey, privateKey: signer } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const extension = alternatives(['daybook.contoso.com'])
  const own = { subject: 'Daybook', issuer: 'Daybook', publicKey, signer, extension }
  return { pem: certificateOf(own), keyPem: pemOf(signer) }
}

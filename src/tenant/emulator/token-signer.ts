import { createPublicKey, hash, X509Certificate, type KeyObject } from 'node:crypto'
import { compactVerify, SignJWT, type JWTPayload } from 'jose'
import { testCertificate } from './graph/testing-certificate.ts'

/** Verified before: a collector shows the same token with each of its requests. */
const REMEMBERED = 1_000

type Claims = Readonly<Record<string, unknown>>

interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly certificate: X509Certificate
  /** SHA-1 of the certificate, as Entra names its keys. */
  readonly kid: string
}

/** Signs what Entra issues (RS256), and publishes the key. A key of its own for each run of the program. */
export class TokenSigner {
  readonly #known = new Map<string, Claims>()

  async signed(claims: JWTPayload): Promise<string> {
    const { privateKey, kid } = pair()
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: kid, kid })
      .sign(privateKey)
  }

  /** Null for a token that was not issued here. */
  async claims(token: string): Promise<Claims | null> {
    const known = this.#known.get(token)
    if (known !== undefined) return known
    try {
      const { payload } = await compactVerify(token, pair().publicKey)
      const claims: Claims = JSON.parse(Buffer.from(payload).toString())
      if (this.#known.size >= REMEMBERED) this.#known.clear()
      this.#known.set(token, claims)
      return claims
    } catch {
      return null
    }
  }

  /** The key as `discovery/keys` shows it. */
  published(issuer: string): object {
    const { publicKey, certificate, kid } = pair()
    const { n, e } = publicKey.export({ format: 'jwk' })
    const x5c = [certificate.raw.toString('base64')]
    return { kty: 'RSA', use: 'sig', kid, x5t: kid, n, e, x5c, issuer }
  }
}

let made: Pair | null = null

/** Made when it is first needed: that takes a tenth of a second. */
function pair(): Pair {
  if (made !== null) return made
  const { certificate: base64, privateKey } = testCertificate()
  const certificate = new X509Certificate(Buffer.from(base64, 'base64'))
  made = {
    privateKey,
    publicKey: createPublicKey(privateKey),
    certificate,
    kid: hash('sha1', certificate.raw, 'base64url'),
  }
  return made
}

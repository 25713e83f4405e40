import { createPrivateKey, hash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as oidc from 'openid-client'
import { CodedError } from '../errors.ts'

/** How an application shows who it is. Secrets are read when they are needed, so that a rotated file is taken up. */
export type Credential =
  | { readonly type: 'secret'; readonly read: () => string }
  | { readonly type: 'certificate'; readonly certificate: () => string; readonly key: () => string }
  | { readonly type: 'federated-token'; readonly read: () => string }
  | { readonly type: 'managed-identity' }

const ASSERTION_SECONDS = 5 * 60
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The proof of identity that goes with a token request. Throws CREDENTIAL_UNREADABLE. */
export async function clientAuth(
  credential: Exclude<Credential, { readonly type: 'managed-identity' }>,
  tokenEndpoint: string,
): Promise<oidc.ClientAuth> {
  if (credential.type === 'secret') return oidc.ClientSecretPost(credential.read())
  if (credential.type === 'federated-token') {
    const token = credential.read()
    return (_server, client, body) => {
      body.set('client_id', client.client_id)
      body.set('client_assertion_type', ASSERTION_TYPE)
      body.set('client_assertion', token)
    }
  }
  const { key, thumbprint } = certificateOf(credential.certificate(), credential.key())
  // Entra finds the certificate by the hash of its DER (interface reference k).
  return oidc.PrivateKeyJwt(key, {
    [oidc.modifyAssertion]: (header, payload) => {
      header['typ'] = 'JWT'
      header['x5t#S256'] = thumbprint
      // Entra takes assertions for the address of its tokens, not for its name; clocks may differ by minutes.
      payload['aud'] = tokenEndpoint
      payload['exp'] = Number(payload['iat']) + ASSERTION_SECONDS
    },
  })
}

function certificateOf(
  pem: string,
  keyPem: string,
): { readonly key: oidc.CryptoKey; readonly thumbprint: string } {
  try {
    const certificate = new X509Certificate(pem)
    const privateKey = createPrivateKey(keyPem)
    if (!certificate.checkPrivateKey(privateKey)) throw new Error('not the key of this certificate')
    const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' }
    return {
      key: privateKey.toCryptoKey(algorithm, false, ['sign']),
      thumbprint: hash('sha256', certificate.raw, 'base64url'),
    }
  } catch (error) {
    throw new CodedError(
      'CREDENTIAL_UNREADABLE',
      'The certificate or its private key cannot be read: both must be PEM and belong together, the key RSA and without a passphrase',
      { cause: error },
    )
  }
}

/** Reads a secret from the environment. Throws SECRET_MISSING naming the variable. */
export function secretFromEnvironment(environment: NodeJS.ProcessEnv, name: string): () => string {
  return () => {
    const value = environment[name]
    if (value !== undefined && value !== '') return value
    throw new CodedError(
      'SECRET_MISSING',
      `The environment variable ${name} is not set: the configuration names it as a secret`,
    )
  }
}

/** Reads a secret from a file, without the line end that editors add. Throws SECRET_MISSING naming the file. */
export function secretFromFile(file: string): () => string {
  return () => {
    try {
      return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
      throw new CodedError(
        'SECRET_MISSING',
        `The file ${file} cannot be read: the configuration names it as a secret`,
        { cause: error },
      )
    }
  }
}

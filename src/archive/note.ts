import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { fromBase64 } from './base64.ts'

// C2SP signed-note v1.0.0: text, an empty line, signature lines `— name base64(key id ‖ signature)`.

const ED25519 = 0x01
/** DER prefix of an Ed25519 SubjectPublicKeyInfo; the 32 raw bytes follow (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const MAX_NOTE_BYTES = 64 * 1024
const MAX_SIGNATURES = 64
const CONTROL = /(?!\n)\p{Cc}/u

export interface VerifierKey {
  readonly name: string
  readonly id: Buffer
  readonly publicKey: KeyObject
  /** `name+id+key`, as published. */
  readonly text: string
}

/** The verifier key of a public Ed25519 key. */
export function verifierKey(name: string, rawPublicKey: Uint8Array): VerifierKey {
  const id = keyId(name, rawPublicKey)
  const encoded = Buffer.concat([Buffer.of(ED25519), rawPublicKey]).toString('base64')
  return {
    name,
    id,
    publicKey: createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, rawPublicKey]),
      format: 'der',
      type: 'spki',
    }),
    text: `${name}+${id.toString('hex')}+${encoded}`,
  }
}

/** Reads `name+id+key`; undefined when it is malformed or its id does not belong to it. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const match = /^([^+\s]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,200})$/.exec(text.trim())
  const [, name, id, encoded] = match ?? []
  if (name === undefined || encoded === undefined) return undefined
  const bytes = fromBase64(encoded)
  if (bytes?.length !== 33 || bytes[0] !== ED25519) return undefined
  const key = verifierKey(name, bytes.subarray(1))
  return key.id.toString('hex') === id ? key : undefined
}

/** Signs a text that ends with a line feed. */
export function signNote(text: string, key: VerifierKey, privateKey: KeyObject): string {
  const signature = Buffer.concat([key.id, sign(null, Buffer.from(text), privateKey)])
  return `${text}\n\u2014 ${key.name} ${signature.toString('base64')}\n`
}

export type OpenedNote =
  | { readonly text: string; readonly verified: true }
  | { readonly text?: string; readonly verified: false; readonly why: string }

/** Checks a signed note against one key. Signatures by others are ignored, as the specification says. */
export function openNote(note: string, key: VerifierKey): OpenedNote {
  const parts = splitNote(note)
  if (typeof parts === 'string') return { verified: false, why: parts }
  const message = Buffer.from(parts.text)
  let verified = false
  for (const { name, bytes } of parts.signatures) {
    if (name !== key.name || !bytes.subarray(0, 4).equals(key.id)) continue
    if (bytes.length !== 68 || !verify(null, message, key.publicKey, bytes.subarray(4)))
      return { text: parts.text, verified: false, why: 'its signature does not fit its text' }
    verified = true
  }
  if (verified) return { text: parts.text, verified }
  return { text: parts.text, verified, why: `it carries no signature by ${key.text}` }
}

interface NoteParts {
  readonly text: string
  readonly signatures: readonly { readonly name: string; readonly bytes: Buffer }[]
}

/** The parts of a note, or why it is none. */
export function splitNote(note: string): NoteParts | string {
  if (note.length > MAX_NOTE_BYTES) return 'it is too long'
  // C2SP: no control characters but line feeds.
  if (CONTROL.test(note)) return 'it holds control characters'
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) return 'it is no signed note'
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return 'it has too many signatures'
  const signatures = []
  for (const line of lines) {
    const [, name, encoded] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? []
    const bytes = encoded === undefined ? undefined : fromBase64(encoded)
    if (name === undefined || bytes === undefined || bytes.length < 5)
      return 'a signature line is malformed'
    signatures.push({ name, bytes })
  }
  return { text: note.slice(0, split + 1), signatures }
}

function keyId(name: string, rawPublicKey: Uint8Array): Buffer {
  return hash(
    'sha256',
    Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), rawPublicKey]),
    'buffer',
  ).subarray(0, 4)
}

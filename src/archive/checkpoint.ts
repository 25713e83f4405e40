import { hashFromBase64, toBase64 } from './base64.ts'
import { openNote, parseVerifierKey, signNote, splitNote, type VerifierKey } from './note.ts'
import type { Checkpoint, SigningKey } from './types.ts'

/** A checkpoint's fields without a look at its signatures (C2SP tlog-checkpoint v1.0.0); or why it is none. */
export function parseCheckpoint(note: string): Checkpoint | string {
  const parts = splitNote(note)
  if (typeof parts === 'string') return parts
  const [origin = '', size = '', root = '', ...rest] = parts.text.slice(0, -1).split('\n')
  // Extension lines are allowed by the standard and never written by us: nobody could audit them.
  if (rest.length > 0) return 'it has extension lines'
  const rootBytes = hashFromBase64(root)
  if (!/^(0|[1-9]\d{0,14})$/.test(size)) return 'its size is no number'
  if (rootBytes === undefined) return 'its root is no SHA-256'
  if (origin === '') return 'it has no origin'
  return { origin, size: Number(size), root: rootBytes, text: note }
}

/** A checkpoint whose signature by `key` holds; or why there is none. */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint | string {
  const opened = openNote(note, key)
  if (!opened.verified) return opened.why
  const checkpoint = parseCheckpoint(note)
  if (typeof checkpoint === 'string') return checkpoint
  return checkpoint.origin === key.name
    ? checkpoint
    : `it belongs to ${JSON.stringify(checkpoint.origin)}`
}

export function signCheckpoint(key: SigningKey, size: number, root: Uint8Array): Checkpoint {
  const verifier = parseVerifierKey(key.vkey)
  if (verifier === undefined) throw new Error('a signing key with a malformed verifier key')
  const text = signNote(`${key.name}\n${size}\n${toBase64(root)}\n`, verifier, key.privateKey)
  return { origin: key.name, size, root, text }
}

import { fromBase64, same, toHex, utf8 } from './bytes.ts'
import { sha256 } from './sha256.ts'

// C2SP signed-note: text, an empty line, signature lines `— name base64(key id ‖ signature)`.

const ED25519 = 1
const MAX_NOTE = 64 * 1024
const MAX_SIGNATURES = 64
const CONTROL = /(?!\n)\p{Cc}/u

/** A public key as Daybook hands it out: `daybook/<tenant>+<key id>+<base64>`. */
export interface VerifierKey {
  readonly name: string
  readonly id: Uint8Array
  readonly publicKey: Uint8Array
  readonly text: string
}

/** Reads `name+id+key`; undefined when it is malformed or its id does not belong to it. */
export function parseVerifierKey(text: unknown): VerifierKey | undefined {
  if (typeof text !== 'string') return undefined
  const trimmed = text.trim()
  const match = /^([^+\s]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,200})$/.exec(trimmed)
  const [, name, id, encoded] = match ?? []
  const bytes = fromBase64(encoded)
  if (name === undefined || bytes?.length !== 33 || bytes[0] !== ED25519) return undefined
  const computed = sha256(utf8(`${name}\n`), bytes).subarray(0, 4)
  if (toHex(computed) !== id) return undefined
  return { name, id: computed, publicKey: bytes.subarray(1), text: trimmed }
}

interface NoteSignature {
  readonly name: string
  readonly id: Uint8Array
  readonly signature: Uint8Array
}

/** What a checkpoint says (C2SP tlog-checkpoint), before its signatures are looked at. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** What is signed. */
  readonly message: Uint8Array
  readonly signatures: readonly NoteSignature[]
}

/** Reads a checkpoint; undefined when it is none. */
export function parseCheckpoint(note: unknown): Checkpoint | undefined {
  if (typeof note !== 'string' || note.length > MAX_NOTE || CONTROL.test(note)) return undefined
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) return undefined
  const lines = note.slice(split + 2, -1).split('\n')
  const signatures = lines.map(parseSignature)
  if (lines.length > MAX_SIGNATURES || signatures.includes(undefined)) return undefined

  const text = note.slice(0, split + 1)
  const [origin = '', size = '', root, ...rest] = text.slice(0, -1).split('\n')
  const rootBytes = fromBase64(root)
  // Extension lines are allowed by the standard and never written by Daybook: nobody could audit them.
  if (rest.length > 0 || origin === '' || rootBytes?.length !== 32) return undefined
  if (!/^(0|[1-9]\d{0,14})$/.test(size)) return undefined
  return {
    origin,
    size: Number(size),
    root: rootBytes,
    message: utf8(text),
    signatures: signatures.filter((one) => one !== undefined),
  }
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name, encoded] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? []
  const bytes = fromBase64(encoded)
  if (name === undefined || bytes === undefined || bytes.length < 5) return undefined
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

type Verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>

/** Whether a checkpoint is of the log of this key and signed by it. Signatures by others are ignored. */
export async function isSignedBy(
  { origin, message, signatures }: Checkpoint,
  key: VerifierKey,
  verify: Verify,
): Promise<boolean> {
  const own = signatures.filter(({ name, id }) => name === key.name && same(id, key.id))
  if (own.length === 0 || origin !== key.name) return false
  for (const { signature } of own) {
    if (!(await verify(key.publicKey, message, signature))) return false
  }
  return true
}

import { fromBase64 } from '../archive/base64.ts'
import { openCheckpoint } from '../archive/checkpoint.ts'
import { decodeLine } from '../archive/line.ts'
import { manifestOf, parseEntry } from '../archive/manifest.ts'
import { HASH_BYTES, leafHash, rootFromInclusion, same } from '../archive/merkle.ts'
import { parseVerifierKey } from '../archive/note.ts'
import { MAX_PROOF_BYTES, PROOF_HEADER } from '../archive/proof-format.ts'
import { CodedError } from '../platform/errors.ts'
import { canonicalJson } from '../platform/jcs.ts'
import { isObject, parseObject } from '../platform/json-object.ts'
import { tenantOf } from '../archive/layout.ts'
import type { Manifest } from '../archive/types.ts'

export interface ProofToVerify {
  /** The text of the proof file. */
  readonly proof: string
  /** The record's line as the archive keeps it, or the served text alone. A line feed at the end may be added. */
  readonly record: Uint8Array
  /** The text of the verifier key. */
  readonly publicKey: string
}

export type ProofVerdict =
  | {
      readonly ok: true
      readonly tenant: string
      readonly sequence: number
      readonly segment: string
      readonly sealedAt: string
      readonly checkpointSize: number
      /** Whether the file was the archive's line, or the served text from which it was rebuilt. */
      readonly record: 'line' | 'raw'
    }
  | { readonly ok: false; readonly code: ProofFault; readonly message: string }

export type ProofFault =
  | 'BAD_PUBLIC_KEY'
  | 'PROOF_MALFORMED'
  | 'PROOF_SIGNATURE'
  | 'PROOF_NOT_IN_LOG'
  | 'RECORD_DIFFERS'

/** Checks a proof without anything but itself, the record and the key. Never throws for what they hold. */
export function verifyProof({ proof, record, publicKey }: ProofToVerify): ProofVerdict {
  const key = parseVerifierKey(publicKey)
  if (key === undefined) return failed('BAD_PUBLIC_KEY', 'the public key is no verifier key')
  const parts = parseProof(proof)
  if (typeof parts === 'string') return failed('PROOF_MALFORMED', parts)
  const checkpoint = openCheckpoint(parts.checkpoint, key)
  if (typeof checkpoint === 'string')
    return failed('PROOF_SIGNATURE', `the checkpoint in the proof: ${checkpoint}`)
  const entry = Buffer.from(parts.manifest)
  const root = rootFromInclusion(parts.index, checkpoint.size, leafHash(entry), parts.logPath)
  if (root === undefined || !same(root, checkpoint.root))
    return failed('PROOF_NOT_IN_LOG', 'the manifest is not in the log that the checkpoint signs')
  const manifest = readManifest(entry, parts.index, key.name)
  if (manifest === undefined || parts.line >= manifest.count)
    return failed('PROOF_MALFORMED', 'the log entry is no manifest that holds this record')

  for (const [form, line] of candidates(record, parts.envelope)) {
    const found = rootFromInclusion(parts.line, manifest.count, leafHash(line), parts.path)
    if (found === undefined || Buffer.from(found).toString('base64') !== manifest.recordsRoot)
      continue
    return {
      ok: true,
      tenant: manifest.tenant,
      sequence: manifest.first + parts.line,
      segment: manifest.segment,
      sealedAt: manifest.sealedAt,
      checkpointSize: checkpoint.size,
      record: form,
    }
  }
  return failed('RECORD_DIFFERS', 'the record is not the one that was archived')
}

/** The outer part of a proof: a C2SP tlog-proof. */
interface LogProofParts {
  readonly index: number
  readonly logPath: readonly Uint8Array[]
  readonly checkpoint: string
  /** What its `extra` line holds; undefined where there is none. */
  readonly extra: Buffer | undefined
}

export interface ProofParts extends LogProofParts {
  readonly line: number
  readonly path: readonly Uint8Array[]
  readonly manifest: string
  readonly envelope: unknown
}

/** The parts of a tlog-proof, or why it is none. */
export function parseLogProof(text: string): LogProofParts | string {
  if (text.length > 4 * MAX_PROOF_BYTES) return 'it is too long'
  const split = text.indexOf('\n\n')
  const [header, ...lines] = text.slice(0, Math.max(0, split)).split('\n')
  if (header !== PROOF_HEADER) return `it does not begin with "${PROOF_HEADER}"`
  const encoded = lines[0]?.startsWith('extra ') === true ? lines.shift()?.slice(6) : undefined
  const extra = encoded === undefined ? undefined : fromBase64(encoded)
  if (encoded !== undefined && extra === undefined) return 'its "extra" line is malformed'
  const [index = '', ...hashes] = lines
  if (!/^index (0|[1-9]\d{0,14})$/.test(index)) return 'it has no index'
  const logPath = hashes
    .map(fromBase64)
    .filter((hash) => hash?.length === HASH_BYTES)
    .filter((hash) => hash !== undefined)
  if (logPath.length !== hashes.length || hashes.length > 63) return 'a hash in it is malformed'
  return { index: Number(index.slice(6)), logPath, checkpoint: text.slice(split + 2), extra }
}

/** The parts of a proof of a record, or why it is none. */
export function parseProof(text: string): ProofParts | string {
  const outer = parseLogProof(text)
  if (typeof outer === 'string') return outer
  if (outer.extra === undefined) return 'it has no "extra" line by this program'
  const fields = parseObject(outer.extra.toString('utf8'))
  const { line, path, manifest, envelope } = fields ?? {}
  if (typeof path !== 'string' || typeof manifest !== 'string' || fields?.['v'] !== 1)
    return 'its "extra" line is malformed'
  const joined = fromBase64(path)
  if (joined === undefined || joined.length % HASH_BYTES !== 0)
    return 'its path in the segment is malformed'
  if (typeof line !== 'number' || !Number.isSafeInteger(line) || line < 0)
    return 'its line number is malformed'
  return {
    ...outer,
    line,
    path: Array.from({ length: joined.length / HASH_BYTES }, (_, at) =>
      joined.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
    ),
    manifest,
    envelope,
  }
}

/** The manifest in a log entry of an origin; undefined when it is none. */
export function readManifest(entry: Buffer, index: number, origin: string): Manifest | undefined {
  try {
    const parsed = parseEntry(entry, index, tenantOf(origin))
    return parsed && manifestOf(parsed)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** What the file may be: the line, or the served text to put into the envelope; each with or without a final line feed. */
function* candidates(record: Uint8Array, envelope: unknown): Generator<['line' | 'raw', Buffer]> {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  const forms = [bytes]
  if (bytes.at(-1) === 10) forms.push(bytes.subarray(0, bytes.at(-2) === 13 ? -2 : -1))
  for (const form of forms) yield ['line', form]
  if (!isObject(envelope)) return
  for (const form of forms) {
    const text = form.toString('utf8')
    const isText = Buffer.from(text).equals(form)
    const raw = isText ? { raw: text } : { rawBase64: form.toString('base64') }
    const line = rebuildLine({ ...envelope, ...raw })
    if (line !== undefined) yield ['raw', Buffer.from(line)]
  }
}

/** The line of the archive that fields make. Whatever the proof says is in it: the hash decides, and fields that make no line are no candidate. */
export function rebuildLine(fields: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const line = canonicalJson(fields)
    decodeLine(Buffer.from(line))
    return line
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

function failed(code: ProofFault, message: string): ProofVerdict {
  return { ok: false, code, message }
}

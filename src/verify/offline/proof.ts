import { fromBase64, same, textOf, toBase64, utf8 } from './bytes.ts'
import { canonical, isCount, isObject, objectOf } from './json.ts'
import { leafOf, rootFromPath } from './tree.ts'

// docs/spec/archive-format.md section 8.

const HEADER = 'c2sp.org/tlog-proof@v1'
const MAX_PROOF = 16 * 1024
const MAX_ENTRY = 2048
const MAX_STEPS = 63

/** A C2SP tlog-proof, nothing of it checked: that an entry stands in the log that a checkpoint describes. */
export interface LogProof {
  /** Place of the entry in the log. */
  readonly index: number
  readonly logPath: readonly Uint8Array[]
  readonly checkpoint: string
  /** Bytes that the proof carries along; no signature covers them. */
  readonly extra: Uint8Array | undefined
}

/** Reads a tlog-proof; undefined when it is none. */
export function parseLogProof(text: unknown): LogProof | undefined {
  if (typeof text !== 'string' || text.length > MAX_PROOF) return undefined
  const split = text.indexOf('\n\n')
  const [header, ...lines] = text.slice(0, Math.max(0, split)).split('\n')
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()?.slice(6)) : undefined
  const index = /^index (0|[1-9]\d{0,14})$/.exec(lines.shift() ?? '')?.[1]
  const logPath = lines.map(fromBase64).filter((hash) => hash !== undefined)
  if (header !== HEADER || index === undefined || lines.length > MAX_STEPS) return undefined
  if (logPath.length !== lines.length || logPath.some((hash) => hash.length !== 32))
    return undefined
  return { index: Number(index), logPath, checkpoint: text.slice(split + 2), extra }
}

/** The parts of a record's proof, none of them checked. */
export interface Proof extends LogProof {
  /** Place of the record in its segment, from 0. */
  readonly line: number
  readonly path: readonly Uint8Array[]
  /** The log entry, exactly. */
  readonly manifest: string
}

/** Reads a record's proof as Daybook writes it; undefined when it is none. */
export function parseProof(text: unknown): Proof | undefined {
  const outer = parseLogProof(text)
  if (outer?.extra === undefined) return undefined
  const { v, line, path, manifest } = objectOf(textOf(outer.extra)) ?? {}
  const joined = fromBase64(path)
  if (v !== 1 || !isCount(line) || typeof manifest !== 'string') return undefined
  if (joined === undefined || joined.length % 32 !== 0 || joined.length > 32 * MAX_STEPS)
    return undefined
  const steps = Array.from({ length: joined.length / 32 }, (_, at) =>
    joined.subarray(at * 32, at * 32 + 32),
  )
  return { ...outer, line, path: steps, manifest }
}

/** What the log says of the segment that a record lies in, as far as a proof needs it. */
export interface Segment {
  readonly segment: string
  readonly tenant: string
  readonly first: number
  readonly count: number
  readonly recordsRoot: string
  readonly sealedAt: string
}

/** Reads a log entry as the manifest of a segment of records; undefined when it is none of this tenant. */
export function parseSegment(entry: string, tenant: string): Segment | undefined {
  const fields = entry.length > MAX_ENTRY ? undefined : objectOf(entry)
  if (fields === undefined || canonical(fields) !== entry) return undefined
  const { v, kind, segment, first, count, recordsRoot, sealedAt } = fields
  if (v !== 1 || kind !== 'segment' || fields['tenant'] !== tenant) return undefined
  if (typeof segment !== 'string' || typeof recordsRoot !== 'string') return undefined
  if (typeof sealedAt !== 'string' || !isCount(first) || !isCount(count)) return undefined
  // The number in a segment's name is that of its first record.
  const named = /^r(\d{12,16})-\d{6,16}$/.exec(segment)?.[1]
  if (named === undefined || Number(named) !== first || count === 0 || count > 65_536)
    return undefined
  return { segment, tenant, first, count, recordsRoot, sealedAt }
}

/** Whether an entry stands at its place in the log that a checkpoint describes. */
export function isInLog(
  entry: string,
  { index, logPath }: LogProof,
  checkpoint: { readonly size: number; readonly root: Uint8Array },
): boolean {
  const root = rootFromPath(index, checkpoint.size, leafOf(utf8(entry)), logPath)
  return root !== undefined && same(root, checkpoint.root)
}

/** Whether a line is the one that was archived at the proof's place in the segment. */
export function isInSegment(line: Uint8Array, proof: Proof, segment: Segment): boolean {
  const root = rootFromPath(proof.line, segment.count, leafOf(line), proof.path)
  return root !== undefined && toBase64(root) === segment.recordsRoot
}

/** The line of the archive, built anew from what surrounds the record and the record's bytes; undefined if there is none. */
export function rebuildLine(envelope: unknown, record: Uint8Array): Uint8Array | undefined {
  if (!isObject(envelope)) return undefined
  const { raw: _raw, rawBase64: _rawBase64, ...rest } = envelope
  const text = textOf(record)
  const whole = text === undefined ? { rawBase64: toBase64(record) } : { raw: text }
  const line = canonical({ ...rest, ...whole })
  return line === undefined ? undefined : utf8(line)
}

import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson } from '../../platform/jcs.ts'
import { release } from '../../platform/release.ts'
import { openFrame, readFrame } from '../../archive/frames.ts'
import { disposedLeaf, rawOf } from '../../archive/line.ts'
import { proofText, type LogPlace } from '../../archive/proof-text.ts'
import { SegmentProver } from '../../archive/segment-prover.ts'
import type { FrameRef, Manifest, RecordLine } from '../../archive/types.ts'
import { attemptSync } from './growing-file.ts'
import { copyText } from './line-text.ts'
import type { FileEntry } from './stage.ts'
import { TextBuffer } from './text-buffer.ts'

// Reads exact texts of records, and their proofs, out of the archive: synchronous, for worker threads.

/** Records of one frame: their lines in it, ascending. */
export interface FrameTask {
  readonly frame: FrameRef
  readonly wanted: readonly number[]
}

/** On this machine, and in the package. */
interface OwnFolder {
  readonly folder: string
  readonly path: string
}

/** Consecutive frames of one segment. Plain data, posted to workers. */
export interface TextTask {
  readonly frames: readonly FrameTask[]
  /** Where texts go that have a file of their own; null: none has. */
  readonly own: OwnFolder | null
  readonly prove: {
    readonly directory: string
    readonly manifest: Manifest
    readonly log: LogPlace
  } | null
}

/** A text that is no line of records.jsonl: a row of a CSV, or a file of its own. */
type OtherText =
  | { readonly group: number; readonly bytes: Uint8Array }
  | { readonly file: FileEntry }

/** The two halves of a line of proofs.jsonl, around the value of `place`. */
interface ProofHalves {
  /** Number in `others`; -1: the next line of records.jsonl. */
  readonly other: number
  readonly before: string
  readonly behind: string
}

export interface TextResult {
  /** Lines of records.jsonl, each with its line feed. */
  readonly lines: Uint8Array
  readonly lineCount: number
  readonly others: readonly OtherText[]
  /** In the order of sequences; empty unless they were asked for. */
  readonly proofs: readonly ProofHalves[]
  /** Records of which only the hash is kept. */
  readonly disposed: number
}

/** Which CSV header a container's rows belong to: container id to the number of the header. */
export type CsvGroups = ReadonlyMap<string, number>

export function readTexts({ frames, prove, own }: TextTask, groups: CsvGroups): TextResult {
  // No text is longer than its line.
  const lines = new TextBuffer(frames.reduce((sum, { frame }) => sum + frame.rawBytes, 0))
  const others: OtherText[] = []
  const proofs: ProofHalves[] = []
  let lineCount = 0
  let disposed = 0
  const prover = prove === null ? null : proverOf(prove.directory, prove.manifest)
  for (const { frame, wanted } of frames) {
    const text = openFrame(readFrame(frame), frame.rawBytes, frame.count)
    prover?.know(frame, text)
    for (const at of wanted) {
      const [start, end] = [(text.ends[at - 1] ?? -1) + 1, text.ends[at] ?? 0]
      // A proof needs more of the line than its text.
      const isCopied =
        prover === null &&
        lines.add(end - start, (to, out) => copyText(text.bytes, [start, end], groups, to, out))
      if (isCopied) {
        lineCount += 1
        continue
      }
      const bytes = text.bytes.subarray(start, end)
      if (disposedLeaf(bytes) !== undefined) {
        disposed += 1
        continue
      }
      const record: RecordLine = JSON.parse(bytes.toString('utf8'))
      const other = otherText(record, groups, own)
      if (other === null) {
        lines.addLine(record.raw ?? '')
        lineCount += 1
      }
      if (prove !== null && prover !== null)
        proofs.push({
          other: other === null ? -1 : others.length,
          ...proofHalves(record, prover, prove),
        })
      if (other !== null) others.push(other)
    }
    release([text.bytes])
  }
  return { lines: lines.taken(), lineCount, others, proofs, disposed }
}

const LINE_FEED = '\n'
const BYTE_ORDER_MARK = '\uFEFF'

function otherText(record: RecordLine, groups: CsvGroups, own: TextTask['own']): OtherText | null {
  const { raw, container } = record
  if (raw === undefined) return ownFile(record, 'bin', own)
  const group = groups.get(container)
  if (group !== undefined) return { group, bytes: copied(Buffer.from(raw)) }
  if (!raw.includes(LINE_FEED) && !raw.startsWith(BYTE_ORDER_MARK)) return null
  return ownFile(record, raw.startsWith('{') || raw.startsWith('[') ? 'json' : 'txt', own)
}

const made = new Set<string>()

/** Written here: making a file takes the system longer than everything else that is done for its record. */
function ownFile(record: RecordLine, ending: string, own: OwnFolder | null): OtherText {
  if (own === null) throw new Error('there is no folder for files of their own')
  const { folder, path } = own
  const name = `${record.sequence}.${ending}`
  const bytes = rawOf(record)
  const file = join(folder, name)
  attemptSync('write', file, () => {
    if (!made.has(folder)) mkdirSync(folder, { recursive: true })
    made.add(folder)
    writeFileSync(file, bytes)
  })
  const sha256 = hash('sha256', bytes, 'hex')
  return { file: { path: `${path}/${name}`, bytes: bytes.length, sha256, rows: 1 } }
}

/** Out of the pool of small buffers, which would be posted whole. */
const copied = (bytes: Buffer): Uint8Array => new Uint8Array(bytes)

function proofHalves(
  { raw: _raw, rawBase64: _rawBase64, ...envelope }: RecordLine,
  prover: SegmentProver,
  { manifest, log }: NonNullable<TextTask['prove']>,
): { readonly before: string; readonly behind: string } {
  const { sequence, tenant } = envelope
  const inner = {
    v: 1,
    line: sequence - manifest.first,
    path: prover.pathOf(sequence),
    manifest: manifestText(manifest),
  } as const
  return {
    before: `{"tenant":${JSON.stringify(tenant)},"sequence":${sequence},"place":`,
    behind: `,"envelope":${JSON.stringify(envelope)},"proof":${JSON.stringify(proofText(inner, envelope, log))}}\n`,
  }
}

// One segment at a time is read: what is known of the last one is kept.
let lastProver: {
  readonly directory: string
  readonly segment: string
  readonly prover: SegmentProver
} | null = null

function proverOf(directory: string, manifest: Manifest): SegmentProver {
  const { segment } = manifest
  if (lastProver?.directory === directory && lastProver.segment === segment)
    return lastProver.prover
  const prover = new SegmentProver(directory, manifest)
  lastProver = { directory, segment, prover }
  return prover
}

let lastManifest: { readonly of: Manifest; readonly text: string } | null = null

function manifestText(manifest: Manifest): string {
  if (lastManifest?.of === manifest) return lastManifest.text
  const text = canonicalJson(manifest)
  lastManifest = { of: manifest, text }
  return text
}

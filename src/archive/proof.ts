import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { canonicalJson } from '../platform/jcs.ts'
import { decodeLine } from './line.ts'
import { proveInclusion } from './log-files.ts'
import type { SegmentProof } from './proof-format.ts'
import { proofText } from './proof-text.ts'
import { SegmentProver } from './segment-prover.ts'
import type { ArchiveReader, Manifest, Stream } from './types.ts'

type ProofErrorCode = 'NOT_FOUND' | 'NOT_SEALED'

/** The proof of one record as text, and the record's line. Throws NOT_FOUND, NOT_SEALED, or what reading throws. */
export async function proveRecord(
  reader: ArchiveReader,
  sequence: number,
  stream: Stream = 'records',
): Promise<{ proof: string; line: Uint8Array }> {
  const segment = reader.segmentOf(sequence, stream)
  const checkpoint = reader.checkpoint()
  if (segment === undefined)
    throw notProvable('NOT_FOUND', sequence, 'the archive holds no such record; check the number')
  const { manifest, logIndex } = segment
  if (manifest === undefined || logIndex === undefined || checkpoint === undefined)
    throw notProvable('NOT_SEALED', sequence, 'its segment is still open; seal it first')

  const { line, path } = placeOf(reader, manifest, sequence)
  const inner: SegmentProof = {
    v: 1,
    line: sequence - manifest.first,
    path,
    manifest: canonicalJson(manifest),
  }
  const logPath = await proveInclusion(localFiles, reader.directory, logIndex, checkpoint.size)
  const envelope = stream === 'records' ? envelopeOf(line) : undefined
  const log = { index: logIndex, path: logPath, checkpoint: checkpoint.text }
  return { proof: proofText(inner, envelope, log), line }
}

/** Segments whose tables and subtrees are kept for the next proof: up to half a megabyte each. */
const KEPT_SEGMENTS = 64

const kept = new WeakMap<ArchiveReader, Map<string, SegmentProver>>()

/** A record's line, and its path to the segment's root. */
function placeOf(
  reader: ArchiveReader,
  manifest: Manifest,
  sequence: number,
): { line: Buffer; path: string } {
  const provers = kept.get(reader) ?? new Map<string, SegmentProver>()
  kept.set(reader, provers)
  const known = provers.get(manifest.segment)
  provers.delete(manifest.segment)
  const place = (prover: SegmentProver): { line: Buffer; path: string } => {
    const found = { line: prover.lineOf(sequence), path: prover.pathOf(sequence) }
    provers.set(manifest.segment, prover)
    return found
  }
  for (const segment of provers.keys()) {
    if (provers.size < KEPT_SEGMENTS) break
    provers.delete(segment)
  }
  try {
    if (known !== undefined) return place(known)
  } catch {
    // Its file is another one than it was; read anew, and if that fails, too, it is told.
  }
  return place(new SegmentProver(reader.directory, manifest))
}

function envelopeOf(line: Uint8Array): SegmentProof['envelope'] {
  const { raw: _raw, rawBase64: _rawBase64, ...envelope } = decodeLine(line)
  return envelope
}

function notProvable(
  code: ProofErrorCode,
  sequence: number,
  why: string,
): CodedError<ProofErrorCode> {
  return new CodedError(code, `Cannot prove record ${sequence}: ${why}`)
}

import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { canonicalJson } from '../platform/jcs.ts'
import { toBase64 } from './base64.ts'
import { frameLeaves, linesOf, openFrame, readFrame } from './frames.ts'
import { decodeLine, disposedLeaf } from './line.ts'
import { proveInclusion } from './log-files.ts'
import { hashAt, inclusionProof, rootOf } from './merkle.ts'
import type { SegmentProof } from './proof-format.ts'
import { proofText } from './proof-text.ts'
import { BLOCK_LEAVES } from './record-tree.ts'
import { readSealed } from './sealed-file.ts'
import type { ArchiveReader, FrameRef, SegmentRef, Stream } from './types.ts'

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

  const index = sequence - manifest.first
  const { frames, blocks } = readSealed(reader.directory, manifest)
  const { leaves, line } = readBlock(frames, segment, index)
  const blockStart = index - (index % BLOCK_LEAVES)
  const path = inclusionProof(index, manifest.count, (from, to) =>
    // Inside the block from its leaves; outside from the table's hashes, a block being a perfect subtree.
    from >= blockStart && to <= blockStart + BLOCK_LEAVES
      ? rootOf(leaves, from - blockStart, to - blockStart)
      : rootOf(blocks, Math.floor(from / BLOCK_LEAVES), Math.ceil(to / BLOCK_LEAVES)),
  )
  const inner: SegmentProof = {
    v: 1,
    line: index,
    path: toBase64(Buffer.concat(path)),
    manifest: canonicalJson(manifest),
  }
  const logPath = await proveInclusion(localFiles, reader.directory, logIndex, checkpoint.size)
  const envelope = stream === 'records' ? envelopeOf(line) : undefined
  const log = { index: logIndex, path: logPath, checkpoint: checkpoint.text }
  return { proof: proofText(inner, envelope, log), line }
}

/** The leaves of the 64-leaf block around a line, and the line. */
function readBlock(
  frames: readonly FrameRef[],
  segment: SegmentRef,
  index: number,
): { leaves: Buffer; line: Buffer } {
  const from = segment.first + index - (index % BLOCK_LEAVES)
  const to = Math.min(from + BLOCK_LEAVES, segment.first + segment.count)
  const parts: Buffer[] = []
  let line: Buffer = Buffer.alloc(0)
  for (const frame of frames) {
    const end = frame.first + frame.count
    if (end <= from || frame.first >= to) continue
    const text = openFrame(readFrame(frame), frame.rawBytes, frame.count)
    const hashes = frameLeaves(text, disposedLeaf)
    const [first, last] = [Math.max(from, frame.first), Math.min(to, end)]
    for (let at = first; at < last; at += 1)
      parts.push(Buffer.from(hashAt(hashes, at - frame.first)))
    const wanted = segment.first + index
    if (wanted >= frame.first && wanted < end) line = linesOf(text)[wanted - frame.first] ?? line
  }
  return { leaves: Buffer.concat(parts), line }
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

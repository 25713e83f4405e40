import { canonicalJson } from '../platform/jcs.ts'
import { toBase64 } from './base64.ts'
import { MAX_PROOF_BYTES, PROOF_HEADER, type SegmentProof } from './proof-format.ts'

/** Where a manifest lies in the log, and what vouches for it. */
export interface LogPlace {
  readonly index: number
  readonly path: readonly Uint8Array[]
  /** The signed note, verbatim. */
  readonly checkpoint: string
}

/** A proof as text (docs/spec/archive-format.md section 8); the envelope is left away where it would not fit. */
export function proofText(
  inner: Omit<SegmentProof, 'envelope'>,
  envelope: SegmentProof['envelope'],
  log: LogPlace,
): string {
  const write = (part: SegmentProof): string =>
    logProofText(log, `extra ${Buffer.from(canonicalJson(part)).toString('base64')}`)
  const full = envelope === undefined ? undefined : write({ ...inner, envelope })
  return full !== undefined && full.length <= MAX_PROOF_BYTES ? full : write(inner)
}

/** The outer part: a C2SP tlog-proof of one entry of the log. */
export function logProofText({ index, path, checkpoint }: LogPlace, extra?: string): string {
  return [
    PROOF_HEADER,
    ...(extra === undefined ? [] : [extra]),
    `index ${index}`,
    ...path.map(toBase64),
    '',
    checkpoint,
  ].join('\n')
}

import type { RecordLine } from './types.ts'

export const PROOF_HEADER = 'c2sp.org/tlog-proof@v1'
export const MAX_PROOF_BYTES = 4096

/** Our part of a proof: the record's line in its segment. JCS, in the `extra` line. */
export interface SegmentProof {
  readonly v: 1
  /** The line's number in the segment. */
  readonly line: number
  /** Hashes from the line's leaf to the segment's root, one after the other, base64. */
  readonly path: string
  /** The log entry, the exact text. */
  readonly manifest: string
  /** The line without `raw`: with it and the served text the line can be rebuilt. Left out when it would not fit. */
  readonly envelope?: Omit<RecordLine, 'raw' | 'rawBase64'>
}

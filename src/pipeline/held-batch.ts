import type { Part } from '../interactions/item.ts'
import type { RecordLinks } from './record-links.ts'

/** A part with the tenant whose it is. */
export interface OwnedPart extends Part {
  readonly tenant: string
}

/**
 * What a worker keeps of a batch until it is indexed: the records' bytes, and their facts, which are derived once.
 * Facts outlive the young generation that way, so batches are small (docs/reference/performance.md).
 */
export interface HeldBatch {
  /** Archived records of the batch, to be indexed: places in the batch, ascending by sequence. */
  kept(tenant: string): readonly number[]
  /** A kept record, once its sequence is known. */
  part(at: number): OwnedPart
  readonly links: RecordLinks
  /** Gives its memory back; the batch is not used any more. */
  release(): void
  /** Records archived earlier that share links with the batch, by sequence. */
  readonly earlier: Map<number, OwnedPart>
}

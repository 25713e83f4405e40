import type { Part } from '../interactions/item.ts'
import type { BatchRecord } from './prepare.ts'

/** A part with the tenant whose it is. */
export interface OwnedPart extends Part {
  readonly tenant: string
}

/** What a worker keeps of a batch until it is indexed. */
export interface HeldBatch {
  /** Records as they came in; emptied once they are packed (the archive has them then). */
  records: readonly BatchRecord[]
  /** The batch's archived records. */
  parts: readonly OwnedPart[]
  /** Records archived earlier that share links with the batch, by sequence. */
  readonly earlier: Map<number, OwnedPart>
}

export function holdPrepared(records: readonly BatchRecord[]): HeldBatch {
  return { records, parts: [], earlier: new Map() }
}

export function holdLoaded(parts: readonly OwnedPart[]): HeldBatch {
  return { records: [], parts, earlier: new Map() }
}

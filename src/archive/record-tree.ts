import { HASH_BYTES, rootOf } from './merkle.ts'

/** Leaves under one kept hash: a block is what a proof has to read. */
export const BLOCK_LEAVES = 64

/**
 * The RFC 6962 tree over the leaves of one segment, grown leaf by leaf. It keeps a hash per block of 64 leaves:
 * since 64 is a power of two, the root over those hashes is the root over the leaves.
 */
export class RecordTree {
  #blocks: Uint8Array[] = []
  #partial = new Uint8Array(BLOCK_LEAVES * HASH_BYTES)
  #inPartial = 0

  add(leaves: Uint8Array): void {
    for (let at = 0; at < leaves.length;) {
      const room = BLOCK_LEAVES - this.#inPartial
      const take = Math.min(room, (leaves.length - at) / HASH_BYTES)
      this.#partial.set(leaves.subarray(at, at + take * HASH_BYTES), this.#inPartial * HASH_BYTES)
      at += take * HASH_BYTES
      this.#inPartial += take
      if (this.#inPartial < BLOCK_LEAVES) continue
      this.#blocks.push(rootOf(this.#partial))
      this.#inPartial = 0
    }
  }

  /** Hashes of all blocks, the last one perhaps over fewer than 64 leaves. */
  blocks(): Buffer {
    const rest = this.#inPartial === 0 ? [] : [rootOf(this.#partial, 0, this.#inPartial)]
    return Buffer.concat([...this.#blocks, ...rest])
  }

  root(): Buffer {
    return rootOf(this.blocks())
  }
}

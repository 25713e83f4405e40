import { createHash, hash } from 'node:crypto'

export const HASH_BYTES = 32

const LEAF = Buffer.of(0x00)
// RFC 6962 §2.1: distinct prefixes keep a leaf from ever being read as an inner node.
const NODE = 0x01

/** RFC 6962 leaf hash. */
export function leafHash(entry: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(entry).digest()
}

// Filled anew at each call: an allocation per node would cost as much as the hash.
const nodeBytes = new Uint8Array(1 + 2 * HASH_BYTES)

/** RFC 6962 hash of two subtrees. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeBytes[0] = NODE
  nodeBytes.set(left, 1)
  nodeBytes.set(right, 1 + HASH_BYTES)
  // As text and back: Node gives a text in half the time of a buffer.
  return Buffer.from(hash('sha256', nodeBytes, 'binary'), 'latin1')
}

/** Largest power of two below `size` (RFC 6962's k), for `size` of 2 and more. */
export function splitPoint(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

/** Root over hashes laid one after the other, from `from` to `to` (in hashes). */
export function rootOf(hashes: Uint8Array, from = 0, to = hashes.length / HASH_BYTES): Buffer {
  if (to <= from) return hash('sha256', new Uint8Array(0), 'buffer')
  if (to - from === 1) return Buffer.from(hashAt(hashes, from))
  const split = from + splitPoint(to - from)
  return nodeHash(rootOf(hashes, from, split), rootOf(hashes, split, to))
}

export function hashAt(hashes: Uint8Array, index: number): Uint8Array {
  return hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
}

/** Root of the subtree over leaves [from, to): how proofs ask for what they need. */
export type Subtree = (from: number, to: number) => Uint8Array

/** Inclusion proof of leaf `index` in a tree of `size`, leaf to root (RFC 6962 §2.1.1). */
export function inclusionProof(index: number, size: number, subtree: Subtree): Uint8Array[] {
  const proof: Uint8Array[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const split = from + splitPoint(to - from)
    if (index < split) {
      proof.push(subtree(split, to))
      to = split
    } else {
      proof.push(subtree(from, split))
      from = split
    }
  }
  return proof.toReversed()
}

/** Consistency proof between trees of `older` and `newer` leaves (RFC 6962 §2.1.2); empty when equal or when `older` is 0. */
export function consistencyProof(older: number, newer: number, subtree: Subtree): Uint8Array[] {
  if (older === 0 || older >= newer) return []
  const proof: Uint8Array[] = []
  let [from, to, whole] = [0, newer, true]
  while (older !== to) {
    const split = from + splitPoint(to - from)
    if (older <= split) {
      proof.push(subtree(split, to))
      to = split
    } else {
      proof.push(subtree(from, split))
      from = split
      whole = false
    }
  }
  if (!whole) proof.push(subtree(from, to))
  return proof.toReversed()
}

/** Root that an inclusion proof leads to (RFC 9162 §2.1.3.2); undefined when the proof does not fit the numbers. */
export function rootFromInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!isIndex(index) || !isIndex(size) || index >= size || leaf.length !== HASH_BYTES)
    return undefined
  let [at, last, root] = [index, size - 1, leaf]
  for (const step of proof) {
    if (last === 0 || step.length !== HASH_BYTES) return undefined
    if (at % 2 === 1 || at === last) {
      root = nodeHash(step, root)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else root = nodeHash(root, step)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 ? root : undefined
}

/**
 * Whether the newer tree extends the older one (RFC 9162 §2.1.4.2).
 * A proof from size 0 is refused: it would say nothing. Whoever has seen nothing yet has nothing to compare.
 */
export function isConsistent(
  older: { readonly size: number; readonly root: Uint8Array },
  newer: { readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!isIndex(older.size) || !isIndex(newer.size) || older.size > newer.size) return false
  if (older.size === 0) return false
  if (older.size === newer.size) return proof.length === 0 && same(older.root, newer.root)
  if (proof.length === 0 || older.root.length !== HASH_BYTES) return false
  const steps = isPowerOfTwo(older.size) ? [older.root, ...proof] : [...proof]
  const [first] = steps
  if (first === undefined) return false
  let [at, last] = [older.size - 1, newer.size - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  let [oldRoot, newRoot]: [Uint8Array, Uint8Array] = [first, first]
  for (const step of steps.slice(1)) {
    if (last === 0 || step.length !== HASH_BYTES) return false
    if (at % 2 === 1 || at === last) {
      oldRoot = nodeHash(step, oldRoot)
      newRoot = nodeHash(step, newRoot)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else newRoot = nodeHash(newRoot, step)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && same(oldRoot, older.root) && same(newRoot, newer.root)
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

// Sizes go beyond 32 bits, so no shifts.
const half = (value: number): number => Math.floor(value / 2)
const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

function isPowerOfTwo(value: number): boolean {
  let rest = value
  while (rest % 2 === 0) rest /= 2
  return rest === 1
}

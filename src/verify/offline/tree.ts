import { sha256 } from './sha256.ts'

// RFC 6962 section 2.1: distinct prefixes keep a leaf from ever being read as an inner node.
const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const leafOf = (entry: Uint8Array): Uint8Array => sha256(LEAF, entry)

/** Root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); undefined when the proof does not fit the numbers. */
export function rootFromPath(
  index: number,
  size: number,
  leaf: Uint8Array,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!isIndex(index) || !isIndex(size) || index >= size) return undefined
  let [at, last, root] = [index, size - 1, leaf]
  for (const step of path) {
    if (last === 0 || step.length !== 32) return undefined
    if (at % 2 === 1 || at === last) {
      root = sha256(NODE, step, root)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else root = sha256(NODE, root, step)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 ? root : undefined
}

// Sizes go beyond 32 bits, so no shifts.
const half = (value: number): number => Math.floor(value / 2)
const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

import { toBase64 } from './base64.ts'
import { frameLeaves, lineIn, openFrame, readFrame, type FrameText } from './frames.ts'
import { disposedLeaf } from './line.ts'
import { HASH_BYTES, inclusionProof, rootOf } from './merkle.ts'
import { BLOCK_LEAVES } from './record-tree.ts'
import { readSealed, type SealedFile } from './sealed-file.ts'
import type { FrameRef, Manifest } from './types.ts'

/** Frames whose leaves are kept: a block of 64 leaves may lie in several. */
const KEPT_FRAMES = 8

/**
 * Paths of many records of one sealed segment: each frame is hashed once, and subtrees that several paths share are
 * computed once. Synchronous, for worker threads.
 */
export class SegmentProver {
  readonly #manifest: Manifest
  readonly #sealed: SealedFile
  readonly #leaves = new Map<number, Buffer>()
  readonly #subtrees = new Map<number, Buffer>()

  /** Throws what reading the segment's table throws. */
  constructor(directory: string, manifest: Manifest) {
    this.#manifest = manifest
    this.#sealed = readSealed(directory, manifest)
  }

  /** Gives the leaves of a frame that was opened anyway. */
  know(frame: FrameRef, text: FrameText): void {
    if (this.#leaves.has(frame.first)) return
    for (const first of this.#leaves.keys()) {
      if (this.#leaves.size < KEPT_FRAMES) break
      this.#leaves.delete(first)
    }
    this.#leaves.set(frame.first, frameLeaves(text, disposedLeaf))
  }

  /** A record's line. */
  lineOf(sequence: number): Buffer {
    const { frames } = this.#sealed
    const frame = frames[frameOf(frames, sequence)]
    if (frame === undefined) throw new Error(`no frame of the segment holds record ${sequence}`)
    const text = openFrame(readFrame(frame), frame.rawBytes, frame.count)
    this.know(frame, text)
    return lineIn(text, sequence - frame.first)
  }

  /** Hashes from a record's leaf to the segment's root, joined, base64. */
  pathOf(sequence: number): string {
    const { first, count } = this.#manifest
    const index = sequence - first
    const from = index - (index % BLOCK_LEAVES)
    const to = Math.min(from + BLOCK_LEAVES, count)
    let block: Buffer | undefined
    const path = inclusionProof(index, count, (start, end) => {
      if (start < from || end > from + BLOCK_LEAVES) return this.#subtree(start, end)
      block ??= this.#blockLeaves(first + from, first + to)
      return rootOf(block, start - from, end - from)
    })
    return toBase64(Buffer.concat(path))
  }

  #subtree(start: number, end: number): Buffer {
    // Fits a number: a segment has at most 65,536 records.
    const key = start * 131_072 + end
    const known = this.#subtrees.get(key)
    if (known !== undefined) return known
    const [from, to] = [Math.floor(start / BLOCK_LEAVES), Math.ceil(end / BLOCK_LEAVES)]
    const root = rootOf(this.#sealed.blocks, from, to)
    this.#subtrees.set(key, root)
    return root
  }

  #blockLeaves(from: number, to: number): Buffer {
    const { frames } = this.#sealed
    const parts: Buffer[] = []
    for (let at = frameOf(frames, from); at < frames.length; at += 1) {
      const frame = frames[at]
      if (frame === undefined || frame.first >= to) break
      const leaves = this.#leavesOf(frame)
      const [start, end] = [Math.max(from, frame.first), Math.min(to, frame.first + frame.count)]
      parts.push(
        leaves.subarray((start - frame.first) * HASH_BYTES, (end - frame.first) * HASH_BYTES),
      )
    }
    return Buffer.concat(parts)
  }

  #leavesOf(frame: FrameRef): Buffer {
    if (!this.#leaves.has(frame.first))
      this.know(frame, openFrame(readFrame(frame), frame.rawBytes, frame.count))
    return this.#leaves.get(frame.first) ?? Buffer.alloc(0)
  }
}

/** Index of the frame that holds a sequence. */
function frameOf(frames: readonly FrameRef[], sequence: number): number {
  let [from, to] = [0, frames.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const frame = frames[middle]
    if (frame !== undefined && frame.first + frame.count <= sequence) from = middle + 1
    else to = middle
  }
  return from
}

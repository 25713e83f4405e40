import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyProof,
  HASH_BYTES,
  inclusionProof,
  isConsistent,
  leafHash,
  nodeHash,
  rootFromInclusion,
  rootOf,
  same,
} from './merkle.ts'
import { RecordTree } from './record-tree.ts'
import { deriveLevels, subtreeHash } from './tiles.ts'

// Cases we did not write (transparency-dev/merkle); kept beside the repository, not in it.
const VECTORS = '../shared/vectors/rfc6962'
const missing = !existsSync(VECTORS)
if (missing) process.stderr.write(`skipped: no published Merkle vectors at ${VECTORS}\n`)

const leavesOf = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, at) => leafHash(Buffer.from(`entry ${at}`))))
const leafAt = (leaves: Buffer, at: number) =>
  leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
const subtreeOf = (leaves: Buffer) => (from: number, to: number) => rootOf(leaves, from, to)
const bytes = (text: string | null): Buffer => Buffer.from(text ?? '', 'base64')

interface Vector {
  readonly leafIdx: number
  readonly treeSize: number
  readonly size1: number
  readonly size2: number
  readonly root: string | null
  readonly root1: string | null
  readonly root2: string | null
  readonly leafHash: string | null
  readonly proof: readonly string[] | null
  readonly desc: string
  readonly wantErr: boolean
}

function vectors(kind: string): Vector[] {
  if (missing) return []
  return readdirSync(join(VECTORS, kind), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name): Vector => JSON.parse(readFileSync(join(VECTORS, kind, name), 'utf8')))
}

describe.skipIf(missing)('the published vectors', () => {
  test('of inclusion proofs are judged as their authors judge them', () => {
    const all = vectors('inclusion')
    expect(all.length).toBeGreaterThan(90)
    for (const { leafIdx, treeSize, leafHash: leaf, proof, root, desc, wantErr } of all) {
      const found = rootFromInclusion(leafIdx, treeSize, bytes(leaf), (proof ?? []).map(bytes))
      expect([desc, found === undefined || !same(found, bytes(root))]).toEqual([desc, wantErr])
    }
  })

  test('of consistency proofs are judged as their authors judge them, nothing being proved from size 0', () => {
    const all = vectors('consistency')
    expect(all.length).toBeGreaterThan(90)
    for (const { size1, size2, root1, root2, proof, desc, wantErr } of all) {
      const older = { size: size1, root: bytes(root1) }
      const newer = { size: size2, root: bytes(root2) }
      expect([desc, isConsistent(older, newer, (proof ?? []).map(bytes))]).toEqual([desc, !wantErr])
    }
  })
})

test('rootOf() no leaves is the hash of nothing, of two leaves their node (RFC 6962 §2.1)', () => {
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  expect(rootOf(Buffer.alloc(0)).toString('hex')).toBe(empty)
  const two = leavesOf(2)
  expect(rootOf(two)).toEqual(nodeHash(leafAt(two, 0), leafAt(two, 1)))
})

test('every inclusion proof leads to the root, and to no other from a changed leaf', () => {
  for (let size = 1; size <= 70; size += 1) {
    const leaves = leavesOf(size)
    for (let index = 0; index < size; index += 1) {
      const proof = inclusionProof(index, size, subtreeOf(leaves))
      expect(rootFromInclusion(index, size, leafAt(leaves, index), proof)).toEqual(rootOf(leaves))
      expect(rootFromInclusion(index, size, Buffer.alloc(32), proof)).not.toEqual(rootOf(leaves))
    }
  }
})

test('every older tree is consistent with every newer one, and with no forged one', () => {
  const leaves = leavesOf(40)
  const tree = (size: number) => ({ size, root: rootOf(leaves, 0, size) })
  for (let newer = 1; newer <= 40; newer += 1)
    for (let older = 1; older <= newer; older += 1) {
      const proof = consistencyProof(older, newer, subtreeOf(leaves))
      expect(isConsistent(tree(older), tree(newer), proof)).toBe(true)
      expect(isConsistent({ size: older, root: Buffer.alloc(32) }, tree(newer), proof)).toBe(false)
    }
})

test('a subtree from tiles is the subtree from leaves', () => {
  const leaves = leavesOf(700)
  const levels = deriveLevels(leaves)
  const read = (level: number, first: number, last: number): Uint8Array => {
    expect(Math.floor(first / 256)).toBe(Math.floor((last - 1) / 256))
    return (levels[level] ?? Buffer.alloc(0)).subarray(first * HASH_BYTES, last * HASH_BYTES)
  }
  for (const size of [1, 2, 255, 256, 257, 511, 512, 513, 700])
    expect(subtreeHash(0, size, read)).toEqual(rootOf(leaves, 0, size))
  expect(subtreeHash(512, 700, read)).toEqual(rootOf(leaves, 512, 700))
})

test('RecordTree gives the same root however the leaves are handed over', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 8 }), (parts) => {
      const leaves = leavesOf(parts.reduce((sum, part) => sum + part, 0))
      const tree = new RecordTree()
      let at = 0
      for (const part of parts) {
        tree.add(leaves.subarray(at * HASH_BYTES, (at + part) * HASH_BYTES))
        at += part
      }
      expect(tree.root()).toEqual(rootOf(leaves))
      expect(tree.blocks().length).toBe(Math.ceil(at / 64) * HASH_BYTES)
    }),
  )
})

import { constants, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { aRecord, NOON, TENANT } from './builders.suite.ts'
import { encodeFrames } from './frames.ts'
import { inspectSealed } from './inspect.ts'
import { MAX_FRAME_RAW_BYTES } from './layout.ts'
import { encodeGroup, encodeHeader, firstChain } from './segment-file.ts'
import { encodeTable } from './segment-table.ts'
import { RecordTree } from './record-tree.ts'

const header = encodeHeader({
  v: 1,
  kind: 'segment',
  segment: 'r000000000000-000001',
  tenant: TENANT,
  class: 'default',
  quarter: '2026-q1',
  first: 0,
  epoch: 1,
  openedAt: NOON.toISOString(),
})

type AnyFrame = { readonly bytes: Uint8Array; readonly rawBytes: number; readonly count: number }

function aFile(frames: readonly AnyFrame[], leaves: Uint8Array): Buffer {
  const tree = new RecordTree()
  tree.add(leaves)
  const group = encodeGroup(frames, firstChain(header))
  let offset = header.length
  const places = frames.map(({ bytes, rawBytes, count }) => {
    const place = { offset, length: bytes.length, rawBytes, count }
    offset += bytes.length
    return place
  })
  return Buffer.concat([header, group.bytes, encodeTable(places, tree.blocks())])
}

test('a sealed file is inspected whole: records, root, places', () => {
  const frames = encodeFrames([aRecord(0), aRecord(1)])
  const leaves = Buffer.concat(frames.map((frame) => frame.leaves))
  const tree = new RecordTree()
  tree.add(leaves)
  expect(inspectSealed(aFile(frames, leaves))).toMatchObject({ records: 2, root: tree.root() })
  expect(inspectSealed(aFile(frames, Buffer.alloc(64)))).toContain('table do not fit')
  expect(inspectSealed(aFile(encodeFrames([aRecord(1)]), leaves))).toContain('not in its place')
})

test('a file that would decompress to terabytes is refused before it is decompressed', () => {
  const line = Buffer.alloc(1024 * 1024, 0x61)
  line[line.length - 1] = 10
  const bytes = zstdCompressSync(line, { params: { [constants.ZSTD_c_compressionLevel]: 3 } })
  const bomb = { bytes, rawBytes: MAX_FRAME_RAW_BYTES, count: 1 }
  const started = process.threadCpuUsage()

  const inspected = inspectSealed(
    aFile(
      Array.from({ length: 5000 }, () => bomb),
      Buffer.alloc(5000 * 32),
    ),
  )

  expect(inspected).toBe('it says it holds more than a segment may')
  expect(process.threadCpuUsage(started).user / 1_000).toBeLessThan(2000)
})

test('whatever a file holds, inspecting it gives a sentence', () => {
  for (const junk of ['', 'x', 'DAYBOOK1'.repeat(10), String(header)])
    expect(typeof inspectSealed(Buffer.from(junk))).toBe('string')
})

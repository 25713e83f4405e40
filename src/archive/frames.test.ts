import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { frameAt, skippableFrame } from '../platform/zstd-frames.ts'
import { aRecord } from './builders.suite.ts'
import { encodeFrames, frameLeaves, type FrameText, linesOf, openFrame } from './frames.ts'
import { FRAME_RAW_BYTES } from './layout.ts'
import { firstMisplaced } from './line-place.ts'
import { leafHash } from './merkle.ts'

const lines = (count: number): string[] => Array.from({ length: count }, (_, at) => aRecord(at))

test('encodeFrames() packs 64 lines a frame, with the leaf of each line', () => {
  const all = [...lines(129), aRecord(129, { raw: '{"text":"Grüße 日本語 🎉"}' })]
  const frames = encodeFrames(all)

  expect(frames.map(({ count }) => count)).toEqual([64, 64, 2])
  const opened = frames.map((frame) =>
    openFrame(Buffer.from(frame.bytes), frame.rawBytes, frame.count),
  )
  expect(opened.flatMap(linesOf).map(String)).toEqual(all)
  expect(Buffer.concat(frames.map(({ leaves }) => leaves))).toEqual(
    Buffer.concat(all.map((line) => leafHash(Buffer.from(line)))),
  )
  expect(Buffer.concat(opened.map((text) => frameLeaves(text)))).toEqual(
    Buffer.concat(frames.map(({ leaves }) => leaves)),
  )
})

test('buffers of a frame are its own, so that a worker can transfer them', () => {
  for (const { bytes, leaves } of encodeFrames(lines(3))) {
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength)
    expect(leaves.buffer.byteLength).toBe(leaves.byteLength)
  }
})

test('a frame of large records is closed early', () => {
  const large = aRecord(0, { raw: 'x'.repeat(FRAME_RAW_BYTES / 2) })
  expect(encodeFrames([large, large, large, large]).map(({ count }) => count)).toEqual([2, 2])
})

test('openFrame() refuses what is not exactly the frame that the table describes', () => {
  const [frame] = encodeFrames(lines(5))
  if (frame === undefined) throw new Error('no frame')
  const bytes = Buffer.from(frame.bytes)
  const refused = expect.objectContaining({ code: 'BAD_FRAME' })
  expect(() => openFrame(bytes, frame.rawBytes - 1, 5)).toThrow(refused)
  expect(() => openFrame(bytes, frame.rawBytes + 1, 5)).toThrow(refused)
  expect(() => openFrame(bytes, frame.rawBytes, 4)).toThrow(refused)
  expect(() => openFrame(bytes, 2 ** 40, 5)).toThrow(refused)
  expect(() => openFrame(Buffer.concat([bytes, bytes]), frame.rawBytes, 5)).toThrow(refused)
  expect(() => openFrame(bytes.subarray(0, -1), frame.rawBytes, 5)).toThrow(refused)
  expect(() => openFrame(Buffer.from('no zstd'), 7, 1)).toThrow(refused)
})

function openedOne(all: string[]): FrameText {
  const [frame] = encodeFrames(all)
  if (frame === undefined) throw new Error('no frame')
  return openFrame(Buffer.from(frame.bytes), frame.rawBytes, frame.count)
}

test('firstMisplaced() finds the line that has another number or tenant', () => {
  const right = openedOne([aRecord(8), aRecord(9), aRecord(10)])
  expect(firstMisplaced(right, 8, 'contoso', 'records')).toBeUndefined()
  expect(firstMisplaced(right, 9, 'contoso', 'records')).toBe(9)
  expect(firstMisplaced(right, 8, 'fabrikam', 'records')).toBe(8)
  const swapped = openedOne([aRecord(8), aRecord(10), aRecord(9)])
  expect(firstMisplaced(swapped, 8, 'contoso', 'records')).toBe(9)
  // A text that imitates the end of a line stays inside its string.
  const sly = openedOne([
    aRecord(7, { raw: '","sequence":8,"source":"x","tenant":"contoso","v":1}' }),
  ])
  expect(firstMisplaced(sly, 8, 'contoso', 'records')).toBe(8)
})

test('frameAt() finds the end of frames by walking them', () => {
  const [frame] = encodeFrames(lines(64))
  if (frame === undefined) throw new Error('no frame')
  const skippable = skippableFrame(Buffer.from('table'))
  const bytes = Buffer.concat([frame.bytes, skippable, frame.bytes])
  const first = frameAt(bytes, 0)
  expect(first).toEqual({ kind: 'data', start: 0, end: frame.bytes.length })
  const second = frameAt(bytes, frame.bytes.length)
  expect(second).toMatchObject({ kind: 'skippable', end: frame.bytes.length + skippable.length })
  for (let length = 0; length < frame.bytes.length; length += 7)
    expect(frameAt(bytes.subarray(0, length), 0)).toBe('cut')
  expect(() => frameAt(Buffer.from('plain text'), 0)).toThrow(
    expect.objectContaining({ code: 'BAD_ZSTD' }),
  )
})

function hasZstd(): boolean {
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write('skipped: no zstd on this machine\n')
    return false
  }
}

test.skipIf(!hasZstd())('zstd itself reads frames and passes over ours that carry no lines', () => {
  const all = lines(70)
  const frames = encodeFrames(all).map(({ bytes }) => bytes)
  const file = Buffer.concat([
    skippableFrame(Buffer.from('header')),
    ...frames,
    skippableFrame(Buffer.from('table')),
  ])
  expect(execFileSync('zstd', ['-dc'], { input: file }).toString()).toBe(`${all.join('\n')}\n`)
})

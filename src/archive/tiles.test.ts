import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openCheckpoint } from './checkpoint.ts'
import { HASH_BYTES, rootOf } from './merkle.ts'
import { openNote, parseVerifierKey } from './note.ts'
import {
  bundlePath,
  encodeBundle,
  leavesOf,
  parseBundle,
  parseTilePath,
  tileCount,
  tilePath,
  tileWidth,
} from './tiles.ts'

// A whole log that we did not write (transparency-dev/tessera); kept beside the repository, not in it.
const LOG = '../shared/vectors/tlog-tiles'
const missing = !existsSync(LOG)
if (missing) process.stderr.write(`skipped: no published tile log at ${LOG}\n`)

test('tile paths are those of C2SP tlog-tiles, and read back', () => {
  expect(tilePath(0, 1_234_067, 256)).toBe('tile/0/x001/x234/067')
  expect(bundlePath(0, 44)).toBe('tile/entries/000.p/44')
  for (const path of ['tile/0/x001/x234/067', 'tile/3/999.p/1', 'tile/entries/x001/000.p/255'])
    expect(parseTilePath(path)).toBeDefined()
  for (const path of [
    'tile/0/1',
    'tile/00/001',
    'tile/0/x000/001',
    'tile/0/001.p/256',
    'tile/0/001.p/0',
    'tile/0/../001',
    'tile/64/000x',
  ])
    expect([path, parseTilePath(path)]).toEqual([path, undefined])
})

test('a log of 70,000 entries has the tiles of the worked example in the specification', () => {
  expect([tileCount(0, 70_000), tileWidth(0, 273, 70_000)]).toEqual([274, 112])
  expect([tileCount(1, 70_000), tileWidth(1, 1, 70_000)]).toEqual([2, 17])
  expect([tileCount(2, 70_000), tileWidth(2, 0, 70_000)]).toEqual([1, 1])
})

test('a bundle reads back, and is refused when a byte is missing or left over', () => {
  const entries = [Buffer.from('one'), Buffer.alloc(0), Buffer.from('three')]
  const bundle = encodeBundle(entries)
  expect(parseBundle(bundle, 3)).toEqual(entries)
  for (const wrong of [
    bundle.subarray(1),
    bundle.subarray(0, -1),
    Buffer.concat([bundle, Buffer.of(0)]),
  ])
    expect(parseBundle(wrong, 3)).toBeUndefined()
  expect(parseBundle(bundle, 2)).toBeUndefined()
})

test('the example note of C2SP signed-note verifies, and not once a letter is changed', () => {
  const key = parseVerifierKey(
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  )
  const note =
    'This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'
  if (key === undefined) throw new Error('the example key does not parse')
  expect(openNote(note, key)).toEqual({ text: 'This is an example message.\n', verified: true })
  expect(openNote(note.replace('This', 'That'), key).verified).toBe(false)
  expect(
    openNote(note.replace('\u2014 example.com/foo', '\u2014 example.com/bar'), key).verified,
  ).toBe(false)
  expect(
    parseVerifierKey('example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'),
  ).toBeUndefined()
})

test.skipIf(missing)(
  "a log that tessera wrote reads here: every checkpoint's signature and root, every entry's leaf",
  () => {
    const key = parseVerifierKey(
      'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
    )
    if (key === undefined) throw new Error('the key of the test log does not parse')
    const tile = readFileSync(`${LOG}/tile/0/000.p/15`)
    const entries = parseBundle(readFileSync(`${LOG}/tile/entries/000.p/15`), 15)
    expect(entries && leavesOf(entries)).toEqual(tile)
    for (let size = 0; size <= 15; size += 1) {
      const checkpoint = openCheckpoint(readFileSync(`${LOG}/checkpoint.${size}`, 'utf8'), key)
      expect(checkpoint).toMatchObject({ size, root: rootOf(tile.subarray(0, size * HASH_BYTES)) })
    }
  },
)

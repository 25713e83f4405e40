import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import type { Files } from '../platform/files.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { CHECKPOINT } from './layout.ts'
import { consistencyProof, HASH_BYTES, inclusionProof, type Subtree } from './merkle.ts'
import { bundlePath, parseBundle, subtreeHash, TILE_WIDTH, tilePath, tileWidth } from './tiles.ts'
import type { Checkpoint } from './types.ts'

/** The log's checkpoint; undefined before the first. Throws LOG_DAMAGED. Its signature is the verifier's and the writer's matter. */
export async function readCheckpoint(
  files: Files,
  directory: string,
): Promise<Checkpoint | undefined> {
  const path = join(directory, CHECKPOINT)
  if ((await files.size(path)) === null) return undefined
  const checkpoint = parseCheckpoint((await files.read(path)).toString('utf8'))
  if (typeof checkpoint === 'string') throw logDamaged(path, checkpoint)
  return checkpoint
}

/** The entries of one bundle of a log of `size` entries. Throws LOG_DAMAGED. */
export async function readBundle(
  files: Files,
  directory: string,
  index: number,
  size: number,
): Promise<readonly Buffer[]> {
  const width = tileWidth(0, index, size)
  const { bytes, path, whole } = await readNarrowest(files, directory, width, (wide) =>
    bundlePath(index, wide),
  )
  const entries = parseBundle(bytes, whole)
  if (entries === undefined) throw logDamaged(path, `it does not hold ${whole} entries`)
  return entries.slice(0, width)
}

/** The hashes of one tile of a log of `size` entries. Throws LOG_DAMAGED. */
export async function readTile(
  files: Files,
  directory: string,
  level: number,
  index: number,
  size: number,
): Promise<Uint8Array> {
  const width = tileWidth(level, index, size)
  const { bytes, path, whole } = await readNarrowest(files, directory, width, (wide) =>
    tilePath(level, index, wide),
  )
  if (bytes.length !== whole * HASH_BYTES)
    throw logDamaged(path, `it does not hold ${whole} hashes`)
  return bytes.subarray(0, width * HASH_BYTES)
}

/** A partial file makes way for the full one, which begins with the same bytes. */
async function readNarrowest(
  files: Files,
  directory: string,
  width: number,
  pathOf: (width: number) => string,
): Promise<{ bytes: Buffer; path: string; whole: number }> {
  for (const whole of width === TILE_WIDTH ? [width] : [width, TILE_WIDTH]) {
    const path = join(directory, 'log', pathOf(whole))
    if ((await files.size(path)) !== null) return { bytes: await files.read(path), path, whole }
  }
  throw logDamaged(join(directory, 'log', pathOf(width)), 'it is missing')
}

export function proveInclusion(
  files: Files,
  directory: string,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  return fromTiles(
    (level, tile) => readTile(files, directory, level, tile, size),
    (subtree) => inclusionProof(index, size, subtree),
  )
}

export function proveConsistency(
  files: Files,
  directory: string,
  older: number,
  newer: number,
): Promise<Uint8Array[]> {
  return fromTiles(
    (level, tile) => readTile(files, directory, level, tile, newer),
    (subtree) => consistencyProof(older, newer, subtree),
  )
}

/** Runs `work` twice: once to learn which tiles it needs, once with them. So it stays synchronous and reads nothing else. */
async function fromTiles<T>(
  load: (level: number, tile: number) => Promise<Uint8Array>,
  work: (subtree: Subtree) => T,
): Promise<T> {
  const tiles = new Map<string, { level: number; tile: number; hashes: Uint8Array }>()
  work((from, to) =>
    subtreeHash(from, to, (level, first, last) => {
      const tile = Math.floor(first / TILE_WIDTH)
      tiles.set(`${level}/${tile}`, { level, tile, hashes: new Uint8Array(0) })
      return new Uint8Array((last - first) * HASH_BYTES)
    }),
  )
  for (const wanted of tiles.values()) wanted.hashes = await load(wanted.level, wanted.tile)
  return work((from, to) =>
    subtreeHash(from, to, (level, first, last) => {
      const tile = Math.floor(first / TILE_WIDTH)
      const start = first - tile * TILE_WIDTH
      const hashes = tiles.get(`${level}/${tile}`)?.hashes ?? new Uint8Array(0)
      return hashes.subarray(start * HASH_BYTES, (start + last - first) * HASH_BYTES)
    }),
  )
}

export function logDamaged(path: string, why: string): CodedError<'LOG_DAMAGED'> {
  return new CodedError(
    'LOG_DAMAGED',
    `Cannot use the log file "${path}": ${why}; run "daybook verify" and restore the file from a copy`,
  )
}

import { HASH_BYTES, same } from '../archive/merkle.ts'
import {
  deriveLevels,
  leavesOf,
  levelCount,
  parseBundle,
  TILE_WIDTH,
  tileCount,
  tilePath,
  tileWidth,
} from '../archive/tiles.ts'
import type { Reporter } from './findings.ts'
import { type Part, readBytes, type TileIndex } from './log-parts.ts'
import type { TilePlace } from './tree.ts'

export interface TilesToCheck {
  readonly size: number
  /** Of all entries; undefined when some are unknown. */
  readonly leaves: Uint8Array | undefined
  readonly parts: readonly Part[]
}

/** Checks the tiles above level 0, and every partial file that an earlier checkpoint needed. */
export async function checkTiles(
  directory: string,
  tiles: TileIndex,
  log: TilesToCheck,
  report: Reporter,
): Promise<void> {
  const { size, leaves } = log
  const levels = leaves === undefined ? [] : deriveLevels(leaves)
  for (let level = 1; level < levelCount(size); level += 1)
    for (let index = 0; index < tileCount(level, size); index += 1) {
      const width = tileWidth(level, index, size)
      if (tiles.find(level, index, width) === undefined)
        report(`log/${tilePath(level, index, width)}`, 'TILE_MISSING', 'it is missing')
    }
  for (const place of tiles.all) {
    const { level, index, width, path } = place
    if (
      index * TILE_WIDTH + width >
      Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level))
    ) {
      // Beyond the checkpoint: entries and leaves there are one finding, about the checkpoint.
      if (level !== 'entries' && level > 0 && level >= levelCount(size))
        report(path, 'STRAY_FILE', 'the log is too short for this tile')
      continue
    }
    if (level === 'entries') await checkBundle(directory, place, log, report)
    else {
      const hashes = levels[level]
      const part = level === 0 ? log.parts[index] : undefined
      // The level-0 tile of the current size was weighed against its bundle.
      if (hashes === undefined || part?.tile === path) continue
      const start = index * TILE_WIDTH * HASH_BYTES
      const expected = hashes.subarray(start, start + width * HASH_BYTES)
      if (!(await readBytes(directory, path)).equals(expected))
        report(path, 'TILE_CHANGED', 'its hashes are not those of the entries')
    }
  }
}

/** A partial bundle must be the beginning of the one in force: judged by the leaves, in case that one was changed. */
async function checkBundle(
  directory: string,
  { path, index, width }: TilePlace,
  { parts, leaves }: TilesToCheck,
  report: Reporter,
): Promise<void> {
  const part = parts[index]
  const known = leaves?.subarray(index * TILE_WIDTH * HASH_BYTES) ?? part?.bundleLeaves
  if (part === undefined || known === undefined || part.bundle === path) return
  const entries = parseBundle(await readBytes(directory, path), width)
  if (entries === undefined || !same(leavesOf(entries), known.subarray(0, width * HASH_BYTES)))
    report(path, 'BUNDLE_CHANGED', 'it is not the beginning of the entries in force')
}

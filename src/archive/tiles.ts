import { HASH_BYTES, leafHash, nodeHash, rootOf, splitPoint } from './merkle.ts'

// C2SP tlog-tiles v0.1.0, relative to the tenant's `log` folder.

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256

/** Width of tile `index` at `level` in a log of `size` entries: 0 (none yet) to 256 (full). */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

/** Number of tiles with at least one hash at a level. */
export function tileCount(level: number, size: number): number {
  return Math.ceil(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH)
}

/** Levels that have at least one hash. */
export function levelCount(size: number): number {
  let levels = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / TILE_WIDTH)) levels += 1
  return levels
}

export function tilePath(level: number, index: number, width: number): string {
  return `tile/${level}/${numbered(index, width)}`
}

export function bundlePath(index: number, width: number): string {
  return `tile/entries/${numbered(index, width)}`
}

/** 1234067 is `x001/x234/067`; a partial tile adds `.p/<width>`. */
function numbered(index: number, width: number): string {
  const groups = [String(index % 1000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`)
  return `${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

/** Reads what `tilePath` and `bundlePath` write; undefined for any other spelling. */
export function parseTilePath(
  path: string,
): { level: number | 'entries'; index: number; width: number } | undefined {
  const match = /^tile\/(entries|[0-9]{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([0-9]{1,3}))?$/.exec(
    path,
  )
  const [, level, digits, partial] = match ?? []
  if (level === undefined || digits === undefined) return undefined
  const index = Number(digits.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  const parsed = { level: level === 'entries' ? ('entries' as const) : Number(level), index, width }
  const again =
    parsed.level === 'entries' ? bundlePath(index, width) : tilePath(parsed.level, index, width)
  return again === path && width > 0 && (partial === undefined || width < TILE_WIDTH)
    ? parsed
    : undefined
}

/** Entries one after the other, each behind its length as 16 bits, big-endian. */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.allocUnsafe(2)
      length.writeUInt16BE(entry.length)
      return [length, entry]
    }),
  )
}

/** The entries of a bundle; undefined when it does not hold exactly `width` of them. */
export function parseBundle(bytes: Buffer, width: number): Buffer[] | undefined {
  const entries: Buffer[] = []
  let at = 0
  while (at + 2 <= bytes.length && entries.length < width) {
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end > bytes.length) return undefined
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  return at === bytes.length && entries.length === width ? entries : undefined
}

/** Every tile hash of a log, derived from its leaves: level by level, hashes one after the other. */
export function deriveLevels(leaves: Uint8Array): Uint8Array[] {
  const levels = [leaves]
  for (;;) {
    const below = levels.at(-1) ?? leaves
    const full = Math.floor(below.length / HASH_BYTES / TILE_WIDTH)
    if (full === 0) return levels
    const level = new Uint8Array(full * HASH_BYTES)
    for (let tile = 0; tile < full; tile += 1)
      level.set(rootOf(below, tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH), tile * HASH_BYTES)
    levels.push(level)
  }
}

export const leavesOf = (entries: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(entries.map(leafHash))

/**
 * Hash of the subtree over leaves [from, to), from tiles. `read` gives the hashes [first, last) of one level,
 * all within one tile; only complete subtrees are asked of it.
 */
export function subtreeHash(
  from: number,
  to: number,
  read: (level: number, first: number, last: number) => Uint8Array,
): Uint8Array {
  const size = to - from
  let level = 0
  let unit = 1
  while (unit * TILE_WIDTH <= size && size % (unit * TILE_WIDTH) === 0) {
    unit *= TILE_WIDTH
    level += 1
  }
  const [first, last] = [from / unit, to / unit]
  const wholeTile = Math.floor(first / TILE_WIDTH) === Math.floor((last - 1) / TILE_WIDTH)
  if (Number.isInteger(first) && wholeTile) return rootOf(read(level, first, last))
  const split = from + splitPoint(size)
  return nodeHash(subtreeHash(from, split, read), subtreeHash(split, to, read))
}

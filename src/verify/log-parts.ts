import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { HASH_BYTES } from '../archive/merkle.ts'
import {
  bundlePath,
  leavesOf,
  parseBundle,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from '../archive/tiles.ts'
import type { Reporter } from './findings.ts'
import type { TilePlace } from './tree.ts'

type Level = number | 'entries'

/** The files of a log by level and number. */
export class TileIndex {
  readonly all: readonly TilePlace[]
  readonly #byPlace = new Map<string, TilePlace[]>()
  readonly #entries = new Map<Level, number>()

  constructor(places: readonly TilePlace[]) {
    this.all = places
    for (const place of places) {
      const { level, index, width } = place
      const key = `${level}/${index}`
      const there = this.#byPlace.get(key)
      if (there === undefined) this.#byPlace.set(key, [place])
      else there.push(place)
      const end = index * TILE_WIDTH + width
      this.#entries.set(level, Math.max(end, this.#entries.get(level) ?? 0))
    }
  }

  get count(): number {
    return this.#byPlace.size
  }

  /** Where the last file of a level ends. */
  entries(level: Level): number {
    return this.#entries.get(level) ?? 0
  }

  /** Where the files of a level end, counted from the first one without a hole. */
  unbroken(level: Level): number {
    for (let index = 0; ; index += 1) {
      const widths = this.#byPlace.get(`${level}/${index}`)?.map(({ width }) => width) ?? []
      const width = Math.max(0, ...widths)
      if (width < TILE_WIDTH) return index * TILE_WIDTH + width
    }
  }

  /** The file of a tile: the one of its width, or the full one, which begins with the same bytes. */
  find(level: Level, index: number, width: number): TilePlace | undefined {
    const there = this.#byPlace.get(`${level}/${index}`)
    return (
      there?.find((place) => place.width === width) ??
      there?.find((place) => place.width === TILE_WIDTH)
    )
  }
}

/** What the files say about 256 entries. Undefined: missing or malformed (and reported). */
export interface Part {
  readonly index: number
  readonly entries: readonly Buffer[] | undefined
  readonly bundle: string
  readonly bundleLeaves: Uint8Array | undefined
  readonly tile: string
  readonly tileLeaves: Uint8Array | undefined
}

export async function readPart(
  directory: string,
  tiles: TileIndex,
  index: number,
  size: number,
  report: Reporter,
): Promise<Part> {
  const width = tileWidth(0, index, size)
  const bundleFile = tiles.find('entries', index, width)
  const tileFile = tiles.find(0, index, width)
  const bundle = bundleFile?.path ?? `log/${bundlePath(index, width)}`
  const tile = tileFile?.path ?? `log/${tilePath(0, index, width)}`
  const entries = bundleFile && parseBundle(await readBytes(directory, bundle), bundleFile.width)
  if (bundleFile === undefined) report(bundle, 'BUNDLE_MISSING', 'it is missing')
  else if (entries === undefined)
    report(bundle, 'BUNDLE_CHANGED', `it does not hold ${bundleFile.width} entries`)
  const hashes = tileFile && (await readBytes(directory, tile))
  const whole = hashes !== undefined && hashes.length === (tileFile?.width ?? 0) * HASH_BYTES
  if (tileFile === undefined) report(tile, 'TILE_MISSING', 'it is missing')
  else if (!whole) report(tile, 'TILE_CHANGED', `it does not hold ${tileFile.width} hashes`)
  const used = entries?.slice(0, width)
  return {
    index,
    entries: used,
    bundle,
    bundleLeaves: used && leavesOf(used),
    tile,
    tileLeaves: whole ? hashes.subarray(0, width * HASH_BYTES) : undefined,
  }
}

export async function readBytes(directory: string, path: string): Promise<Buffer> {
  try {
    const size = await localFiles.size(join(directory, path))
    // A full bundle of the longest entries is 16 MB.
    return size === null || size > 17_000_000
      ? Buffer.alloc(0)
      : await localFiles.read(join(directory, path))
  } catch (error) {
    if (error instanceof CodedError) return Buffer.alloc(0)
    throw error
  }
}

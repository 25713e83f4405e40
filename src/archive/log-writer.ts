import { dirname, join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { type Files, replaceFile } from '../platform/files.ts'
import { openCheckpoint, signCheckpoint } from './checkpoint.ts'
import { CHECKPOINT, TEMPORARY, VKEY } from './layout.ts'
import { logDamaged, proveConsistency, readBundle, readCheckpoint, readTile } from './log-files.ts'
import { HASH_BYTES, isConsistent, leafHash, nodeHash, rootOf, same } from './merkle.ts'
import { parseVerifierKey } from './note.ts'
import {
  bundlePath,
  encodeBundle,
  leavesOf,
  levelCount,
  parseBundle,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from './tiles.ts'
import type { Checkpoint, SigningKey } from './types.ts'

/**
 * The only writer of one log. What it knows is re-derived from the tiles at every open.
 * Order of writing: entry bundles, then tiles, then the checkpoint. A crash anywhere leaves entries that the last
 * checkpoint does not cover yet; the next open covers them, since a checkpoint over them may have been seen.
 */
export class LogWriter {
  readonly #files: Files
  readonly #directory: string
  readonly #key: SigningKey
  /** Hashes of the unfinished tile of each level. */
  #edge: Uint8Array[][] = []
  /** Entries of the unfinished bundle. */
  #bundle: Buffer[] = []
  #size = 0
  /** The last one signed; undefined in a log without any. */
  #signed: Checkpoint | undefined
  /** Entries found beyond the checkpoint when the log was opened. */
  readonly adopted: Buffer[] = []

  private constructor(files: Files, directory: string, key: SigningKey) {
    this.#files = files
    this.#directory = directory
    this.#key = key
  }

  /** Throws BAD_KEY when the log was signed with another key, LOG_DAMAGED when its right edge does not check out. */
  static async open(files: Files, directory: string, key: SigningKey): Promise<LogWriter> {
    const log = new LogWriter(files, directory, key)
    await log.#loadKey()
    await log.#load()
    await log.#adopt()
    return log
  }

  get size(): number {
    return this.#size
  }

  get checkpoint(): Checkpoint {
    if (this.#signed === undefined) throw new Error('a log without a checkpoint')
    return this.#signed
  }

  /** Appends entries under one new checkpoint. After an error the log must be opened anew. */
  async append(entries: readonly Buffer[]): Promise<number> {
    const first = this.#size
    await this.#checkAlone()
    await this.#writeEntries(entries)
    await this.#sign()
    return first
  }

  async #loadKey(): Promise<void> {
    const path = join(this.#directory, VKEY)
    if ((await this.#files.size(path)) !== null) {
      const text = (await this.#files.read(path)).toString('utf8').trim()
      if (text === this.#key.vkey) return
      throw new CodedError(
        'BAD_KEY',
        `Cannot write to the archive of "${this.#key.name}": its log is signed with another key (see "${path}"); restore that key, one log has one key`,
      )
    }
    await this.#files.makeFolder(dirname(path))
    await this.#replace(VKEY, Buffer.from(`${this.#key.vkey}\n`))
  }

  async #load(): Promise<void> {
    const path = join(this.#directory, CHECKPOINT)
    const unchecked = await readCheckpoint(this.#files, this.#directory)
    if (unchecked === undefined) return
    const verifier = parseVerifierKey(this.#key.vkey)
    const checkpoint = verifier && openCheckpoint(unchecked.text, verifier)
    if (typeof checkpoint !== 'object') throw logDamaged(path, checkpoint ?? 'the key is malformed')
    const { size } = checkpoint
    for (let level = 0; level < levelCount(size); level += 1) {
      const last = Math.floor(size / TILE_WIDTH ** level / TILE_WIDTH)
      const tile =
        tileWidth(level, last, size) === 0
          ? new Uint8Array(0)
          : await readTile(this.#files, this.#directory, level, last, size)
      this.#edge.push(split(tile))
    }
    const last = Math.floor(size / TILE_WIDTH)
    if (size % TILE_WIDTH > 0)
      this.#bundle = [...(await readBundle(this.#files, this.#directory, last, size))]
    this.#size = size
    this.#signed = checkpoint
    if (!same(leavesOf(this.#bundle), Buffer.concat(this.#edge[0] ?? [])))
      throw logDamaged(
        join(this.#directory, 'log', bundlePath(last, size % TILE_WIDTH)),
        'its entries do not fit the tile',
      )
    if (!same(this.#root(), checkpoint.root))
      throw logDamaged(path, 'its root is not that of the tiles')
  }

  /** Takes in entries that were written, but not signed for, before a crash. */
  async #adopt(): Promise<void> {
    const found: Buffer[] = []
    for (;;) {
      const size = this.#size + found.length
      const index = Math.floor(size / TILE_WIDTH)
      const have = size % TILE_WIDTH
      const entries = await this.#longestBundle(index)
      if (entries.length <= have) break
      const known = found.length === 0 ? this.#bundle : []
      if (known.some((entry, at) => !entry.equals(entries[at] ?? Buffer.alloc(0))))
        throw logDamaged(
          join(this.#directory, 'log', bundlePath(index, entries.length)),
          'it contradicts the signed entries',
        )
      found.push(...entries.slice(have))
      if (entries.length < TILE_WIDTH) break
    }
    if (found.length === 0) return
    await this.#writeEntries(found)
    await this.#sign()
    this.adopted.push(...found)
  }

  async #longestBundle(index: number): Promise<readonly Buffer[]> {
    const folder = dirname(join(this.#directory, 'log', bundlePath(index, 1)))
    const widths = (await this.#files.list(folder))
      .map(({ name }) => Number(name))
      .filter((width) => Number.isInteger(width) && width > 0 && width < TILE_WIDTH)
    const full = join(this.#directory, 'log', bundlePath(index, TILE_WIDTH))
    const width = (await this.#files.size(full)) === null ? Math.max(0, ...widths) : TILE_WIDTH
    if (width === 0) return []
    const path = join(this.#directory, 'log', bundlePath(index, width))
    const entries = parseBundle(await this.#files.read(path), width)
    if (entries === undefined) throw logDamaged(path, `it does not hold ${width} entries`)
    return entries
  }

  /** Refuses to go on when someone else has signed since: two histories of one log can never be mended. */
  async #checkAlone(): Promise<void> {
    const path = join(this.#directory, CHECKPOINT)
    const there = await readCheckpoint(this.#files, this.#directory)
    if (there?.text === this.#signed?.text) return
    throw new CodedError(
      'WRITER_FENCED',
      `Cannot sign a checkpoint: "${path}" was replaced by another process; stop one of the two and start again`,
    )
  }

  async #writeEntries(entries: readonly Buffer[]): Promise<void> {
    const tiles: { path: string; bytes: Uint8Array }[] = []
    const touched = new Set<number>()
    for (const entry of entries) {
      this.#bundle.push(entry)
      this.#add(0, leafHash(entry), Math.floor(this.#size / TILE_WIDTH), tiles, touched)
      this.#size += 1
      if (this.#bundle.length === TILE_WIDTH) await this.#writeBundle()
    }
    if (this.#bundle.length > 0) await this.#writeBundle()
    for (const level of touched) {
      const hashes = this.#edge[level] ?? []
      if (hashes.length === 0) continue
      const index = Math.floor(this.#size / TILE_WIDTH ** level / TILE_WIDTH)
      tiles.push({ path: tilePath(level, index, hashes.length), bytes: Buffer.concat(hashes) })
    }
    for (const { path, bytes } of tiles) await this.#replace(`log/${path}`, bytes)
  }

  async #writeBundle(): Promise<void> {
    const index = Math.floor((this.#size - 1) / TILE_WIDTH)
    await this.#replace(`log/${bundlePath(index, this.#bundle.length)}`, encodeBundle(this.#bundle))
    if (this.#bundle.length === TILE_WIDTH) this.#bundle = []
  }

  #add(
    level: number,
    hash: Uint8Array,
    index: number,
    tiles: { path: string; bytes: Uint8Array }[],
    touched: Set<number>,
  ): void {
    const hashes = (this.#edge[level] ??= [])
    hashes.push(hash)
    touched.add(level)
    if (hashes.length < TILE_WIDTH) return
    const bytes = Buffer.concat(hashes)
    tiles.push({ path: tilePath(level, index, TILE_WIDTH), bytes })
    this.#edge[level] = []
    this.#add(level + 1, rootOf(bytes), Math.floor(index / TILE_WIDTH), tiles, touched)
  }

  async #sign(): Promise<void> {
    const root = this.#root()
    const next = signCheckpoint(this.#key, this.#size, root)
    const before = this.#signed
    if (before !== undefined && before.size > 0) {
      // From the files, not from memory: what is signed is what a reader will find.
      const proof = await proveConsistency(this.#files, this.#directory, before.size, this.#size)
      if (!isConsistent(before, next, proof))
        throw logDamaged(join(this.#directory, CHECKPOINT), 'the tiles no longer extend it')
    }
    await this.#replace(CHECKPOINT, Buffer.from(next.text))
    this.#signed = next
    await this.#removePartials(before?.size ?? 0)
  }

  /** Partial files have served once the full one is there (C2SP tlog-tiles, "Partial Tiles"). */
  async #removePartials(before: number): Promise<void> {
    for (let level = 0; level < levelCount(this.#size); level += 1) {
      const unit = TILE_WIDTH ** (level + 1)
      for (let tile = Math.floor(before / unit); tile < Math.floor(this.#size / unit); tile += 1) {
        await this.#files.remove(dirname(join(this.#directory, 'log', tilePath(level, tile, 1))))
        if (level === 0)
          await this.#files.remove(dirname(join(this.#directory, 'log', bundlePath(tile, 1))))
      }
    }
  }

  #root(): Uint8Array {
    // Every hash of the edge is a perfect subtree, the highest level first; RFC 6962 joins them from the right.
    let root: Uint8Array | undefined
    for (const hashes of this.#edge) {
      let [from, rest] = [hashes.length, hashes.length]
      while (rest > 0) {
        const width = rest & -rest
        from -= width
        rest -= width
        const subtree = rootOf(Buffer.concat(hashes.slice(from, from + width)))
        root = root === undefined ? subtree : nodeHash(subtree, root)
      }
    }
    return root ?? rootOf(new Uint8Array(0))
  }

  async #replace(path: string, bytes: Uint8Array): Promise<void> {
    const target = join(this.#directory, path)
    await this.#files.makeFolder(dirname(target))
    await this.#files.makeFolder(join(this.#directory, TEMPORARY))
    await replaceFile(this.#files, target, join(this.#directory, TEMPORARY, 'log'), bytes)
    await this.#files.syncFolder(dirname(target))
  }
}

function split(hashes: Uint8Array): Uint8Array[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, index) =>
    hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  )
}

import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { toBase64 } from '../archive/base64.ts'
import { openCheckpoint, parseCheckpoint } from '../archive/checkpoint.ts'
import { CHECKPOINT, ORIGIN_PREFIX, VKEY } from '../archive/layout.ts'
import { HASH_BYTES, hashAt, leafHash, rootOf, same } from '../archive/merkle.ts'
import { parseVerifierKey, type VerifierKey } from '../archive/note.ts'
import { TILE_WIDTH } from '../archive/tiles.ts'
import type { Checkpoint } from '../archive/types.ts'
import { checkTiles } from './check-tiles.ts'
import type { Finding, Reporter } from './findings.ts'
import { type Part, readPart, TileIndex } from './log-parts.ts'
import { listTree } from './tree.ts'

interface LogEntryBytes {
  readonly index: number
  readonly bytes: Buffer
}

export interface CheckedLog {
  /** The signed checkpoint; undefined when there is none whose signature holds. */
  readonly checkpoint: Checkpoint | undefined
  readonly key: 'given' | 'own' | 'none'
  readonly size: number
  /** Entries that lead to the root, in order. */
  readonly entries: readonly LogEntryBytes[]
  /** Whether `entries` are all of them: else what depends on them cannot be judged. */
  readonly complete: boolean
  readonly findings: readonly Finding[]
}

export interface LogOptions {
  readonly keys: readonly VerifierKey[]
  readonly since: string | undefined
}

/** Checks key, checkpoint, bundles and tiles of one log: every hash is computed anew. */
export async function checkLog(
  directory: string,
  tenant: string,
  options: LogOptions,
): Promise<CheckedLog> {
  const findings: Finding[] = []
  const report: Reporter = (object, finding, message) => {
    findings.push({ object, finding, message })
  }
  const { key, trust } = await readKey(directory, tenant, options.keys, report)
  const checkpoint = await readSigned(directory, key, report)
  // Listed after the checkpoint was read: a writer at work has then added to what it covers, never less.
  const tiles = new TileIndex((await listTree(directory)).tiles)
  const [available, inTiles] = [tiles.entries('entries'), tiles.entries(0)]
  const most = Math.max(available, inTiles)
  let size = checkpoint?.size ?? Math.max(tiles.unbroken('entries'), tiles.unbroken(0))
  // Numbers in names and checkpoints may be anything: no loop runs longer than there are files.
  const ahead = size > most || size > (tiles.count + 1) * 2 * TILE_WIDTH
  if (ahead) {
    report(CHECKPOINT, 'CHECKPOINT_AHEAD', `it covers ${size} entries, the log holds ${available}`)
    size = tiles.unbroken('entries')
  } else if (checkpoint !== undefined && most > size)
    report(CHECKPOINT, 'CHECKPOINT_BEHIND', `it covers ${size} entries, the log holds ${most}`)

  const parts: Part[] = []
  for (let index = 0; index * TILE_WIDTH < size; index += 1)
    parts.push(await readPart(directory, tiles, index, size, report))
  const root = ahead ? undefined : checkpoint?.root
  const leaves = settle(parts, root, report)
  await checkTiles(directory, tiles, { size, leaves, parts }, report)
  if (leaves !== undefined) checkSince(options.since, key, leaves, report)

  const entries: LogEntryBytes[] = []
  parts.forEach((part, bundle) =>
    part.entries?.forEach((bytes, at) => {
      const index = bundle * TILE_WIDTH + at
      const right = leaves === undefined || same(leafHash(bytes), hashAt(leaves, index))
      if (right) entries.push({ index, bytes })
    }),
  )
  const complete = entries.length === size && !ahead
  return { checkpoint, key: trust, size, entries, complete, findings }
}

async function readKey(
  directory: string,
  tenant: string,
  given: readonly VerifierKey[],
  report: Reporter,
): Promise<{ key: VerifierKey | undefined; trust: CheckedLog['key'] }> {
  const text = await readText(join(directory, VKEY), VKEY, report)
  const own = text === undefined ? undefined : parseVerifierKey(text)
  // To the byte: what `parseVerifierKey` trims off has been changed all the same.
  const whole = own !== undefined && text === `${own.text}\n`
  if (text !== undefined && (!whole || own.name !== `${ORIGIN_PREFIX}${tenant}`))
    report(VKEY, 'KEY_INVALID', 'it is malformed or belongs to another log')
  const named = given.find(({ name }) => name === `${ORIGIN_PREFIX}${tenant}`)
  if (given.length > 0 && named === undefined)
    report(VKEY, 'KEY_DIFFERS', `none of the given keys is for "${ORIGIN_PREFIX}${tenant}"`)
  if (named !== undefined) {
    if (text === undefined) report(VKEY, 'KEY_MISSING', 'it is missing; the given key was used')
    else if (own !== undefined && own.text !== named.text)
      report(VKEY, 'KEY_DIFFERS', 'it is not the key that was given')
    return { key: named, trust: 'given' }
  }
  if (text === undefined) report(VKEY, 'KEY_MISSING', 'it is missing, and none was given')
  return own === undefined ? { key: undefined, trust: 'none' } : { key: own, trust: 'own' }
}

async function readSigned(
  directory: string,
  key: VerifierKey | undefined,
  report: Reporter,
): Promise<Checkpoint | undefined> {
  const text = await readText(join(directory, CHECKPOINT), CHECKPOINT, report)
  if (text === undefined) {
    report(CHECKPOINT, 'CHECKPOINT_MISSING', 'it is missing')
    return undefined
  }
  const checkpoint =
    key === undefined ? 'there is no key to check it with' : openCheckpoint(text, key)
  if (typeof checkpoint !== 'string') return checkpoint
  // Without a key its numbers still serve to judge the other files; the missing key is a finding of its own.
  if (key === undefined) {
    const unsigned = parseCheckpoint(text)
    if (typeof unsigned !== 'string') return unsigned
  }
  report(CHECKPOINT, 'CHECKPOINT_INVALID', checkpoint)
  return undefined
}

/** Files and directories that cannot be read are findings, not errors. */
async function readText(
  path: string,
  object: string,
  report: Reporter,
): Promise<string | undefined> {
  try {
    const size = await localFiles.size(path)
    if (size === null) return undefined
    return size > 65_536 ? '' : (await localFiles.read(path)).toString('utf8')
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    if (error.code === 'FILE_NOT_FOUND') return undefined
    report(object, 'UNREADABLE', error.message)
    return ''
  }
}

/** Decides by the signed root which of two contradicting files was changed. Undefined: too much is missing. */
function settle(
  parts: readonly Part[],
  root: Uint8Array | undefined,
  report: Reporter,
): Uint8Array | undefined {
  const byEntries = concat(parts.map((part) => part.bundleLeaves ?? part.tileLeaves))
  const byTiles = concat(parts.map((part) => part.tileLeaves ?? part.bundleLeaves))
  if (byEntries === undefined || byTiles === undefined) return undefined
  const differing = parts.filter(
    ({ bundleLeaves, tileLeaves }) =>
      bundleLeaves !== undefined && tileLeaves !== undefined && !same(bundleLeaves, tileLeaves),
  )
  const entriesRight = root === undefined || same(rootOf(byEntries), root)
  const tilesRight = !entriesRight && same(rootOf(byTiles), root)
  if (!entriesRight && !tilesRight && differing.length === 0)
    report(CHECKPOINT, 'CHECKPOINT_ROOT', 'its root is not that of the entries')
  for (const { bundle, tile } of differing) {
    if (!entriesRight)
      report(bundle, 'BUNDLE_CHANGED', 'its entries do not lead to the signed root')
    if (!tilesRight) report(tile, 'TILE_CHANGED', 'its hashes are not those of the entries')
  }
  return tilesRight ? byTiles : byEntries
}

function concat(parts: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  const present = parts.filter((part) => part !== undefined)
  return present.length === parts.length ? Buffer.concat(present) : undefined
}

function checkSince(
  since: string | undefined,
  key: VerifierKey | undefined,
  leaves: Uint8Array,
  report: Reporter,
): void {
  if (since === undefined || key === undefined) return
  const unchecked = parseCheckpoint(since)
  // Of another tenant's log, or none at all: the caller reports those that fit nowhere.
  if (typeof unchecked === 'string' || unchecked.origin !== key.name) return
  const remembered = openCheckpoint(since, key)
  const size = leaves.length / HASH_BYTES
  if (typeof remembered === 'string')
    report(CHECKPOINT, 'SINCE_INVALID', `the remembered checkpoint: ${remembered}`)
  else if (remembered.size > size)
    report(
      CHECKPOINT,
      'SINCE_AHEAD',
      `the remembered checkpoint covers ${remembered.size} entries, the log holds ${size}`,
    )
  else if (!same(rootOf(leaves, 0, remembered.size), remembered.root))
    report(
      CHECKPOINT,
      'SINCE_CONTRADICTED',
      `the first ${remembered.size} entries do not lead to the remembered root ${toBase64(remembered.root)}`,
    )
}

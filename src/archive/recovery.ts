import { hash } from 'node:crypto'
import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import type { Files } from '../platform/files.ts'
import { toBase64 } from './base64.ts'
import { headerChain, inspectGroups, inspectSealed } from './inspect.ts'
import { OPEN, parseSegmentId, sealedPath, SEGMENTS, streamOf, TEMPORARY } from './layout.ts'
import { readBundle } from './log-files.ts'
import { manifestOf, parseEntry } from './manifest.ts'
import { OpenSegment } from './open-segment.ts'
import { parseHeader, walkGroups } from './segment-file.ts'
import { TILE_WIDTH } from './tiles.ts'
import type { Manifest, Stream } from './types.ts'

export interface LogEnd {
  /** Sequence after the last sealed one, by stream. */
  readonly next: Record<Stream, number>
  /** The highest epoch of a writer that the log knows. */
  readonly epoch: number
}

/** What the newest entries say, read backwards until each question has its answer. */
export async function readLogEnd(
  files: Files,
  directory: string,
  tenant: string,
  size: number,
): Promise<LogEnd> {
  const found: { records?: number; activity?: number; epoch?: number } = {}
  for (let bundle = Math.ceil(size / TILE_WIDTH) - 1; bundle >= 0; bundle -= 1) {
    const entries = await readBundle(files, directory, bundle, size)
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const entry = parseEntry(entries[at] ?? Buffer.alloc(0), bundle * TILE_WIDTH + at, tenant)
      const manifest = entry && manifestOf(entry)
      if (manifest !== undefined) found[streamOf(manifest.kind)] ??= manifest.first + manifest.count
      if (entry?.kind === 'writerStart') found.epoch ??= Number(entry.body['epoch'])
    }
    if (found.records !== undefined && found.activity !== undefined && found.epoch !== undefined)
      break
  }
  return {
    next: { records: found.records ?? 0, activity: found.activity ?? 0 },
    epoch: found.epoch ?? 0,
  }
}

/** Removes what an interrupted write left; the names of it. */
export async function removeTemporaries(files: Files, directory: string): Promise<string[]> {
  const left = await files.list(join(directory, TEMPORARY))
  for (const { name } of left) await files.remove(join(directory, TEMPORARY, name))
  return left.map(({ name }) => `${TEMPORARY}/${name}`)
}

/** The manifest of a file that was sealed but never logged: the stream's next one; undefined when there is none. */
export async function findUnlogged(
  files: Files,
  directory: string,
  tenant: string,
  stream: Stream,
  next: number,
  now: Date,
): Promise<Manifest | undefined> {
  for (const folder of await quarterFolders(files, directory))
    for (const { name } of await files.list(join(directory, folder))) {
      const id = name.endsWith('.zst') ? name.slice(0, -4) : ''
      const parsed = parseSegmentId(id)
      if (parsed?.stream !== stream || parsed.first !== next) continue
      const path = join(directory, folder, name)
      const bytes = await files.read(path)
      const inspected = inspectSealed(bytes)
      if (typeof inspected === 'string') throw damaged(path, inspected)
      const { header, records, root } = inspected
      const { kind, openedAt, epoch } = header
      const { class: retentionClass, quarter } = header
      if (
        header.tenant !== tenant ||
        `${folder}/${name}` !== sealedPath(retentionClass, quarter, header.segment)
      )
        throw damaged(path, 'it belongs elsewhere')
      await files.makeReadOnly(path)
      return {
        v: 1,
        kind,
        segment: header.segment,
        tenant,
        class: retentionClass,
        quarter,
        first: next,
        count: records,
        recordsRoot: toBase64(root),
        sha256: toBase64(hash('sha256', bytes, 'buffer')),
        bytes: bytes.length,
        epoch,
        openedAt,
        sealedAt: now.toISOString(),
      }
    }
  return undefined
}

async function quarterFolders(files: Files, directory: string): Promise<string[]> {
  const folders: string[] = []
  const inFolder = async (path: string): Promise<string[]> =>
    (await files.list(join(directory, path)))
      .filter(({ kind }) => kind === 'folder')
      .map(({ name }) => `${path}/${name}`)
  for (const retentionClass of await inFolder(SEGMENTS))
    folders.push(...(await inFolder(retentionClass)))
  return folders
}

export interface RecoveredSegment {
  readonly segment: OpenSegment
  readonly truncated: number
  /** Its table was written already: it only remains to be moved. */
  readonly complete: boolean
}

/**
 * Opens the segment that a writer left open; what follows its last whole group was never acknowledged and is cut off.
 * Undefined: nothing in it was recorded, or it was sealed already; its file is removed. Throws ARCHIVE_DAMAGED.
 */
export async function recoverOpen(
  files: Files,
  directory: string,
  name: string,
  tenant: string,
  next: Record<Stream, number>,
): Promise<RecoveredSegment | undefined> {
  const path = join(directory, OPEN, name)
  const bytes = await files.read(path)
  const id = parseSegmentId(name.replace(/\.open$/, ''))
  const start = parseHeader(bytes)
  if (start === undefined) {
    // The first write makes header and group together: a header cut short was never acknowledged.
    if (walkGroups(bytes, 0, Buffer.alloc(32)).stopped === 'damaged')
      throw damaged(path, 'its header is not readable')
    return discard(files, directory, path)
  }
  const { header, end } = start
  if (header.tenant !== tenant || id === undefined || `${header.segment}.open` !== name)
    throw damaged(path, 'its header names another segment')
  const sealed = join(directory, sealedPath(header.class, header.quarter, header.segment))
  // Repacked: the sealed file is whole before this one goes.
  if ((await files.size(sealed)) !== null) return discard(files, directory, path)
  const walk = walkGroups(bytes.subarray(end), end, headerChain(bytes, end))
  if (walk.stopped === 'damaged') throw damaged(path, `the bytes from ${walk.end} on were changed`)
  if (walk.groups.length === 0) return discard(files, directory, path)
  if (header.first !== next[id.stream])
    throw damaged(path, `it begins at sequence ${header.first}, not at ${next[id.stream]}`)
  const inspected = inspectGroups(bytes, 0, header, walk.groups)
  if (typeof inspected === 'string') throw damaged(path, inspected)

  if (walk.end < bytes.length) await files.truncate(path, walk.end)
  // After a failed fsync the system may hold bytes as clean that never reached the disk: write the last group once more.
  const last = walk.groups.at(-1)?.start ?? 0
  await files.overwrite(path, last, bytes.subarray(last, walk.end))
  const segment = new OpenSegment(files, directory, header)
  segment.resume(bytes.subarray(0, walk.end), walk.groups, inspected.leaves)
  return {
    segment,
    truncated: walk.stopped === 'torn' ? bytes.length - walk.end : 0,
    complete: walk.stopped === 'table',
  }
}

async function discard(files: Files, directory: string, path: string): Promise<undefined> {
  await files.remove(path)
  await files.syncFolder(join(directory, OPEN))
}

export function damaged(path: string, why: string): CodedError<'ARCHIVE_DAMAGED'> {
  return new CodedError(
    'ARCHIVE_DAMAGED',
    `Cannot open the archive for writing: "${path}" was damaged (${why}); run "daybook verify" and restore the file from a copy`,
  )
}

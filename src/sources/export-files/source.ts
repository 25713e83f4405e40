import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { ZstdError, zstdStream } from '../../platform/zstd-stream.ts'
import type { Digest, SourceEvent } from '../source.ts'
import { ByteReader } from './byte-reader.ts'
import { readContainer } from './container.ts'
import type { ReadContainer, Run } from './container.ts'
import { gunzip } from './gunzip.ts'
import { InputError, unreadable } from './input-error.ts'
import { byDate } from './by-date.ts'
import { findFiles } from './find-files.ts'
import type { Found } from './find-files.ts'
import { isTar, tarMembers } from './tar-members.ts'
import { zipMembers } from './zip-members.ts'

/** Limits and observers of one reading; every field has a default. */
export interface ExportFilesOptions {
  /** About how many bytes of records one chunk holds (default 1 MB). */
  readonly chunkBytes?: number
  /** A record larger than this is reported and skipped (default 64 MB). */
  readonly maxRecordBytes?: number
  /** A packed file may unpack to this without a look at the ratio of its sizes (default 1 GB). */
  readonly trustedBytes?: number
  /** Called with the number of bytes read from disk since the last call, for progress. */
  readonly onBytes?: (bytes: number) => void
}

const READ_BYTES = 256 << 10
/** What a packing is told by: tar's mark stands far behind. */
const TELLING_BYTES = 262
/** Packed files in packed files: `.zip` of `.gz` is common, deeper is not. */
const MAX_DEPTH = 2
/** A ZIP inside another file is read in memory: its directory stands at its end. */
const MAX_NESTED_ZIP_BYTES = 64 << 20
/** Records pack 3 to 30 times smaller; a file that unpacks to this many times its size, and to much, is a trap. */
const MAX_RATIO = 200

/**
 * Reads files and folders of exports, folders recursively, in the order of the dates in their names, else as given.
 * What a file is, and how it is packed, is told by its content. Ends only by an abort; everything else is an event.
 */
export async function* readExportFiles(
  paths: readonly string[],
  options: ExportFilesOptions = {},
  signal?: AbortSignal,
): AsyncGenerator<SourceEvent> {
  let containers = 0
  const run: Run = {
    limits: {
      chunkBytes: options.chunkBytes ?? 1 << 20,
      maxRecordBytes: options.maxRecordBytes ?? 64 << 20,
    },
    nextId: () => String((containers += 1)),
    trustedBytes: options.trustedBytes ?? 1 << 30,
    signal,
  }
  for (const found of await byDate(findFiles(paths))) {
    signal?.throwIfAborted()
    if (found.kind === 'file') yield* readFile(found, run, options.onBytes ?? (() => {}))
    else yield failed(found.path, found.error)
  }
}

/** Bytes on disk that `readExportFiles` would read, for a progress line; unreadable paths count as 0. */
export async function sizeOfExportFiles(paths: readonly string[]): Promise<number> {
  let size = 0
  for await (const found of findFiles(paths)) if (found.kind === 'file') size += found.size
  return size
}

async function* readFile(
  { path, isPipe }: Found & { kind: 'file' },
  run: Run,
  onBytes: (bytes: number) => void,
): AsyncGenerator<SourceEvent> {
  const hash = createHash('sha256')
  let size = 0
  const reader = new ByteReader(
    bytesOf(path, (bytes) => {
      hash.update(bytes)
      size += bytes.length
      onBytes(bytes.length)
    }),
  )
  const ends: ReadContainer[] = []
  const finish = async (): Promise<Digest> => {
    // What a packed file holds behind its last member belongs to its digest all the same.
    try {
      while ((await reader.next()) !== null) run.signal?.throwIfAborted()
    } catch (error) {
      run.signal?.throwIfAborted()
      if (!(error instanceof Error)) throw error
    }
    return { size, sha256: hash.digest('hex') }
  }
  try {
    yield* readPacked(path, reader, 0, run, ends, isPipe ? null : path)
    if (ends.length === 0) return
    const file = await finish()
    for (const { container, records, unpacked } of ends) {
      yield { type: 'end', container, records, unpacked: unpacked ?? file, file }
    }
  } finally {
    await reader.close()
  }
}

/** Reads a stream of bytes that may be packed. `path`: set where a ZIP can be opened by its path. */
async function* readPacked(
  name: string,
  reader: ByteReader,
  depth: number,
  run: Run,
  ends: ReadContainer[],
  path: string | null,
): AsyncGenerator<SourceEvent> {
  const packing = packingOf(await reader.peek(TELLING_BYTES))
  if (packing === null) {
    const read = yield* readContainer(name, reader, run, depth > 0)
    ends.push(...read)
    return
  }
  if (depth >= MAX_DEPTH) {
    yield failed(
      name,
      new InputError('ARCHIVE_REFUSED', 'this is packed more than twice: unpack it first'),
    )
    return
  }
  if (packing === 'tar') {
    yield* readTar(name, reader, depth, run, ends)
    return
  }
  if (packing !== 'zip') {
    const unpacked = packing === 'gzip' ? gunzip(reader) : unzstd(reader)
    yield* readInner(
      name,
      guarded(() => reader.taken, unpacked, run),
      depth,
      run,
      ends,
    )
    return
  }
  try {
    let zip: string | Buffer
    let fresh: () => ByteReader
    if (path === null) {
      const whole = await reader.peek(MAX_NESTED_ZIP_BYTES + 1)
      if (reader.failure !== null) throw reader.failure.error
      if (whole.length > MAX_NESTED_ZIP_BYTES) {
        throw new InputError(
          'ARCHIVE_REFUSED',
          `this ZIP file inside another one is larger than ${MAX_NESTED_ZIP_BYTES >> 20} MB: unpack the outer one first`,
        )
      }
      zip = Buffer.from(whole.buffer, whole.byteOffset, whole.length)
      fresh = () => reader
    } else {
      zip = path
      fresh = () => new ByteReader(bytesOf(path, () => {}))
    }
    let isEmpty = true
    for await (const member of zipMembers(zip, fresh)) {
      isEmpty = false
      if (member.name === '[Content_Types].xml') {
        throw new InputError(
          'NOT_AN_EXPORT',
          'this is an Office document: save the table in it as CSV (Excel may have cut long cells)',
        )
      }
      const bytes = guarded(() => member.packedBytes ?? Infinity, member.bytes, run)
      yield* readInner(`${name}!${member.name}`, bytes, depth, run, ends)
    }
    if (isEmpty) yield failed(name, new InputError('NOT_AN_EXPORT', 'this ZIP file holds no files'))
  } catch (error) {
    run.signal?.throwIfAborted()
    yield failed(name, error instanceof InputError ? error : unreadable(error))
  }
}

async function* readTar(
  name: string,
  reader: ByteReader,
  depth: number,
  run: Run,
  ends: ReadContainer[],
): AsyncGenerator<SourceEvent> {
  let isEmpty = true
  try {
    for await (const member of tarMembers(reader)) {
      isEmpty = false
      yield* readInner(`${name}!${member.name}`, member.bytes, depth, run, ends)
    }
    if (isEmpty) yield failed(name, new InputError('NOT_AN_EXPORT', 'this tar file holds no files'))
  } catch (error) {
    run.signal?.throwIfAborted()
    yield failed(name, error instanceof InputError ? error : unreadable(error))
  }
}

async function* readInner(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  depth: number,
  run: Run,
  ends: ReadContainer[],
): AsyncGenerator<SourceEvent> {
  const reader = new ByteReader(bytes)
  try {
    yield* readPacked(name, reader, depth + 1, run, ends, null)
  } finally {
    await reader.close()
  }
}

function failed(file: string, { code, message }: InputError): SourceEvent {
  return { type: 'error', file, offset: null, code, message }
}

function packingOf(head: Uint8Array): 'gzip' | 'zip' | 'zstd' | 'tar' | null {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return 'zip'
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  if (((a ?? 0) & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd'
  return isTar(head) ? 'tar' : null
}

/** Stops what unpacks without end. `packedBytes`: how many packed bytes were used so far. */
async function* guarded(
  packedBytes: () => number,
  unpacked: AsyncIterable<Uint8Array>,
  { trustedBytes }: Run,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const bytes of unpacked) {
    size += bytes.length
    if (size > trustedBytes && size > MAX_RATIO * packedBytes()) {
      throw new InputError(
        'ARCHIVE_REFUSED',
        `this file unpacks to more than ${MAX_RATIO} times its size and was read no further: if it is what it should be, unpack it first`,
      )
    }
    yield bytes
  }
}

async function* unzstd(reader: ByteReader): AsyncGenerator<Uint8Array> {
  try {
    yield* zstdStream(reader)
  } catch (error) {
    if (!(error instanceof ZstdError)) throw error
    const code = error.code === 'ZSTD_TRUNCATED' ? 'FILE_TRUNCATED' : 'ARCHIVE_BROKEN'
    throw new InputError(code, `${error.message}: fetch the file again`, { cause: error })
  }
}

async function* bytesOf(
  path: string,
  onBytes: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  let file
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw unreadable(error)
  }
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null)
      if (bytesRead === 0) return
      const bytes = buffer.subarray(0, bytesRead)
      onBytes(bytes)
      yield bytes
    }
  } catch (error) {
    throw unreadable(error)
  } finally {
    await file.close()
  }
}

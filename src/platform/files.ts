import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { chmod, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CodedError } from './errors.ts'

export type FileErrorCode =
  | 'DISK_FULL'
  | 'READ_ONLY'
  | 'NO_PERMISSION'
  | 'DISK_ERROR'
  | 'FILE_NOT_FOUND'
  | 'FILE_EXISTS'
  | 'TOO_MANY_FILES'
  | 'FILE_ERROR'

/** A file that only grows. */
export interface GrowingFile {
  /** Writes all bytes at the end, in one call where the system takes them at once. */
  write(bytes: Uint8Array): Promise<void>
  /** Returns once the bytes are on the disk (fsync). */
  sync(): Promise<void>
  close(): Promise<void>
}

interface FolderEntry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'other'
}

/** Everything the archive does to a disk. Tests hand in one that fails. Errors are `CodedError<FileErrorCode>`. */
export interface Files {
  read(path: string): Promise<Buffer>
  /** null when there is no such file. */
  size(path: string): Promise<number | null>
  /** Empty when there is no such folder. */
  list(path: string): Promise<readonly FolderEntry[]>
  /** Creates the folder and its parents, and makes each creation durable. */
  makeFolder(path: string): Promise<void>
  /** Opens for appending; `new` refuses an existing file. */
  append(path: string, mode: 'new' | 'existing'): Promise<GrowingFile>
  truncate(path: string, bytes: number): Promise<void>
  /** Writes bytes over others in a file, and makes that durable. */
  overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Gives a file a second name; renames it where the file system knows no second names. */
  link(from: string, to: string): Promise<void>
  /** Removes a file or a whole folder; nothing happens when it is not there. */
  remove(path: string): Promise<void>
  makeReadOnly(path: string): Promise<void>
  /** Makes creations, renames and removals in the folder durable. */
  syncFolder(path: string): Promise<void>
}

/** What file systems without hard links answer. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
])

export const localFiles: Files = {
  read: (path) => coded('read', path, () => readFile(path)),
  size: (path) =>
    coded('look at', path, async () => {
      try {
        return (await stat(path)).size
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return null
        throw error
      }
    }),
  list: (path) =>
    coded('list', path, async () => {
      try {
        const entries = await readdir(path, { withFileTypes: true })
        return entries.map((entry) => ({
          name: entry.name,
          kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other',
        }))
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return []
        throw error
      }
    }),
  makeFolder: (path) =>
    coded('create the folder', path, async () => {
      const first = await mkdir(path, { recursive: true })
      if (first === undefined) return
      for (let folder = path; folder !== dirname(first); folder = dirname(folder))
        await syncFolder(dirname(folder))
    }),
  append: (path, mode) =>
    coded('open', path, async () => {
      const handle = await open(path, mode === 'new' ? 'ax' : 'a')
      return {
        write: (bytes) =>
          coded('write', path, async () => {
            for (let at = 0; at < bytes.length;)
              at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten
          }),
        sync: () => coded('write', path, () => handle.sync()),
        close: () => coded('close', path, () => handle.close()),
      }
    }),
  truncate: (path, bytes) =>
    coded('shorten', path, async () => {
      const handle = await open(path, 'r+')
      try {
        await handle.truncate(bytes)
        await handle.sync()
      } finally {
        await handle.close()
      }
    }),
  overwrite: (path, offset, bytes) =>
    coded('write', path, async () => {
      const handle = await open(path, 'r+')
      try {
        for (let at = 0; at < bytes.length;)
          at += (await handle.write(bytes, at, bytes.length - at, offset + at)).bytesWritten
        await handle.sync()
      } finally {
        await handle.close()
      }
    }),
  rename: (from, to) => coded('rename', from, () => rename(from, to)),
  link: (from, to) =>
    coded('link', from, async () => {
      try {
        await link(from, to)
      } catch (error) {
        if (!NO_LINKS.has(systemCode(error))) throw error
        await rename(from, to)
      }
    }),
  remove: (path) => coded('remove', path, () => rm(path, { recursive: true, force: true })),
  makeReadOnly: (path) => coded('make read-only', path, () => chmod(path, 0o444)),
  syncFolder: (path) => coded('write', path, () => syncFolder(path)),
}

/** Writes a whole file so that a crash leaves the old one or the new one: temporary file, fsync, rename. The caller syncs the folder. */
export async function replaceFile(
  files: Files,
  path: string,
  temporary: string,
  bytes: Uint8Array,
): Promise<void> {
  await files.remove(temporary)
  const file = await files.append(temporary, 'new')
  try {
    await file.write(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(temporary, path)
}

/** Reads a part of a file, for worker threads; shorter than asked when the file ends before. */
export function readPart(path: string, offset: number, length: number): Buffer {
  try {
    const descriptor = openSync(path, 'r')
    try {
      const bytes = Buffer.allocUnsafe(length)
      let have = 0
      while (have < length) {
        const got = readSync(descriptor, bytes, have, length - have, offset + have)
        if (got === 0) break
        have += got
      }
      return bytes.subarray(0, have)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw fileError('read', path, error)
  }
}

/** Size of a file, for worker threads. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    throw fileError('look at', path, error)
  }
}

/** The coded form of what the system said about a file. */
export function fileError(verb: string, path: string, error: unknown): CodedError<FileErrorCode> {
  const [code, advice] = ADVICE[systemCode(error)] ?? ['FILE_ERROR', 'see the cause for details']
  const why = systemCode(error)
  return new CodedError(
    code,
    `Cannot ${verb} "${path}"${why === '' ? '' : ` (${why})`}: ${advice}`,
    { cause: error },
  )
}

const FULL = ['DISK_FULL', 'the disk is full; free some space and start again'] as const
const DENIED = [
  'NO_PERMISSION',
  'this user may not; give it the right to, or run as the user that owns the folder',
] as const
const ADVICE: Readonly<Record<string, readonly [FileErrorCode, string]>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EROFS: ['READ_ONLY', 'the file system is read-only; mount it writable or choose another folder'],
  EACCES: DENIED,
  EPERM: DENIED,
  EFBIG: ['DISK_FULL', 'a file may not grow that large here; raise the limit (ulimit -f)'],
  EIO: ['DISK_ERROR', 'the disk reports an error; check it before anything else is written'],
  ENOENT: ['FILE_NOT_FOUND', 'there is no such file or folder; check the path'],
  ENOTDIR: ['FILE_NOT_FOUND', 'a part of the path is no folder; check the path'],
  EEXIST: ['FILE_EXISTS', 'it exists already; move it away if nothing else uses it'],
  EMFILE: ['TOO_MANY_FILES', 'too many files are open; raise the limit (ulimit -n)'],
  ENFILE: ['TOO_MANY_FILES', 'too many files are open on this machine'],
}

async function coded<T>(verb: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CodedError) throw error
    throw fileError(verb, path, error)
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { fromBufferPromise, openPromise } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { ByteReader } from './byte-reader.ts'
import { inflate } from './gunzip.ts'
import { InputError } from './input-error.ts'
import { isOwnPackage, recordNames } from './own-package.ts'

/** One file in a ZIP: its name and its unpacked bytes, or why they cannot be had. */
export interface ZipMember {
  readonly name: string
  /** Its packed size; null when a cut-off ZIP does not say. */
  readonly packedBytes: number | null
  readonly bytes: AsyncIterable<Uint8Array>
}

const MAX_MEMBERS = 100_000
const STORED = 0
const DEFLATED = 8
const ZSTD = 93

/** The members of a ZIP, in the order of its directory; a ZIP without a directory (cut off) is read from its beginning. */
export async function* zipMembers(
  zip: string | Buffer,
  fresh: () => ByteReader,
): AsyncGenerator<ZipMember> {
  const options = {
    lazyEntries: true,
    autoClose: false,
    // Names are only shown, never used as paths, so yauzl need not refuse odd ones.
    decodeStrings: false,
    validateEntrySizes: true,
  } as const
  let file: ZipFile
  try {
    file =
      typeof zip === 'string'
        ? await openPromise(zip, options)
        : await fromBufferPromise(zip, options)
  } catch {
    const reader = fresh()
    try {
      yield* membersFromTheStart(reader)
    } finally {
      await reader.close()
    }
    throw new InputError(
      'FILE_TRUNCATED',
      'the ZIP file has no directory at its end, so it was probably cut off: fetch it again; what could be read was read',
    )
  }
  try {
    if (file.entryCount > MAX_MEMBERS) {
      throw new InputError('ARCHIVE_REFUSED', `the ZIP file has more than ${MAX_MEMBERS} members`)
    }
    const members = new Map<string, Entry[]>()
    for (;;) {
      const entry = await nextEntry(file)
      if (entry === null) break
      const name = nameOf(entry.fileNameRaw)
      if (!isExportName(name)) continue
      const known = members.get(name)
      if (known === undefined) members.set(name, [entry])
      else known.push(entry)
    }
    const names = new Set(members.keys())
    const records = isOwnPackage(names) ? recordNames(names) : names
    for (const [name, entries] of members) {
      if (!records.has(name)) continue
      for (const entry of entries)
        yield { name, packedBytes: entry.compressedSize, bytes: unpack(file, entry) }
    }
  } finally {
    file.close()
  }
}

async function nextEntry(file: ZipFile): Promise<Entry | null> {
  return await new Promise((resolve, reject) => {
    const forget = (): void => {
      file.off('entry', onEntry).off('end', onEnd).off('error', onError)
    }
    const onEntry = (entry: Entry): void => {
      forget()
      resolve(entry)
    }
    const onEnd = (): void => {
      forget()
      resolve(null)
    }
    const onError = (cause: unknown): void => {
      forget()
      reject(
        new InputError('ARCHIVE_BROKEN', 'the directory of the ZIP file is damaged', { cause }),
      )
    }
    file.on('entry', onEntry).on('end', onEnd).on('error', onError)
    file.readEntry()
  })
}

async function* unpack(file: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  refuseUnreadable(entry.generalPurposeBitFlag, entry.compressionMethod)
  let raw: Readable
  try {
    raw = await file.openReadStreamPromise(entry, { decodeFileData: false })
  } catch (cause) {
    throw new InputError('ARCHIVE_BROKEN', 'this member of the ZIP file is damaged', { cause })
  }
  try {
    const reader = new ByteReader(raw)
    const outcome = yield* decode(reader, entry.compressionMethod, entry.compressedSize)
    check(outcome, entry.crc32)
  } finally {
    // yauzl keeps the file open as long as one of its streams is.
    raw.destroy()
  }
}

function refuseUnreadable(flags: number, method: number): void {
  if ((flags & 1) !== 0) {
    throw new InputError(
      'ARCHIVE_REFUSED',
      'this member of the ZIP file is encrypted: unpack it with its password first',
    )
  }
  if (method !== STORED && method !== DEFLATED) {
    const which = method === ZSTD ? 'zstd' : `number ${method}`
    throw new InputError(
      'ARCHIVE_REFUSED',
      `this member of the ZIP file is packed with a method that is not supported (${which}): unpack it first`,
    )
  }
}

async function* decode(
  reader: ByteReader,
  method: number,
  packedBytes: number,
): AsyncGenerator<Uint8Array, { readonly crc: number; readonly size: number }> {
  if (method === DEFLATED) return yield* inflate(reader)
  let crc = 0
  let left = packedBytes
  while (left > 0) {
    const piece = await reader.next()
    if (piece === null) {
      throw new InputError('FILE_TRUNCATED', 'the packed data ends early: fetch the file again')
    }
    const used = piece.subarray(0, left)
    reader.unread(piece.subarray(used.length))
    left -= used.length
    crc = crc32(used, crc)
    yield used
  }
  return { crc, size: packedBytes }
}

function check(outcome: { readonly crc: number }, crc: number): void {
  if (outcome.crc !== crc) {
    throw new InputError(
      'ARCHIVE_BROKEN',
      'the checksum of this member of the ZIP file differs: fetch the file again',
    )
  }
}

/** Walks the local headers: what a ZIP without its directory still tells. */
async function* membersFromTheStart(reader: ByteReader): AsyncGenerator<ZipMember> {
  for (let count = 0; count < MAX_MEMBERS; count += 1) {
    const header = Buffer.from(await reader.take(30))
    if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) return
    const flags = header.readUInt16LE(6)
    const method = header.readUInt16LE(8)
    const packedBytes = header.readUInt32LE(18)
    const name = nameOf(Buffer.from(await reader.take(header.readUInt16LE(26))))
    await reader.skip(header.readUInt16LE(28))
    const hasDescriptor = (flags & 8) !== 0
    if (isExportName(name)) {
      let isRead = false
      const bytes = (async function* member(): AsyncGenerator<Uint8Array> {
        refuseUnreadable(flags, method)
        if (method === STORED && hasDescriptor) {
          throw new InputError('ARCHIVE_BROKEN', 'the end of this member cannot be told')
        }
        yield* decode(reader, method, packedBytes)
        isRead = true
      })()
      yield { name, packedBytes: hasDescriptor ? null : packedBytes, bytes }
      if (!isRead) return
    } else if (hasDescriptor) return
    else await reader.skip(packedBytes)
    if (hasDescriptor) {
      const signature = Buffer.from(await reader.peek(4))
      const isSigned = signature.length === 4 && signature.readUInt32LE(0) === 0x08074b50
      await reader.skip(isSigned ? 16 : 12)
    }
  }
}

/** Most tools write UTF-8, whether they say so or not. */
function nameOf(raw: Buffer): string {
  const text = raw.toString('utf8')
  return text.includes('\uFFFD') ? raw.toString('latin1') : text
}

/** Folders, hidden files and what macOS adds hold no exports. */
export function isExportName(name: string): boolean {
  if (name.endsWith('/') || name.endsWith('\\')) return false
  return !name.split(/[/\\]/).some((part) => part.startsWith('.') || part === '__MACOSX')
}

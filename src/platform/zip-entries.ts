import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw, crc32 } from 'node:zlib'
import { CodedError } from './errors.ts'

// A ZIP file read by its central directory (APPNOTE 6.3.10): what a verifier needs of it and nothing else, so that the
// verifier depends on no library. Stored and deflated entries, ZIP64, no encryption.

export interface ZipEntry {
  readonly name: string
  readonly bytes: number
  readonly packedBytes: number
  readonly method: 0 | 8
  readonly crc32: number
  /** Where its local header begins. */
  readonly offset: number
}

const END_BYTES = 22
const MAX_COMMENT = 65_535
const LOCATOR_BYTES = 20
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const MAX_DIRECTORY = 512 * 1024 * 1024
const UNKNOWN_32 = 0xffffffff

/** The entries of a ZIP file, those for folders left out. Throws ZIP_INVALID or what the system says. */
export async function zipEntries(path: string): Promise<ZipEntry[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const { offset, bytes, count } = await findDirectory(file, size)
    if (offset + bytes > size || bytes > MAX_DIRECTORY) throw invalid('its directory lies outside')
    const directory = await readAt(file, offset, bytes)
    const entries: ZipEntry[] = []
    let at = 0
    for (let number = 0; number < count; number += 1) {
      const { entry, end } = entryAt(directory, at)
      at = end
      if (!entry.name.endsWith('/')) entries.push(entry)
    }
    return entries
  } finally {
    await file.close()
  }
}

/** Hands over an entry's content piece by piece. Throws ZIP_INVALID if it is not what the directory says. */
export async function readZipEntry(
  path: string,
  entry: ZipEntry,
  take: (chunk: Buffer) => Promise<void> | void,
): Promise<void> {
  const file = await open(path, 'r')
  let start: number
  try {
    const local = await readAt(file, entry.offset, LOCAL_BYTES)
    if (local.readUInt32LE(0) !== 0x04034b50) throw invalid(`"${entry.name}" has no header`)
    start = entry.offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28)
  } finally {
    await file.close()
  }
  let sum = 0
  let bytes = 0
  const check = async (chunk: Buffer): Promise<void> => {
    bytes += chunk.length
    if (bytes > entry.bytes) throw invalid(`"${entry.name}" is longer than it says`)
    sum = crc32(chunk, sum)
    await take(chunk)
  }
  if (entry.packedBytes > 0) {
    const packed = createReadStream(path, { start, end: start + entry.packedBytes - 1 })
    const sink = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of chunks) await check(chunk)
    }
    try {
      if (entry.method === 0) await pipeline(packed, sink)
      else await pipeline(packed, createInflateRaw(), sink)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (code.startsWith('Z_')) throw invalid(`"${entry.name}" cannot be unpacked`)
      throw error
    }
  }
  if (bytes !== entry.bytes || sum !== entry.crc32)
    throw invalid(`"${entry.name}" is not what the directory says`)
}

async function findDirectory(
  file: FileHandle,
  size: number,
): Promise<{ offset: number; bytes: number; count: number }> {
  const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT)
  const tail = await readAt(file, size - tailBytes, tailBytes)
  let at = tail.length - END_BYTES
  while (at >= 0 && !(tail.readUInt32LE(at) === 0x06054b50 && commentFits(tail, at))) at -= 1
  if (at < 0) throw invalid('it is no ZIP, or its end is missing')
  const end = {
    count: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  }
  const wide = end.count === 0xffff || end.bytes === UNKNOWN_32 || end.offset === UNKNOWN_32
  if (!wide) return end
  const locatorAt = size - tailBytes + at - LOCATOR_BYTES
  if (locatorAt < 0) throw invalid('its ZIP64 end is missing')
  const locator = await readAt(file, locatorAt, LOCATOR_BYTES)
  if (locator.readUInt32LE(0) !== 0x07064b50) throw invalid('its ZIP64 end is missing')
  const end64 = await readAt(file, number64(locator, 8), 56)
  if (end64.readUInt32LE(0) !== 0x06064b50) throw invalid('its ZIP64 end is malformed')
  return {
    count: number64(end64, 32),
    bytes: number64(end64, 40),
    offset: number64(end64, 48),
  }
}

const commentFits = (tail: Buffer, at: number): boolean =>
  tail.readUInt16LE(at + 20) === tail.length - at - END_BYTES

function entryAt(directory: Buffer, at: number): { entry: ZipEntry; end: number } {
  if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
    throw invalid('its directory is malformed')
  const nameBytes = directory.readUInt16LE(at + 28)
  const extraBytes = directory.readUInt16LE(at + 30)
  const nameEnd = at + ENTRY_BYTES + nameBytes
  const end = nameEnd + extraBytes + directory.readUInt16LE(at + 32)
  if (end > directory.length) throw invalid('its directory is malformed')
  const name = directory.toString('utf8', at + ENTRY_BYTES, nameEnd)
  const method = directory.readUInt16LE(at + 10)
  // Bit 0: encrypted; bit 6: strongly; bit 13: its directory too.
  if ((directory.readUInt16LE(at + 8) & 0x2041) !== 0) throw invalid(`"${name}" is encrypted`)
  if (method !== 0 && method !== 8) throw invalid(`"${name}" is packed by another method`)
  const sizes = wideSizes(directory.subarray(nameEnd, nameEnd + extraBytes), [
    directory.readUInt32LE(at + 24),
    directory.readUInt32LE(at + 20),
    directory.readUInt32LE(at + 42),
  ])
  const [bytes = 0, packedBytes = 0, offset = 0] = sizes
  return {
    entry: { name, bytes, packedBytes, method, crc32: directory.readUInt32LE(at + 16), offset },
    end,
  }
}

/** Values that do not fit 32 bits stand in the ZIP64 extra field, those only, in this order. */
function wideSizes(extra: Buffer, values: readonly number[]): number[] {
  let wide: Buffer = Buffer.alloc(0)
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === 1) wide = extra.subarray(at + 4, at + 4 + length)
    at += 4 + length
  }
  let next = 0
  return values.map((value) => {
    if (value !== UNKNOWN_32) return value
    if (next + 8 > wide.length) throw invalid('a size in its directory is missing')
    next += 8
    return number64(wide, next - 8)
  })
}

function number64(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigUInt64LE(at))
  if (!Number.isSafeInteger(value)) throw invalid('a number in it is too large')
  return value
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, offset)
  if (bytesRead < length) throw invalid('it ends too early')
  return bytes
}

function invalid(why: string): CodedError<'ZIP_INVALID'> {
  return new CodedError('ZIP_INVALID', `the ZIP file cannot be used: ${why}`)
}

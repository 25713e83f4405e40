import { same, textOf } from './bytes.ts'
import { addToCrc } from './crc32.ts'
import { bytesOf, type PackageFile, PackageError, partsOf } from './package-file.ts'

// APPNOTE.TXT sections 4.3 and 4.5.3. Read from the central directory at the end; nothing is unpacked before it is asked for.

const END = 0x0605_4b50
const END_64 = 0x0606_4b50
const LOCATOR_64 = 0x0706_4b50
const ENTRY = 0x0201_4b50
const LOCAL = 0x0403_4b50
const END_BYTES = 22
const MAX_COMMENT = 0xffff
const MAX_DIRECTORY = 512 * 1024 * 1024
const FULL_16 = 0xffff
const FULL_32 = 0xffff_ffff

/** Whether a file begins like a ZIP. */
export async function isZip(blob: Blob): Promise<boolean> {
  const bytes = await bytesOf(blob.slice(0, 4))
  return bytes.length === 4 && [LOCAL, END].includes(viewOf(bytes).getUint32(0, true))
}

/** The files of a ZIP. Throws PackageError when it is cut off, or contradicts itself. */
export async function openZip(zip: Blob): Promise<PackageFile[]> {
  const { entries, offset, size } = await findDirectory(zip)
  if (size > MAX_DIRECTORY) throw broken('its list of files is too long')
  if (offset + size > zip.size) throw broken('its list of files is cut off')
  const directory = viewOf(await bytesOf(zip.slice(offset, offset + size)))
  const files: PackageFile[] = []
  let at = 0
  for (let count = 0; count < entries; count += 1) {
    const entry = readEntry(directory, at)
    at = entry.end
    if (!entry.path.endsWith('/')) files.push(zippedFile(zip, entry))
  }
  if (at !== size) throw broken('its list of files contradicts itself')
  return files
}

interface Directory {
  readonly entries: number
  readonly offset: number
  readonly size: number
}

async function findDirectory(zip: Blob): Promise<Directory> {
  const from = Math.max(0, zip.size - END_BYTES - MAX_COMMENT)
  const tail = viewOf(await bytesOf(zip.slice(from)))
  for (let at = tail.byteLength - END_BYTES; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== END) continue
    if (at + END_BYTES + tail.getUint16(at + 20, true) !== tail.byteLength) continue
    const entries = tail.getUint16(at + 10, true)
    const size = tail.getUint32(at + 12, true)
    const offset = tail.getUint32(at + 16, true)
    const isLarge = entries === FULL_16 || size === FULL_32 || offset === FULL_32
    return (isLarge && (await findDirectory64(zip, from + at))) || { entries, size, offset }
  }
  throw broken('its end is missing, so it was cut off or not wholly copied')
}

/** Of a ZIP with files or a directory beyond 4 GB, or with more than 65,535 files. */
async function findDirectory64(zip: Blob, end: number): Promise<Directory | undefined> {
  if (end < 20) return undefined
  const locator = viewOf(await bytesOf(zip.slice(end - 20, end)))
  if (locator.getUint32(0, true) !== LOCATOR_64) return undefined
  const at = large(locator, 8)
  const record = viewOf(await bytesOf(zip.slice(at, at + 56)))
  if (record.byteLength < 56 || record.getUint32(0, true) !== END_64)
    throw broken('its list of files cannot be found')
  return { entries: large(record, 32), size: large(record, 40), offset: large(record, 48) }
}

interface Entry {
  readonly path: string
  readonly name: Uint8Array
  readonly encrypted: boolean
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** Where its own header lies. */
  readonly local: number
  /** Where the next entry of the directory begins. */
  readonly end: number
}

function readEntry(view: DataView, at: number): Entry {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== ENTRY)
    throw broken('its list of files is damaged')
  const nameEnd = at + 46 + view.getUint16(at + 28, true)
  const extraEnd = nameEnd + view.getUint16(at + 30, true)
  const end = extraEnd + view.getUint16(at + 32, true)
  if (end > view.byteLength) throw broken('its list of files is damaged')
  const name = part(view, at + 46, nameEnd)
  const path = textOf(name)
  if (path === undefined) throw broken('the name of a file in it is not UTF-8')

  const sizes = [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ]
  const longer = extraField(view, nameEnd, extraEnd)
  let next = 0
  const [size = 0, packed = 0, local = 0] = sizes.map((value) => {
    if (value !== FULL_32 || longer === undefined) return value
    if (next + 8 > longer.byteLength) throw broken('the length of a file in it is damaged')
    next += 8
    return large(longer, next - 8)
  })
  const encrypted = (view.getUint16(at + 8, true) & 1) === 1
  const method = view.getUint16(at + 10, true)
  const crc = view.getUint32(at + 16, true)
  return { path, name, encrypted, method, crc, packed, size, local, end }
}

/** The ZIP64 extra field of an entry. */
function extraField(view: DataView, from: number, to: number): DataView | undefined {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    const length = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === 1 && at + 4 + length <= to)
      return viewOf(part(view, at + 4, at + 4 + length))
  }
  return undefined
}

function zippedFile(zip: Blob, entry: Entry): PackageFile {
  return { path: entry.path, size: entry.size, chunks: () => unpack(zip, entry) }
}

async function* unpack(zip: Blob, entry: Entry): AsyncGenerator<Uint8Array> {
  const { path, method, packed, size } = entry
  if (entry.encrypted) throw unreadable(path, 'is encrypted')
  if (method !== 0 && method !== 8)
    throw unreadable(path, 'is packed in a way this page does not know')
  const header = await bytesOf(zip.slice(entry.local, entry.local + 30 + entry.name.length))
  const view = viewOf(header)
  // Two names for one file would let other programs show another file than the one checked here.
  if (
    header.length < 30 ||
    view.getUint32(0, true) !== LOCAL ||
    !same(header.subarray(30), entry.name)
  )
    throw unreadable(path, 'is not where the ZIP says, or has another name there')
  const start = entry.local + 30 + view.getUint16(26, true) + view.getUint16(28, true)
  const data = zip.slice(start, start + packed)
  if (data.size !== packed) throw unreadable(path, 'is cut off')
  let length = 0
  let crc = -1
  for await (const chunk of method === 0 ? partsOf(data) : inflate(data, path)) {
    length += chunk.length
    // A few bytes may unpack to terabytes.
    if (length > size) throw unreadable(path, 'is longer than the ZIP says')
    crc = addToCrc(crc, chunk)
    yield chunk
  }
  if (length !== size) throw unreadable(path, 'is shorter than the ZIP says')
  if (~crc >>> 0 !== entry.crc) throw unreadable(path, 'is damaged')
}

async function* inflate(data: Blob, path: string): AsyncGenerator<Uint8Array> {
  if (typeof DecompressionStream === 'undefined')
    throw new PackageError(
      'UNREADABLE',
      'This browser cannot unpack ZIP files: unpack it first, and drop the folder onto this page.',
    )
  const reader = data.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch {
    throw unreadable(path, 'cannot be unpacked')
  } finally {
    // Also when the caller stops early; a stream that failed has nothing left to cancel.
    await reader.cancel().catch(() => undefined)
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const part = (view: DataView, from: number, to: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + from, to - from)

function large(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken('a length in it is impossible')
  return Number(value)
}

function broken(why: string): PackageError {
  return new PackageError('ZIP_INVALID', `The ZIP file cannot be read: ${why}.`)
}

function unreadable(path: string, why: string): PackageError {
  return new PackageError('ZIP_INVALID', `The file "${path}" in the ZIP cannot be read: it ${why}.`)
}

import { crc32, createInflateRaw } from 'node:zlib'
import { DecoderPump } from '../../platform/decoder-pump.ts'
import type { ByteReader } from './byte-reader.ts'
import { InputError } from './input-error.ts'

/** Little enough that what one piece unpacks to (at most 1,032 times as much) fits into memory. */
const PIECE_BYTES = 16 << 10
const CHUNK_BYTES = 64 << 10

const truncated = (): InputError =>
  new InputError('FILE_TRUNCATED', 'the packed data ends early: fetch the file again')
const broken = (what: string): InputError =>
  new InputError('ARCHIVE_BROKEN', `the packed data is damaged (${what}): fetch the file again`)

/**
 * Unpacks a gzip file of any number of members. It does by hand what Node's Gunzip does, because that one throws away
 * whole kilobytes of good data before the place where a file is cut, damaged or followed by something else.
 */
export async function* gunzip(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (let isFirst = true; ; isFirst = false) {
    const magic = await reader.peek(2)
    if (!isFirst) {
      if (magic.length === 0) return
      if (magic.every((byte) => byte === 0)) {
        await passPadding(reader)
        return
      }
    }
    if (magic[0] !== 0x1f || magic[1] !== 0x8b) throw broken('other bytes follow it')
    await passHeader(reader)
    const outcome = yield* inflate(reader)
    const trailer = Buffer.from(await reader.take(8))
    if (trailer.length < 8) throw truncated()
    if (trailer.readUInt32LE(0) !== outcome.crc) throw broken('its checksum differs')
    if (trailer.readUInt32LE(4) !== outcome.size % 2 ** 32) throw broken('its length differs')
  }
}

/** Unpacks raw deflate data up to its own end, and leaves the reader right behind it. */
export async function* inflate(
  reader: ByteReader,
): AsyncGenerator<Uint8Array, { readonly crc: number; readonly size: number }> {
  const pump = new DecoderPump(createInflateRaw({ chunkSize: CHUNK_BYTES }))
  let crc = 0
  let size = 0
  const count = (bytes: Uint8Array): Uint8Array => {
    crc = crc32(bytes, crc)
    size += bytes.length
    return bytes
  }
  try {
    while (!pump.ended) {
      const next = await reader.next()
      if (next === null) {
        for await (const bytes of pump.finish()) yield count(bytes)
        if (!pump.ended) throw truncated()
        break
      }
      const piece = next.subarray(0, PIECE_BYTES)
      reader.unread(next.subarray(PIECE_BYTES))
      for await (const bytes of pump.feed(piece)) yield count(bytes)
      if (pump.error !== null) throw broken('it cannot be unpacked')
      if (pump.ended) reader.unread(piece.subarray(piece.length - pump.unused))
    }
  } finally {
    pump.destroy()
  }
  return { crc, size }
}

/** RFC 1952 section 2.3. */
async function passHeader(reader: ByteReader): Promise<void> {
  const fixed = await reader.take(10)
  if (fixed.length < 10) throw truncated()
  if (fixed[2] !== 8) throw broken('its method is unknown')
  const flags = fixed[3] ?? 0
  if ((flags & 4) !== 0) {
    const size = await reader.take(2)
    await reader.skip((size[0] ?? 0) + 256 * (size[1] ?? 0))
  }
  if ((flags & 8) !== 0) await passText(reader)
  if ((flags & 16) !== 0) await passText(reader)
  if ((flags & 2) !== 0) await reader.skip(2)
}

async function passText(reader: ByteReader): Promise<void> {
  for (;;) {
    const piece = await reader.next()
    if (piece === null) throw truncated()
    const end = piece.indexOf(0)
    if (end < 0) continue
    reader.unread(piece.subarray(end + 1))
    return
  }
}

/** Tapes and some tools fill up with zeros. */
async function passPadding(reader: ByteReader): Promise<void> {
  for await (const piece of reader) {
    if (piece.some((byte) => byte !== 0)) throw broken('other bytes follow it')
  }
}

import { crc32 } from 'node:zlib'
import type { Output } from './output.ts'
import { deflated, Pieces } from './pieces.ts'

// ZIP as APPNOTE.TXT 6.3 describes it, written from the first byte to the last: sizes stand behind each file.

const LOCAL_HEADER = 0x04034b50
const DESCRIPTOR = 0x08074b50
const CENTRAL_HEADER = 0x02014b50
const CENTRAL_END = 0x06054b50
const CENTRAL_END_64 = 0x06064b50
const CENTRAL_LOCATOR_64 = 0x07064b50

/** The sizes stand behind the data; the name is UTF-8. */
const FLAGS = 0x0808
const DEFLATE = 8
const VERSION = 20
const VERSION_64 = 45
const MADE_ON_UNIX = 3 << 8
const FILE_MODE = 0o100644
/** 1980-01-01, the earliest that ZIP knows: the same files give the same bytes. */
const NO_DATE = 0x21
const MOST_32 = 0xffffffff
const MOST_16 = 0xffff

interface Entry {
  readonly name: Buffer
  readonly offset: number
  readonly crc: number
  readonly packed: number
  readonly size: number
}

/** A file in the ZIP that is written piece by piece. */
export interface ZipFile {
  /** Takes `bytes` over; `done` gives them back. Resolves when there is room for more. */
  write(bytes: Buffer, done: () => void): Promise<void>
  end(): Promise<void>
}

/** Writes a ZIP of deflated files, one after the other, none of them larger than 4 GB. */
export class ZipWriter {
  readonly #output: Output
  readonly #entries: Entry[] = []

  constructor(output: Output) {
    this.#output = output
  }

  async add(name: string, text: string): Promise<void> {
    const file = await this.begin(name)
    await file.write(Buffer.from(text), () => undefined)
    await file.end()
  }

  async begin(name: string): Promise<ZipFile> {
    const output = this.#output
    const offset = output.bytes
    const encoded = Buffer.from(name)
    await output.write(localHeader(encoded))
    const start = output.bytes
    const pieces = new Pieces(output)
    let crc = 0
    let size = 0
    return {
      write: (bytes, done) => {
        crc = crc32(bytes, crc)
        size += bytes.length
        return pieces.add(deflated(bytes).finally(done))
      },
      end: async () => {
        await pieces.end()
        const packed = output.bytes - start
        this.#entries.push({ name: encoded, offset, crc, packed, size })
        await output.write(words(DESCRIPTOR, crc, packed, size))
      },
    }
  }

  async end(): Promise<void> {
    const output = this.#output
    const start = output.bytes
    for (const entry of this.#entries) await output.write(centralHeader(entry))
    const { length } = this.#entries
    const size = output.bytes - start
    if (start > MOST_32 || length >= MOST_16) await output.write(end64(length, size, start))
    await output.write(endOf(length, size, start))
  }
}

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(LOCAL_HEADER, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DEFLATE, 8)
  header.writeUInt16LE(NO_DATE, 12)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

function centralHeader({ name, offset, crc, packed, size }: Entry): Buffer {
  const far = offset >= MOST_32
  const extra = Buffer.alloc(far ? 12 : 0)
  if (far) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(8, 2)
    extra.writeBigUInt64LE(BigInt(offset), 4)
  }
  const header = Buffer.alloc(46)
  header.writeUInt32LE(CENTRAL_HEADER, 0)
  header.writeUInt16LE(MADE_ON_UNIX | (far ? VERSION_64 : VERSION), 4)
  header.writeUInt16LE(far ? VERSION_64 : VERSION, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt16LE(DEFLATE, 10)
  header.writeUInt16LE(NO_DATE, 14)
  header.set(words(crc, packed, size), 16)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt16LE(FILE_MODE, 40)
  header.writeUInt32LE(Math.min(offset, MOST_32), 42)
  return Buffer.concat([header, name, extra])
}

function endOf(entries: number, size: number, start: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(CENTRAL_END, 0)
  end.writeUInt16LE(Math.min(entries, MOST_16), 8)
  end.writeUInt16LE(Math.min(entries, MOST_16), 10)
  end.writeUInt32LE(Math.min(size, MOST_32), 12)
  end.writeUInt32LE(Math.min(start, MOST_32), 16)
  return end
}

function end64(entries: number, size: number, start: number): Buffer {
  const end = Buffer.alloc(76)
  end.writeUInt32LE(CENTRAL_END_64, 0)
  end.writeBigUInt64LE(44n, 4)
  end.writeUInt16LE(MADE_ON_UNIX | VERSION_64, 12)
  end.writeUInt16LE(VERSION_64, 14)
  end.writeBigUInt64LE(BigInt(entries), 24)
  end.writeBigUInt64LE(BigInt(entries), 32)
  end.writeBigUInt64LE(BigInt(size), 40)
  end.writeBigUInt64LE(BigInt(start), 48)
  end.writeUInt32LE(CENTRAL_LOCATOR_64, 56)
  end.writeBigUInt64LE(BigInt(start + size), 64)
  end.writeUInt32LE(1, 72)
  return end
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, 4 * at)
  return bytes
}

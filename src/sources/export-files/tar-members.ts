import type { ByteReader } from './byte-reader.ts'
import { InputError } from './input-error.ts'
import { isExportName } from './zip-members.ts'

/** One file in a tar archive. Its bytes must be read, or are passed over, before the next one is asked for. */
interface TarMember {
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
}

const BLOCK = 512
/** Longer names are no names. */
const MAX_NAME_BYTES = 64 << 10

const truncated = (): InputError =>
  new InputError('FILE_TRUNCATED', 'the tar archive ends early: fetch it again')

/** Does a tar archive begin here? `head`: at least 262 bytes, where there are so many. */
export function isTar(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar'
}

/** The files of a tar archive (ustar, pax and GNU), in their order. */
export async function* tarMembers(reader: ByteReader): AsyncGenerator<TarMember> {
  let longName: string | null = null
  for (;;) {
    const header = Buffer.from(await reader.take(BLOCK))
    // Archives end with blocks of zeros; some tools leave them out: then there are no bytes left.
    if (header.every((byte) => byte === 0)) return
    if (header.length < BLOCK) throw truncated()
    if (!isTar(header) || checksumOf(header) !== numberIn(header, 148, 8)) {
      throw new InputError('ARCHIVE_BROKEN', 'the tar archive is damaged: fetch it again')
    }
    const size = numberIn(header, 124, 12)
    const padding = (BLOCK - (size % BLOCK)) % BLOCK
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'L' || type === 'x') {
      const bytes = await reader.take(Math.min(size, MAX_NAME_BYTES))
      longName = longNameIn(Buffer.from(bytes), type) ?? longName
      await pass(reader, size - bytes.length + padding)
      continue
    }
    const name = longName ?? nameIn(header)
    const isFile = type === '0' || type === '\0' || type === '7'
    if (type !== 'g') longName = null
    if (!isFile || !isExportName(name)) {
      await pass(reader, size + padding)
      continue
    }
    const member = new Member(reader, size)
    yield { name, bytes: member.bytes() }
    await pass(reader, member.left + padding)
  }
}

class Member {
  readonly #reader: ByteReader
  left: number

  constructor(reader: ByteReader, size: number) {
    this.#reader = reader
    this.left = size
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    while (this.left > 0) {
      const piece = await this.#reader.next()
      if (piece === null) throw truncated()
      const used = piece.subarray(0, this.left)
      this.#reader.unread(piece.subarray(used.length))
      this.left -= used.length
      yield used
    }
  }
}

async function pass(reader: ByteReader, size: number): Promise<void> {
  if ((await reader.skip(size)) < size) throw truncated()
}

/** The sum of all bytes, those of the sum itself as blanks. */
function checksumOf(header: Uint8Array): number {
  let sum = 8 * 0x20
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte
  return sum
}

/** Octal digits, or big-endian bytes behind a set first bit. */
function numberIn(header: Buffer, at: number, length: number): number {
  if (((header[at] ?? 0) & 0x80) !== 0) return Number(header.readBigUInt64BE(at + length - 8))
  return Number.parseInt(textIn(header, at, length).trim() || '0', 8)
}

function textIn(header: Buffer, at: number, length: number): string {
  const text = header.subarray(at, at + length)
  const end = text.indexOf(0)
  return text.subarray(0, end < 0 ? length : end).toString('utf8')
}

function nameIn(header: Buffer): string {
  const name = textIn(header, 0, 100)
  // GNU keeps other things in the place of the prefix.
  const prefix = header.subarray(257, 263).toString('latin1') === 'ustar\0'
  const folder = prefix ? textIn(header, 345, 155) : ''
  return folder === '' ? name : `${folder}/${name}`
}

/** GNU: the name itself; pax: `27 path=…` among other lines. */
function longNameIn(bytes: Buffer, type: 'L' | 'x'): string | null {
  const text = bytes.toString('utf8')
  if (type === 'L') return text.replace(/\0.*$/s, '')
  return /^\d+ path=(.*)$/m.exec(text)?.[1] ?? null
}

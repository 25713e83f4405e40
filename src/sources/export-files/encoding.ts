import { isAscii } from 'node:buffer'
import type { Encoding } from '../source.ts'

/** What a text's first bytes say about its encoding. */
export interface EncodingGuess {
  readonly encoding: Encoding
  /** Length of the byte order mark. */
  readonly markBytes: number
}

/**
 * UTF-8, with or without a mark, or UTF-16 (what `>` and `Export-Csv -Encoding Unicode` of PowerShell 5.1 write).
 * Without a mark UTF-16 shows in its zero bytes: JSON and CSV headers begin with ASCII.
 */
export function guessEncoding(head: Uint8Array): EncodingGuess {
  const [a, b, c] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8-bom', markBytes: 3 }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', markBytes: 2 }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', markBytes: 2 }
  const pairs = Math.min(head.length >> 1, 16)
  let little = 0
  let big = 0
  for (let i = 0; i < pairs; i += 1) {
    const first = head[2 * i]
    const second = head[2 * i + 1]
    if (first !== 0 && second === 0) little += 1
    if (first === 0 && second !== 0) big += 1
  }
  if (pairs > 0 && little === pairs) return { encoding: 'utf-16le', markBytes: 0 }
  if (pairs > 0 && big === pairs) return { encoding: 'utf-16be', markBytes: 0 }
  return { encoding: 'utf-8', markBytes: 0 }
}

/**
 * Rewrites UTF-16 as UTF-8, piece by piece. A lone surrogate becomes its three WTF-8 bytes: no valid UTF-8, so that the
 * record is kept as bytes and the text that was served can be told from it.
 */
export class Utf16Transcoder {
  readonly #low: number
  #pending: number[] = []

  constructor(encoding: 'utf-16le' | 'utf-16be') {
    this.#low = encoding === 'utf-16le' ? 0 : 1
  }

  /** True when the bytes ended in the middle of a character. */
  get isCut(): boolean {
    return this.#pending.length % 2 === 1
  }

  push(input: Uint8Array): Uint8Array {
    let bytes = input
    if (this.#pending.length > 0) {
      bytes = new Uint8Array(this.#pending.length + input.length)
      bytes.set(this.#pending)
      bytes.set(input, this.#pending.length)
    }
    const quick = this.#quick(bytes)
    if (quick !== null) return quick
    const out = new Uint8Array((bytes.length >> 1) * 3)
    const low = this.#low
    const whole = bytes.length & ~1
    let to = 0
    let at = 0
    for (; at < whole; at += 2) {
      let unit = (bytes[at + low] ?? 0) | ((bytes[at + 1 - low] ?? 0) << 8)
      if (unit < 0x80) {
        out[to++] = unit
        continue
      }
      if (unit >= 0xd800 && unit < 0xdc00) {
        if (at + 4 > whole) break
        const next = (bytes[at + 2 + low] ?? 0) | ((bytes[at + 3 - low] ?? 0) << 8)
        if (next >= 0xdc00 && next < 0xe000) {
          unit = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00)
          at += 2
        }
      }
      to = putUtf8(out, to, unit)
    }
    this.#pending = [...bytes.subarray(at)]
    return out.subarray(0, to)
  }

  /** Whole and well-formed pieces, nearly all, go through Node's own conversion: ten times faster. */
  #quick(bytes: Uint8Array): Uint8Array | null {
    const last = (bytes.at(-1 - this.#low) ?? 0) & 0xfc
    if (bytes.length % 2 === 1 || bytes.length === 0 || last === 0xd8) return null
    const little =
      this.#low === 0
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        : Buffer.from(bytes).swap16()
    const text = Buffer.from(little.toString('utf16le'), 'utf8')
    // Lone surrogates were replaced; a replacement character that was served only costs the slower way.
    if (text.includes('\uFFFD')) return null
    this.#pending = []
    return text
  }

  /** The last character, if half of a pair was waiting for its other half. */
  end(): Uint8Array {
    if (this.#pending.length < 2) return new Uint8Array(0)
    const [a = 0, b = 0] = this.#pending
    const out = new Uint8Array(3)
    const unit = this.#low === 0 ? a | (b << 8) : b | (a << 8)
    return out.subarray(0, putUtf8(out, 0, unit))
  }
}

function putUtf8(out: Uint8Array, start: number, code: number): number {
  let to = start
  if (code < 0x800) {
    out[to++] = 0xc0 | (code >> 6)
  } else {
    if (code < 0x10000) out[to++] = 0xe0 | (code >> 12)
    else {
      out[to++] = 0xf0 | (code >> 18)
      out[to++] = 0x80 | ((code >> 12) & 0x3f)
    }
    out[to++] = 0x80 | ((code >> 6) & 0x3f)
  }
  out[to++] = 0x80 | (code & 0x3f)
  return to
}

/** Where bytes of the UTF-8 text lie in the file as it was served. Asked for in ascending order. */
export interface PositionMap {
  /** A piece of the text has been taken in. */
  add(text: Uint8Array): void
  /** Position in the file of byte `offset` of the text. */
  positionOf(offset: number): number
}

/** UTF-8: everything is shifted by the byte order mark. */
export function shiftedPositions(markBytes: number): PositionMap {
  return { add: () => {}, positionOf: (offset) => offset + markBytes }
}

/** UTF-16: counts the characters of the text up to the offset asked for. */
export class Utf16Positions implements PositionMap {
  #pieces: Uint8Array[] = []
  /** Of the first piece: where it begins in the text, and how far it has been counted. */
  #at = 0
  #inPiece = 0
  #position: number

  constructor(markBytes: number) {
    this.#position = markBytes
  }

  add(text: Uint8Array): void {
    if (text.length > 0) this.#pieces.push(text)
  }

  positionOf(offset: number): number {
    while (this.#at < offset) {
      const piece = this.#pieces[0]
      if (piece === undefined) break
      const end = Math.min(piece.length, this.#inPiece + (offset - this.#at))
      this.#position += 2 * unitsOf(piece.subarray(this.#inPiece, end))
      this.#at += end - this.#inPiece
      this.#inPiece = end
      if (end === piece.length) {
        this.#pieces.shift()
        this.#inPiece = 0
      }
    }
    return this.#position
  }
}

/** UTF-16 units of a UTF-8 text. */
function unitsOf(text: Uint8Array): number {
  if (isAscii(text)) return text.length
  let units = 0
  for (const byte of text) if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1
  return units
}

/** Makes UTF-8 of what is not; null for what is. */
export function transcoder({ encoding }: EncodingGuess): Utf16Transcoder | null {
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? new Utf16Transcoder(encoding) : null
}

import { isUtf8 } from 'node:buffer'
import { MOST_CHARACTERS } from './columns.ts'

// Text as UTF-8 straight into the XML of a cell, where nothing of it has to be changed but & < >.

const PLAIN = 0
const MARKUP = 1
/** May be the beginning of something that has to be changed. */
const DOUBTFUL = 2
/** Has to be changed. */
const CHANGED = 3

const KINDS = new Uint8Array(256)
KINDS.fill(CHANGED, 0, 0x20)
for (const [character, kind] of [
  ['\t', PLAIN],
  ['\n', PLAIN],
  ['&', MARKUP],
  ['<', MARKUP],
  ['>', MARKUP],
  ['_', DOUBTFUL],
] as const)
  KINDS[character.charCodeAt(0)] = kind
// U+FFFE and U+FFFF begin with this byte.
KINDS[0xef] = DOUBTFUL

const ENTITIES: readonly (Buffer | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  const entity = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }[String.fromCharCode(byte)]
  return entity === undefined ? undefined : Buffer.from(entity)
})

/** Bytes that a byte of text may become. */
export const MOST_BYTES_OF_BYTE = 5

/**
 * Copies the text `from[start, end)` to `to` at `at`, escaped, and answers where it ends there. -1: the text is too long
 * for a cell, or holds what a cell cannot hold; it has to be taken as a string.
 */
export function copyXmlText(
  from: Buffer,
  [start, end]: readonly [number, number],
  to: Buffer,
  at: number,
): number {
  if (end - start > MOST_CHARACTERS) return -1
  let out = at
  let all = 0
  for (let next = start; next < end; next += 1) {
    const byte = from[next] ?? 0
    const kind = KINDS[byte] ?? 0
    all |= byte
    if (kind === PLAIN) {
      to[out] = byte
      out += 1
      continue
    }
    if (kind === MARKUP) {
      const entity = ENTITIES[byte] ?? from
      to.set(entity, out)
      out += entity.length
      continue
    }
    if (kind === CHANGED || !isHarmless(from, next, end)) return -1
    to[out] = byte
    out += 1
  }
  return all < 0x80 || isUtf8(from.subarray(start, end)) ? out : -1
}

function isHarmless(bytes: Buffer, at: number, end: number): boolean {
  const second = bytes[at + 1] ?? 0
  // The escape _xHHHH_; rare enough to look no further.
  if (bytes[at] === 0x5f) return at + 1 >= end || (second !== 0x78 && second !== 0x58)
  return second !== 0xbf || (bytes[at + 2] ?? 0) < 0xbe
}

/** Whether a reader of XML might take white space away from it. */
export function hasOuterSpace(bytes: Buffer, start: number, end: number): boolean {
  return (bytes[start] ?? 0) <= 0x20 || (bytes[end - 1] ?? 0) <= 0x20
}

import type { CsvGroups } from './read-texts.ts'

// The text of a record straight out of the bytes of its line: what JSON.parse and back would do takes five times as long.

// Nowhere but at its place: inside a string of JSON the first of these quotes would have a backslash before it.
const RAW = Buffer.from(',"raw":"')
const CONTAINER = Buffer.from('{"container":"')
const QUOTE = 0x22
const BACKSLASH = 0x5c
const LINE_FEED = 10

/** What stands behind a backslash, and what it means; a line feed is none of them. */
const MEANING = new Uint8Array(128)
for (const [letter, meaning] of Object.entries({
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  r: '\r',
  t: '\t',
}))
  MEANING[letter.charCodeAt(0)] = meaning.charCodeAt(0)

/**
 * Writes the text of the line `bytes[start, end)` to `to` at `at`, where there is room for the line, with a line feed
 * behind it, and answers where that ends. -1: the line has to be parsed, since its text is no line of a file, or a row
 * of a CSV, or spelt in an unusual way.
 */
export function copyText(
  bytes: Buffer,
  [start, end]: readonly [number, number],
  groups: CsvGroups,
  to: Buffer,
  at: number,
): number {
  const found = bytes.indexOf(RAW, start)
  if (found === -1 || found >= end || !isOfNoGroup(bytes, start, groups)) return -1
  let from = found + RAW.length
  // A byte order mark, which readers of lines would take away.
  if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) return -1
  let out = at
  while (from < end) {
    const byte = bytes[from] ?? 0
    if (byte === QUOTE) {
      to[out] = LINE_FEED
      return out + 1
    }
    if (byte === BACKSLASH) {
      const letter = bytes[from + 1] ?? 0
      const meaning = MEANING[letter & 127] ?? 0
      if (meaning === 0 || letter > 127) return -1
      to[out] = meaning
      from += 2
    } else {
      to[out] = byte
      from += 1
    }
    out += 1
  }
  return -1
}

function isOfNoGroup(bytes: Buffer, start: number, groups: CsvGroups): boolean {
  if (groups.size === 0) return true
  const from = start + CONTAINER.length
  if (bytes.compare(CONTAINER, 0, CONTAINER.length, start, from) !== 0) return false
  const container = bytes.toString('utf8', from, bytes.indexOf(QUOTE, from))
  return !container.includes('\\') && !groups.has(container)
}

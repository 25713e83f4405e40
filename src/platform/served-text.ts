import { isUtf8 } from 'node:buffer'

const windows1252 = new TextDecoder('windows-1252')

/**
 * A record's bytes as text, as well as they can be read. What is no UTF-8 was mostly written by Excel or by Windows
 * PowerShell in the code page of Western Windows; a record with whole UTF-8 sequences in it was not, but is damaged.
 */
export function servedText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isUtf8(buffer) || hasSequence(buffer)) return buffer.toString('utf8')
  return windows1252.decode(buffer)
}

/** Is there a sequence of two to four bytes that means a character in UTF-8, or half of one (WTF-8)? */
function hasSequence(bytes: Uint8Array): boolean {
  for (let at = 0; at + 1 < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0
    if (lead < 0xc2 || lead > 0xf4) continue
    const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    let more = 1
    while (more < size && ((bytes[at + more] ?? 0) & 0xc0) === 0x80) more += 1
    if (more === size) return true
  }
  return false
}

// The checksum of ZIP files: finds an accident, not a change; that is what SHA-256 is for.

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb8_8320 : rest >>> 1
  return rest
})

/** The running checksum with more bytes; it begins with -1, and its complement is what a ZIP states. */
export function addToCrc(crc: number, bytes: Uint8Array): number {
  let rest = crc
  for (const byte of bytes) rest = (TABLE[(rest ^ byte) & 0xff] ?? 0) ^ (rest >>> 8)
  return rest
}

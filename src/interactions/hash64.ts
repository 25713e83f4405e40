/**
 * 64 bits of a text, evenly spread; not cryptographic (two lanes of multiply and xor, as cyrb53 does). For link keys:
 * a collision only brings two strangers to the same look-up, where their whole keys are compared.
 */
export function hash64(text: string): bigint {
  let a = 0x9e3779b9
  let b = 0x85ebca6b
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x5f356495)
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return (BigInt(a >>> 0) << 32n) | BigInt(b >>> 0)
}

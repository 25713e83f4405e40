/** Link keys are whole numbers below this: two of them added are still exact in a double. */
export const LINK_KEYS = 2 ** 52

/**
 * 52 bits of a text, evenly spread; not cryptographic (two lanes of multiply and xor, as cyrb53 does). For link keys:
 * a collision only brings two strangers to the same look-up, where their whole keys are compared. A plain number, since
 * bigints are made and compared by calls into the runtime, and an import has millions of them.
 */
export function linkHash(text: string): number {
  let a = 0x9e3779b9
  let b = 0x85ebca6b
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x5f356495)
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return (a >>> 12) * 0x1_0000_0000 + (b >>> 0)
}

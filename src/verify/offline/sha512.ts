import { CUBE_ROOTS, SQUARE_ROOTS, WORD } from './round-constants.ts'

const BLOCK_512 = 128

/** SHA-512 of a short message (FIPS 180-4). Signatures need it; by BigInt, since it runs a few times only. */
export function sha512(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 17) / BLOCK_512) * BLOCK_512)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n)

  let state = [...SQUARE_ROOTS]
  for (let at = 0; at < padded.length; at += BLOCK_512) state = compress512(state, view, at)

  const hash = new Uint8Array(64)
  const out = new DataView(hash.buffer)
  state.forEach((word, at) => out.setBigUint64(at * 8, word))
  return hash
}

const turn = (word: bigint, by: bigint): bigint => ((word >> by) | (word << (64n - by))) & WORD

function compress512(state: readonly bigint[], view: DataView, from: number): bigint[] {
  const w: bigint[] = []
  for (let at = 0; at < 16; at += 1) w.push(view.getBigUint64(from + at * 8))
  for (let at = 16; at < 80; at += 1) {
    const [x = 0n, y = 0n] = [w[at - 15], w[at - 2]]
    const s0 = turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n)
    const s1 = turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n)
    w.push(((w[at - 16] ?? 0n) + s0 + (w[at - 7] ?? 0n) + s1) & WORD)
  }
  let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state
  for (let at = 0; at < 80; at += 1) {
    const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)
    const t1 = h + s1 + ((e & f) ^ (~e & WORD & g)) + (CUBE_ROOTS[at] ?? 0n) + (w[at] ?? 0n)
    const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c))
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & WORD, c, b, a, (t1 + t2) & WORD]
  }
  return [a, b, c, d, e, f, g, h].map((word, at) => (word + (state[at] ?? 0n)) & WORD)
}

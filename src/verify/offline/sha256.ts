import { CUBE_ROOTS, SQUARE_ROOTS } from './round-constants.ts'

const BLOCK = 64
const upper = (words: readonly bigint[]): Int32Array =>
  Int32Array.from(words, (word) => Number(BigInt.asIntN(32, word >> 32n)))
const K = upper(CUBE_ROOTS.slice(0, 64))
const START = upper(SQUARE_ROOTS)

// One call at a time: JavaScript runs it to its end.
const schedule = new Int32Array(64)

/**
 * SHA-256 of bytes that come in parts (FIPS 180-4). The browser's own digest takes only a whole file in memory,
 * and an export may be larger than that.
 */
export class Sha256 {
  private readonly state = START.slice()
  private readonly rest = new Uint8Array(BLOCK)
  private filled = 0
  private length = 0

  update(bytes: Uint8Array): this {
    this.length += bytes.length
    let at = 0
    if (this.filled > 0) {
      at = Math.min(BLOCK - this.filled, bytes.length)
      this.rest.set(bytes.subarray(0, at), this.filled)
      this.filled += at
      if (this.filled < BLOCK) return this
      compress(this.state, this.rest, 0)
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) compress(this.state, bytes, at)
    this.rest.set(bytes.subarray(at))
    this.filled = bytes.length - at
    return this
  }

  /** The hash. Nothing may be added after it. */
  digest(): Uint8Array {
    const { rest, filled, state } = this
    rest.fill(0, filled)
    rest[filled] = 0x80
    if (filled >= BLOCK - 8) {
      compress(state, rest, 0)
      rest.fill(0)
    }
    const tail = new DataView(rest.buffer)
    tail.setUint32(BLOCK - 8, Math.floor(this.length / 0x2000_0000))
    tail.setUint32(BLOCK - 4, this.length * 8)
    compress(state, rest, 0)
    const hash = new Uint8Array(32)
    const view = new DataView(hash.buffer)
    state.forEach((word, at) => view.setInt32(at * 4, word))
    return hash
  }
}

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = new Sha256()
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const word = (words: Int32Array, at: number): number => words[at] ?? 0
const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0

function compress(state: Int32Array, bytes: Uint8Array, from: number): void {
  const w = schedule
  for (let at = 0; at < 16; at += 1) {
    const first = from + at * 4
    w[at] =
      (byte(bytes, first) << 24) |
      (byte(bytes, first + 1) << 16) |
      (byte(bytes, first + 2) << 8) |
      byte(bytes, first + 3)
  }
  for (let at = 16; at < 64; at += 1) {
    const x = word(w, at - 15)
    const y = word(w, at - 2)
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[at] = (word(w, at - 16) + s0 + word(w, at - 7) + s1) | 0
  }
  let a = word(state, 0)
  let b = word(state, 1)
  let c = word(state, 2)
  let d = word(state, 3)
  let e = word(state, 4)
  let f = word(state, 5)
  let g = word(state, 6)
  let h = word(state, 7)
  for (let at = 0; at < 64; at += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + word(K, at) + word(w, at)) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = word(state, 0) + a
  state[1] = word(state, 1) + b
  state[2] = word(state, 2) + c
  state[3] = word(state, 3) + d
  state[4] = word(state, 4) + e
  state[5] = word(state, 5) + f
  state[6] = word(state, 6) + g
  state[7] = word(state, 7) + h
}

// Randomness as a pure function of numbers: every draw of the corpus can be made again by whoever
// knows the seed and the place, in any order and on any thread.

const HEX4: readonly string[] = Array.from({ length: 65_536 }, (_, n) =>
  n.toString(16).padStart(4, '0'),
)
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const TWO_64: readonly string[] = Array.from(
  { length: 4096 },
  (_, n) => BASE64URL.charAt(n >> 6) + BASE64URL.charAt(n & 63),
)

/** The sfc32 generator: 128 bits of state, good enough that its output does not compress. */
export class Random {
  private a = 0
  private b = 0
  private c = 0
  private d = 1

  /** Starts the stream that belongs to these four numbers; nearby numbers give unrelated streams. */
  seed(k0: number, k1: number, k2: number, k3: number): this {
    this.a = mix(k0 | 0)
    this.b = mix(this.a ^ (k1 | 0))
    this.c = mix(this.b ^ (k2 | 0))
    this.d = mix(this.c ^ (k3 | 0))
    for (let round = 0; round < 6; round++) this.u32()
    return this
  }

  u32(): number {
    const t = (this.a + this.b + this.d) | 0
    this.d = (this.d + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (this.c << 21) | (this.c >>> 11)
    this.c = (this.c + t) | 0
    return t >>> 0
  }

  /** In [0, 1). */
  float(): number {
    return this.u32() / 4_294_967_296
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor((this.u32() / 4_294_967_296) * n)
  }

  chance(probability: number): boolean {
    return this.float() < probability
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0]
  }

  /** Log-normal with this median; V8 computes log, exp and cos in software, alike on every machine. */
  logNormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()))
    return median * Math.exp(sigma * radius * Math.cos(6.283185307179586 * this.float()))
  }

  guid(): string {
    const [p, q, r, s] = [this.u32(), this.u32(), this.u32(), this.u32()]
    const version = HEX4[(q & 0x0fff) | 0x4000]
    const variant = HEX4[((r >>> 16) & 0x3fff) | 0x8000]
    return `${HEX4[p >>> 16]}${HEX4[p & 0xffff]}-${HEX4[q >>> 16]}-${version}-${variant}-${HEX4[r & 0xffff]}${HEX4[s >>> 16]}${HEX4[s & 0xffff]}`
  }

  /** `pairs` times two characters of the URL-safe base64 alphabet. */
  token(pairs: number): string {
    let text = ''
    for (let pair = 0; pair < pairs; pair++) text += TWO_64[this.u32() >>> 20]
    return text
  }
}

/** Draws ranks 0 … n−1 with given weights in constant time (Walker's alias method). */
export class AliasTable {
  private readonly accept: Float64Array
  private readonly other: Uint32Array

  constructor(weights: readonly number[]) {
    const n = weights.length
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const scaled = Float64Array.from(weights, (weight) => (weight * n) / total)
    this.accept = new Float64Array(n).fill(1)
    this.other = Uint32Array.from({ length: n }, (_, index) => index)
    const small: number[] = []
    const large: number[] = []
    scaled.forEach((weight, index) => (weight < 1 ? small : large).push(index))
    while (small.length > 0 && large.length > 0) {
      const low = small.pop() ?? 0
      const high = large.pop() ?? 0
      this.accept[low] = scaled[low] ?? 1
      this.other[low] = high
      scaled[high] = (scaled[high] ?? 1) + (scaled[low] ?? 1) - 1
      ;((scaled[high] ?? 1) < 1 ? small : large).push(high)
    }
  }

  /** Weights 1 / rank^exponent. */
  static zipf(n: number, exponent: number): AliasTable {
    return new AliasTable(Array.from({ length: n }, (_, rank) => 1 / (rank + 1) ** exponent))
  }

  draw(random: Random): number {
    const place = random.float() * this.accept.length
    const column = Math.floor(place)
    return place - column < (this.accept[column] ?? 1) ? column : (this.other[column] ?? 0)
  }
}

function mix(value: number): number {
  let h = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

import { concat, same } from './bytes.ts'
import { sha512 } from './sha512.ts'

// RFC 8032 section 5.1, verification only: nothing here is secret, so nothing needs constant time.
// Of our own, because browsers before 2025 have no Ed25519 and a verdict must not depend on the browser.

const P = 2n ** 255n - 19n
/** Order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n

const mod = (value: bigint): bigint => {
  const rest = value % P
  return rest < 0n ? rest + P : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = mod(base)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}

const inverse = (value: bigint): bigint => power(value, P - 2n)

const D = mod(-121665n * inverse(121666n))
const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n)

/** A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. */
type Point = readonly [X: bigint, Y: bigint, Z: bigint, T: bigint]

const ZERO: Point = [0n, 1n, 1n, 0n]
const BASE = pointAt(mod(4n * inverse(5n)), 0n) ?? ZERO

/** Whether a signature of a message is by a public key; false for anything malformed. */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const key = decodePoint(publicKey)
  const s = integerOf(signature.subarray(32))
  // RFC 8032: an s of L and more would be a second signature for the same message.
  if (key === undefined || s >= L) return false
  const [x, y, z, t] = key
  const minusKey: Point = [mod(-x), y, z, mod(-t)]
  const first = signature.subarray(0, 32)
  const k = integerOf(sha512(concat(first, publicKey, message))) % L
  return same(encodePoint(sumOfProducts(s, BASE, k, minusKey)), first)
}

/** a·A + b·B, bit after bit, both at once. */
function sumOfProducts(a: bigint, A: Point, b: bigint, B: Point): Point {
  const both = add(A, B)
  let sum = ZERO
  for (let bit = 252n; bit >= 0n; bit -= 1n) {
    sum = add(sum, sum)
    const [inA, inB] = [(a >> bit) & 1n, (b >> bit) & 1n]
    if (inA && inB) sum = add(sum, both)
    else if (inA) sum = add(sum, A)
    else if (inB) sum = add(sum, B)
  }
  return sum
}

/** The complete addition of RFC 8032 section 5.1.4: also right for equal points. */
function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = ((y1 - x1) * (y2 - x2)) % P
  const b = ((y1 + x1) * (y2 + x2)) % P
  const c = ((2n * t1 * t2) % P) * D
  const d = 2n * z1 * z2
  const [e, f, g, h] = [b - a, mod(d - c), mod(d + c), b + a]
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}

function decodePoint(bytes: Uint8Array): Point | undefined {
  const number = integerOf(bytes)
  const y = number & (2n ** 255n - 1n)
  return y < P ? pointAt(y, number >> 255n) : undefined
}

/** The point of a y and the sign of its x; undefined when the curve has none there (RFC 8032 section 5.1.3). */
function pointAt(y: bigint, sign: bigint): Point | undefined {
  const u = mod(y * y - 1n)
  const v = mod(D * y * y + 1n)
  let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n))
  if (mod(v * x * x) !== u) x = mod(x * ROOT_OF_MINUS_1)
  if (mod(v * x * x) !== u || (x === 0n && sign === 1n)) return undefined
  if ((x & 1n) !== sign) x = P - x
  return [x, y, 1n, mod(x * y)]
}

function encodePoint([x, y, z]: Point): Uint8Array {
  const one = inverse(z)
  let rest = mod(y * one) | ((mod(x * one) & 1n) << 255n)
  const bytes = new Uint8Array(32)
  for (let at = 0; at < 32; at += 1) {
    bytes[at] = Number(rest & 255n)
    rest >>= 8n
  }
  return bytes
}

/** Little-endian. */
function integerOf(bytes: Uint8Array): bigint {
  let number = 0n
  for (let at = bytes.length - 1; at >= 0; at -= 1) number = (number << 8n) | BigInt(bytes[at] ?? 0)
  return number
}

// The constants of SHA-2 are the beginnings of the fractional parts of roots of primes (FIPS 180-4 sections 4.2.2, 4.2.3,
// 5.3.3, 5.3.5): derived here, since a table of 160 numbers cannot be read for mistakes.

/** All bits of a word of SHA-512. */
export const WORD = (1n << 64n) - 1n

/** First 64 bits of the fractional parts of the cube roots of the first 80 primes. SHA-256 takes the upper halves of 64. */
export const CUBE_ROOTS: readonly bigint[] = primes(80).map(
  (prime) => root(prime << 192n, 3n) & WORD,
)

/** The same of the square roots of the first 8 primes. */
export const SQUARE_ROOTS: readonly bigint[] = primes(8).map(
  (prime) => root(prime << 128n, 2n) & WORD,
)

/** Largest integer whose `power` is at most `value`. */
function root(value: bigint, power: bigint): bigint {
  let found = 0n
  for (let bit = 1n << 80n; bit > 0n; bit >>= 1n) {
    if ((found + bit) ** power <= value) found += bit
  }
  return found
}

function primes(count: number): bigint[] {
  const found: bigint[] = []
  for (let next = 2n; found.length < count; next += 1n) {
    if (found.every((prime) => next % prime !== 0n)) found.push(next)
  }
  return found
}

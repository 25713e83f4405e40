import { parseVerifierKey, type VerifierKey } from './note.ts'

/** What the reader got by another way than the package: public keys, or their fingerprints. */
export interface GivenKeys {
  readonly keys: readonly VerifierKey[]
  /** SHA-256 of a key's text, 64 hex digits. */
  readonly fingerprints: readonly string[]
}

/**
 * Reads what was typed: keys (`daybook/contoso+1a2b3c4d+…`) and fingerprints, in groups or not, one a line.
 * Undefined when a line is neither.
 */
export function parseGiven(text: string): GivenKeys | undefined {
  const keys: VerifierKey[] = []
  const fingerprints: string[] = []
  for (const line of text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '')) {
    const key = parseVerifierKey(line)
    const digits = line
      .replace(/^sha-?256:?/i, '')
      .replace(/[\s:-]/g, '')
      .toLowerCase()
    if (key !== undefined) keys.push(key)
    else if (/^[0-9a-f]{64}$/.test(digits)) fingerprints.push(digits)
    else return undefined
  }
  return { keys, fingerprints }
}

/** A fingerprint as it is shown: in groups of four digits. */
export function grouped(fingerprint: string): string {
  return (fingerprint.match(/.{1,4}/g) ?? []).join(' ')
}

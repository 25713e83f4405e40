import { parseVerifierKey, type VerifierKey } from '../archive/note.ts'
import { CodedError } from '../platform/errors.ts'

/** Verifier keys as text, one a line; none when nothing was given. Throws BAD_PUBLIC_KEY. */
export function parseKeys(text: string | undefined): VerifierKey[] {
  if (text === undefined) return []
  const keys = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseVerifierKey)
  const valid = keys.filter((key) => key !== undefined)
  if (valid.length === 0 || valid.length < keys.length)
    throw new CodedError(
      'BAD_PUBLIC_KEY',
      'Cannot use the public key: give the text of a verifier key, "daybook/<tenant>+<id>+<key>", one a line',
    )
  return valid
}

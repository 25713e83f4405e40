// Ids and names that follow from what is asked for, so that nothing has to be remembered and every run says the same.
import { createHash } from 'node:crypto'

export function guidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A whole number in [0, n). */
export function numberFrom(text: string, n: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE() % n
}

import { createHash } from 'node:crypto'
import { CodedError } from '../platform/errors.ts'

/** Where a page ended: the sorting key of its last item. */
export interface Place {
  /** Epoch milliseconds. */
  readonly at: number
  readonly id: string
}

/** An opaque token that goes on behind `place`, for the same query and order only. */
export function tokenOf(place: Place, subject: string): string {
  return Buffer.from(JSON.stringify([1, digest(subject), place.at, place.id])).toString('base64url')
}

/** @throws CodedError QUERY_BAD_TOKEN for a token that is broken or belongs to another query */
export function placeOf(token: string, subject: string): Place {
  const [version, of, at, id] = valuesOf(token)
  if (version !== 1 || typeof at !== 'number' || !Number.isSafeInteger(at)) throw bad('is broken')
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) throw bad('is broken')
  if (of !== digest(subject)) throw bad('belongs to another query or order')
  return { at, id }
}

function digest(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url').slice(0, 16)
}

function valuesOf(token: string): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(token.slice(0, 500), 'base64url').toString())
    return Array.isArray(values) ? values : []
  } catch {
    return []
  }
}

function bad(why: string): CodedError {
  return new CodedError(
    'QUERY_BAD_TOKEN',
    `Cannot go on from this page token: it ${why}; search again from the first page`,
  )
}

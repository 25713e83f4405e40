import { fileKey, siteKey } from '../places-told.ts'
import type { TableRow } from '../table-row.ts'
import type { ReferencePlace } from './record.ts'

const KINDS: readonly ReferencePlace['kind'][] = ['site', 'file', 'meeting']

/** A place as a look-up found it; null when the row names none. */
export function placeOf(row: TableRow): ReferencePlace | null {
  const kind = KINDS.find((one) => one === row.word('kind'))
  const key = row.word('key')
  if (kind === undefined || key === null) return null
  return {
    subject: 'place',
    kind,
    key: placeKey(kind, key),
    name: row.word('name'),
    url: row.word('url'),
    at: row.word('at'),
  }
}

/** A place under the spelling by which it is compared. */
export function placeKey(kind: ReferencePlace['kind'], key: string): string {
  if (kind === 'site') return siteKey(key)
  return kind === 'file' ? fileKey(key) : key
}

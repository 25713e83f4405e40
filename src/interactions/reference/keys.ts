import type { ReferenceRow } from './record.ts'

/** Under which keys a row of reference data is found again. */
export function referenceKeysOf(row: ReferenceRow): readonly string[] {
  if (row.subject === 'person') return personKeysOf(row.objectId, row.upn)
  if (row.subject === 'agent') return row.keys.map(agentEntryKey)
  if (row.subject === 'place') return [placeEntryKey(row.kind, row.key)]
  return [`figures:${row.date ?? ''}:${row.period ?? ''}`]
}

export function personKeysOf(objectId: string | null, upn: string | null): readonly string[] {
  return [
    ...(objectId === null ? [] : [`id:${objectId.toLowerCase()}`]),
    ...(upn === null ? [] : [`upn:${upn.toLowerCase()}`]),
  ]
}

export const placeEntryKey = (kind: string, key: string): string => `${kind}:${key}`

export const agentEntryKey = (key: string): string => `agent:${key}`

import type { DatabaseSync } from 'node:sqlite'
import { explained } from './database.ts'

/** What an operator vouches for, where nothing that is collected can show it. */
export interface StoredAttestation {
  readonly id: string
  readonly tenant: string
  readonly code: string
  readonly says: 'excluded' | 'present'
  readonly words: string
  readonly actor: string
  readonly at: string
}

export interface AttestationStore {
  /** Nothing happens when it is there already. */
  add(attestation: StoredAttestation): void
  /** Oldest first. */
  of(tenant: string): readonly StoredAttestation[]
}

export function attestationStore(database: DatabaseSync): AttestationStore {
  return {
    add: ({ id, tenant, code, says, words, actor, at }) =>
      explained(database.location() ?? 'the catalog', () => {
        database
          .prepare(
            'INSERT INTO attestations (id, tenant, code, says, words, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
          )
          .run(id, tenant, code, says, words, actor, at)
      }),
    of: (tenant) =>
      database
        .prepare('SELECT * FROM attestations WHERE tenant = ? ORDER BY at, id')
        .all(tenant)
        .map((row) => ({
          id: String(row['id']),
          tenant: String(row['tenant']),
          code: String(row['code']),
          says: row['says'] === 'present' ? 'present' : 'excluded',
          words: String(row['words']),
          actor: String(row['actor']),
          at: String(row['at']),
        })),
  }
}

import type { DatabaseSync } from 'node:sqlite'

/** A sign of a blind spot, and the record that gives it away. */
export interface SignRow {
  readonly code: string
  readonly subject: string
  readonly at: string
  readonly says: 'excluded' | 'present'
  readonly sequence: number
}

/** Writes a sign; the first record that gives it away counts. */
export function signWriter(database: DatabaseSync): (tenant: string, sign: SignRow) => void {
  const insert = database.prepare(
    'INSERT INTO collect_signs VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  return (tenant, { code, subject, at, says, sequence }) => {
    insert.run(tenant, code, subject, at, says, sequence)
  }
}

/** Signs of a tenant up to a moment, in the order in which things became so. */
export function signsOf(database: DatabaseSync, tenant: string, until: string): SignRow[] {
  return database
    .prepare(
      'SELECT code, subject, at, says, sequence FROM collect_signs WHERE tenant = ? AND at < ? ORDER BY at, code, subject',
    )
    .all(tenant, until)
    .map((row) => ({
      code: String(row['code']),
      subject: String(row['subject']),
      at: String(row['at']),
      says: row['says'] === 'present' ? 'present' : 'excluded',
      sequence: Number(row['sequence']),
    }))
}

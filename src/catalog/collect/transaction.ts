import type { DatabaseSync } from 'node:sqlite'
import { explained, rollBack } from '../database.ts'

/** Runs `work` as one transaction; inside another one it becomes a part of that. Durable when the outermost returns. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work()
  return explained(database.location() ?? 'the catalog', () => {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      rollBack(database)
      throw error
    }
  })
}

/** An instant as the tables keep it: they are compared as text. Null when it cannot be read. */
export function instant(text: string | null): string | null {
  if (text === null) return null
  // Without a zone it means UTC, as Microsoft serves it.
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

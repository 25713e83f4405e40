import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../platform/errors.ts'
import { rollBack } from './database.ts'

const MIGRATIONS = new URL('./migrations/', import.meta.url)

/**
 * Brings a catalog up to this version's schema: forward only, one transaction per file, numbered by `user_version`.
 * Throws `CATALOG_TOO_NEW` when a later Daybook has written it.
 */
export function migrate(database: DatabaseSync): void {
  const files = readdirSync(MIGRATIONS)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
  const current = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  if (current > files.length) {
    throw new CodedError(
      'CATALOG_TOO_NEW',
      `The data folder was written by a newer Daybook (catalog version ${current}, this one knows ${files.length}): use that version or a newer one`,
    )
  }
  for (const [index, file] of files.entries()) {
    if (index < current) continue
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(readFileSync(new URL(file, MIGRATIONS), 'utf8'))
      database.exec(`PRAGMA user_version = ${index + 1}`)
      database.exec('COMMIT')
    } catch (error) {
      rollBack(database)
      throw error
    }
  }
}

import { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../platform/errors.ts'

// SQLite's primary result codes (sqlite.org/rescode.html); the low byte of an extended one.
const BUSY = 5
const FULL = 13
const CANTOPEN = 14
const READONLY = 8
const CORRUPT = 11
const NOTADB = 26
const IOERR = 10

/** Opens a SQLite file and turns its errors into coded ones that say what to do. */
export function openDatabase(file: string): DatabaseSync {
  return explained(file, () => new DatabaseSync(file, { timeout: 5_000 }))
}

/** Ends a failed transaction. SQLite has ended it by itself when the disk was full. */
export function rollBack(database: DatabaseSync): void {
  if (database.isTransaction) database.exec('ROLLBACK')
}

/** Runs `work` and rethrows SQLite's errors as `CATALOG_*` ones. Other errors pass. */
export function explained<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw explain(file, error)
  }
}

function explain(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  const code = Number(error.errcode) & 0xff
  const options = { cause: error }
  if (code === FULL) {
    return new CodedError(
      'DISK_FULL',
      `Cannot write ${file}: the disk is full; free some space and run the command again, nothing recorded is lost`,
      options,
    )
  }
  if (code === READONLY || code === CANTOPEN) {
    return new CodedError(
      'FOLDER_NOT_WRITABLE',
      `Cannot write ${file}: check that the folder exists and that this user may write in it`,
      options,
    )
  }
  if (code === CORRUPT || code === NOTADB) {
    return new CodedError(
      'CATALOG_DAMAGED',
      `${file} is damaged: restore it from a backup; the archive itself is checked by "daybook verify"`,
      options,
    )
  }
  if (code === BUSY) {
    return new CodedError(
      'FOLDER_IN_USE',
      `${file} is in use by another process; wait for it to end`,
      options,
    )
  }
  if (code === IOERR) {
    return new CodedError(
      'DISK_ERROR',
      `Cannot read or write ${file}: the disk reports an error, or a limit on the size of files is reached (${error.message})`,
      options,
    )
  }
  return error
}

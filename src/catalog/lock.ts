import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { explained, openDatabase } from './database.ts'

/** The right to write a data folder. The epoch grows with every holder and is written into what the holder seals. */
export interface WriterLock {
  readonly epoch: number
  /** Raises the epoch beyond one that an archive has already seen: a lock file may be lost, an archive restored. */
  advance(beyond: number): void
  release(): void
}

/**
 * Takes the data folder for this process alone. The lock is SQLite's own lock on `writer.lock`: the operating system
 * drops it with the process, however that ends, so no stale lock is ever left behind.
 * Throws `FOLDER_IN_USE` naming the process that holds it.
 */
export function acquireWriterLock(dataDir: string, purpose: string, now: Date): WriterLock {
  const file = join(dataDir, 'writer.lock')
  const note = join(dataDir, 'writer.json')
  return explained(file, () => {
    const database = openDatabase(file)
    try {
      database.exec('PRAGMA busy_timeout = 250')
      database.exec('PRAGMA locking_mode = EXCLUSIVE')
      database.exec('BEGIN EXCLUSIVE')
      database.exec('CREATE TABLE IF NOT EXISTS writer (epoch INTEGER NOT NULL)')
      const last = Number(
        database.prepare('SELECT max(epoch) AS epoch FROM writer').get()?.['epoch'] ?? 0,
      )
      database.exec('DELETE FROM writer')
      database.prepare('INSERT INTO writer VALUES (?)').run(last + 1)
      // In exclusive locking mode the lock outlives the transaction, until the connection or the process ends.
      database.exec('COMMIT')
      leaveNote(note, { pid: process.pid, purpose, since: now.toISOString() })
      let epoch = last + 1
      return {
        get epoch() {
          return epoch
        },
        advance(beyond) {
          if (beyond < epoch) return
          epoch = beyond + 1
          explained(file, () => database.prepare('UPDATE writer SET epoch = ?').run(epoch))
        },
        release: () => database.close(),
      }
    } catch (error) {
      database.close()
      if (error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5) {
        throw new CodedError(
          'FOLDER_IN_USE',
          `The data folder ${dataDir} is in use by ${holder(note)}; wait for it to end, or use another folder with --data-dir`,
          { cause: error },
        )
      }
      throw error
    }
  })
}

function leaveNote(note: string, content: object): void {
  try {
    writeFileSync(note, `${JSON.stringify(content)}\n`)
  } catch {
    // Only a courtesy to the next process: on a full disk reading still goes on.
  }
}

function holder(note: string): string {
  try {
    const { pid, purpose }: { pid?: number; purpose?: string } = JSON.parse(
      readFileSync(note, 'utf8'),
    )
    return `another Daybook process (pid ${pid ?? 0}, "${(purpose ?? '').slice(0, 40)}")`
  } catch {
    return 'another Daybook process'
  }
}

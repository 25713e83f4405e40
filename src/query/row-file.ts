import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { release } from '../platform/release.ts'
import { isPattern } from './sql-text.ts'

// Rows wait in files until there are enough of them for an insert: in the page cache, not in this process's memory.
// The in-process engine reads binary rows from nowhere else.

/**
 * Where rows wait: in the index's own folder, which is on the same disk; else in a new folder that nobody else may open,
 * since the rows hold what people wrote. Removed when the engine is closed.
 */
export function rowFolder(indexPath: string | null): string {
  const path = indexPath === null ? null : resolve(indexPath)
  if (path === null || isPattern(path)) return mkdtempSync(join(tmpdir(), 'daybook-rows-'))
  const folder = join(path, 'daybook-rows')
  // What a crash left of an insert is in the archive: the index catches up.
  rmSync(folder, { recursive: true, force: true })
  return folder
}

/** Rows of one insert, in a file that is removed afterwards. */
export class RowFile {
  readonly path: string
  #handle: FileHandle | null = null
  #bytes = 0

  constructor(folder: string, name: string) {
    this.path = join(folder, `${name}.rows`)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Appends encoded rows and gives their memory back. */
  async append(...parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    for (const part of parts) {
      if (part.length === 0) continue
      await attempt(async () => {
        this.#handle ??= await this.#open()
        await this.#handle.writeFile(part)
      })
      this.#bytes += part.length
    }
    release(parts)
  }

  /** Nothing is appended any more. */
  async close(): Promise<void> {
    await attempt(async () => this.#handle?.close())
    this.#handle = null
  }

  remove(): void {
    rmSync(this.path, { force: true })
  }

  async #open(): Promise<FileHandle> {
    mkdirSync(join(this.path, '..'), { recursive: true })
    return open(this.path, 'w', 0o600)
  }
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    throw code === 'ENOSPC' || code === 'EDQUOT'
      ? new CodedError(
          'INDEX_FULL',
          'Cannot write the index: the disk is full; free some space and start again',
          { cause },
        )
      : new CodedError(
          'INDEX_FAILED',
          `Cannot write rows for the index to its folder (${code}): check its permissions and its disk`,
          { cause },
        )
  }
}

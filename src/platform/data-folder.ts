import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { CodedError } from './errors.ts'

/**
 * Makes a folder of the data folder, for this user alone.
 * @throws CodedError FOLDER_NOT_WRITABLE
 */
export function makeDataFolder(dataDir: string, folder: string): void {
  try {
    makeWithParents(folder)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new CodedError(
      'FOLDER_NOT_WRITABLE',
      `Cannot make the data folder ${dataDir} (${why}): choose another with --data-dir, or give this user the right to write there`,
      { cause: error },
    )
  }
}

// Not by Node's `recursive`: below /proc and the like, where nothing can be made, that never ends (Node 24).
function makeWithParents(folder: string): void {
  if (existsSync(folder)) {
    mkdirSync(folder, { recursive: true })
    return
  }
  makeWithParents(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process makes the same folder at the same time.
    if (!existsSync(folder)) throw error
  }
}

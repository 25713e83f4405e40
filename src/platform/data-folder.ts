import { mkdirSync } from 'node:fs'
import { CodedError } from './errors.ts'

/**
 * Makes a folder of the data folder, for this user alone.
 * @throws CodedError FOLDER_NOT_WRITABLE
 */
export function makeDataFolder(dataDir: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new CodedError(
      'FOLDER_NOT_WRITABLE',
      `Cannot make the data folder ${dataDir} (${why}): choose another with --data-dir, or give this user the right to write there`,
      { cause: error },
    )
  }
}

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'

/** A file that is there under its own name only when it is whole. */
export interface OutputFile {
  /** Where it will be. */
  readonly path: string
  write(text: string | Uint8Array): Promise<void>
  /** Makes it durable and gives it its name. */
  finish(): Promise<void>
  /** Removes what was written. Nothing happens after `finish`. */
  discard(): Promise<void>
}

/**
 * Writes `<name>.partial` and renames: a crash, or `kill -9`, leaves no half file under the final name, and the next run
 * writes over what it left.
 * Throws `FILE_EXISTS` unless `force`.
 */
export async function openOutputFile(path: string, force: boolean): Promise<OutputFile> {
  const final = resolve(path)
  if (existsSync(final) && !force)
    throw new CodedError(
      'FILE_EXISTS',
      `${path} is there already: choose another name with --output-path, or overwrite with --force`,
    )
  const temporary = `${final}.partial`
  await localFiles.makeFolder(dirname(final))
  await localFiles.remove(temporary)
  const file = await localFiles.append(temporary, 'new')
  let open = true
  return {
    path,
    write: async (text) => file.write(typeof text === 'string' ? Buffer.from(text) : text),
    async finish() {
      await file.sync()
      await file.close()
      open = false
      await localFiles.rename(temporary, final)
      await localFiles.syncFolder(dirname(final))
    },
    async discard() {
      if (!open) return
      open = false
      await file.close()
      await localFiles.remove(temporary)
    },
  }
}

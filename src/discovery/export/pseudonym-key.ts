import { randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CodedError } from '../../platform/errors.ts'
import { localFiles } from '../../platform/files.ts'

/**
 * The secret by which persons become pseudonyms, made when it is first needed. It stays beside the signing keys, so
 * that pseudonyms are the same from export to export, and whoever has the data folder can find a person again.
 */
export async function pseudonymKey(file: string): Promise<string> {
  if ((await localFiles.size(file)) === null) {
    await localFiles.makeFolder(dirname(file))
    const text = `${randomBytes(32).toString('hex')}\n`
    await writeFile(`${file}.tmp`, text, { mode: 0o600, flush: true })
    await rename(`${file}.tmp`, file)
    await localFiles.syncFolder(dirname(file))
  }
  const key = (await localFiles.read(file)).toString('latin1').trim()
  if (/^[0-9a-f]{64}$/.test(key)) return key
  throw new CodedError(
    'BAD_KEY',
    `Cannot use the secret of the pseudonyms in "${file}": restore it from a backup, or remove it to begin with new pseudonyms`,
  )
}

import { createWriteStream, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { CodedError } from '../../platform/errors.ts'
import { readZipEntry, zipEntries } from '../../platform/zip-entries.ts'
import type { ExportFindings } from './findings.ts'
import { isPackagePath } from './package-manifest.ts'

/** The files of a package on a disk, whether it came as a folder or packed. */
export interface PackageFolder {
  readonly root: string
  /** Paths with `/`, sorted; names that no package may have are among them. */
  readonly paths: readonly string[]
  close(): Promise<void>
}

/** Opens a package; a ZIP is unpacked into a folder of its own for as long as it is open. Throws NOT_AN_EXPORT. */
export async function openPackage(path: string, findings: ExportFindings): Promise<PackageFolder> {
  const whole = resolve(path)
  const stat = statSync(whole, { throwIfNoEntry: false })
  if (stat?.isDirectory() === true)
    return { root: whole, paths: await filesIn(whole), close: () => Promise.resolve() }
  if (stat?.isFile() === true) return unpack(whole, findings)
  throw new CodedError('NOT_AN_EXPORT', `Cannot verify "${path}": there is no such folder or file`)
}

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted()
}

async function unpack(zip: string, findings: ExportFindings): Promise<PackageFolder> {
  const root = await mkdtemp(join(tmpdir(), 'daybook-verify-'))
  const paths: string[] = []
  try {
    for (const entry of await zipEntries(zip)) {
      const { name } = entry
      if (paths.includes(name)) throw new CodedError('ZIP_INVALID', `it holds "${name}" twice`)
      paths.push(name)
      // Never written under a name that leads out of the folder.
      if (!isPackagePath(name)) continue
      const file = join(root, name)
      await mkdir(dirname(file), { recursive: true })
      const stream = createWriteStream(file, { mode: 0o600 })
      try {
        await readZipEntry(zip, entry, async (chunk) => {
          if (!stream.write(chunk)) await once(stream, 'drain')
        })
      } finally {
        stream.end()
        await finished(stream)
      }
    }
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'ZIP_INVALID') {
      await rm(root, { recursive: true, force: true })
      throw error
    }
    findings.add('', 'ZIP_INVALID', error.message)
  }
  return {
    root,
    paths: paths.toSorted(),
    close: () => rm(root, { recursive: true, force: true }),
  }
}

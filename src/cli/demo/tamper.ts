import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Flips one bit in the middle of the largest file of an archive; says which. Files are sealed read-only: a forger does not mind. */
export function flipOneBit(archive: string): { readonly object: string; readonly bit: number } {
  const files = readdirSync(archive, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((a, b) => statSync(b).size - statSync(a).size)
  const [file] = files
  if (file === undefined) throw new Error('the archive has no files')
  const content = readFileSync(file)
  const at = Math.floor(content.length / 2)
  content[at] = (content[at] ?? 0) ^ 1
  chmodSync(file, 0o600)
  writeFileSync(file, content)
  return { object: relative(archive, file), bit: at * 8 }
}

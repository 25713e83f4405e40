import type { Stats } from 'node:fs'
import { opendir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { InputError, unreadable } from './input-error.ts'
import { isOwnPackage, recordNames } from './own-package.ts'

/** A file to read, or why there is none at a path. */
export type Found =
  | {
      readonly kind: 'file'
      readonly path: string
      readonly size: number
      readonly isPipe: boolean
    }
  | { readonly kind: 'error'; readonly path: string; readonly error: InputError }

/**
 * The files at the given paths, folders recursively, in byte order of the names. Hidden files are passed over, and so is
 * what an export of Daybook holds besides records.
 * Links that were named are followed; links in a folder only count when they lead out of it, and then say so:
 * what they point to inside of it is read in its own place.
 */
export async function* findFiles(paths: readonly string[]): AsyncGenerator<Found> {
  for (const path of paths) {
    try {
      const found = await stat(path)
      if (found.isDirectory()) yield* filesIn(path, await realpath(path), path)
      else yield fileAt(path, found, true)
    } catch (error) {
      yield { kind: 'error', path, error: unreadable(error) }
    }
  }
}

async function* filesIn(folder: string, root: string, named: string): AsyncGenerator<Found> {
  const entries = []
  try {
    for await (const entry of await opendir(folder)) entries.push(entry)
  } catch (error) {
    yield { kind: 'error', path: folder, error: unreadable(error) }
    return
  }
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
  if (entries.length === 0 && folder === named) {
    const error = new InputError('NOT_AN_EXPORT', 'this folder is empty')
    yield { kind: 'error', path: folder, error }
  }
  let records: ReadonlySet<string> | null = null
  const names = new Set(entries.map(({ name }) => name))
  try {
    if (isOwnPackage(names)) records = recordNames(names)
  } catch (error) {
    const why = error instanceof InputError ? error : unreadable(error)
    yield { kind: 'error', path: folder, error: why }
    return
  }
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.') || records?.has(entry.name) === false) continue
    try {
      if (entry.isDirectory()) yield* filesIn(path, root, named)
      else if (!entry.isSymbolicLink()) yield fileAt(path, await stat(path), false)
      else if (!`${await realpath(path)}${sep}`.startsWith(`${root}${sep}`)) {
        const message =
          'this link leads out of the folder and was not followed: name its target to read it'
        yield { kind: 'error', path, error: new InputError('FILE_UNREADABLE', message) }
      }
    } catch (error) {
      yield { kind: 'error', path, error: unreadable(error) }
    }
  }
}

/** A pipe is read when it was named (`<(…)` of a shell); one in a folder would be waited for without end. */
function fileAt(path: string, found: Stats, isNamed: boolean): Found {
  const isPipe = found.isFIFO()
  if (found.isFile() || (isPipe && isNamed)) {
    return { kind: 'file', path, size: found.size, isPipe }
  }
  const message = 'this is no file that can be read (a device, pipe or socket)'
  return { kind: 'error', path, error: new InputError('FILE_UNREADABLE', message) }
}

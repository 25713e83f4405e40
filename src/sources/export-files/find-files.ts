import { opendir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { InputError, unreadable } from './input-error.ts'

/** A file to read, or why there is none at a path. */
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  | { readonly kind: 'error'; readonly path: string; readonly error: InputError }

/**
 * The files at the given paths, folders recursively, in byte order of the names. Hidden files are passed over.
 * Links that were named are followed; links in a folder only count when they lead out of it, and then say so:
 * what they point to inside of it is read in its own place.
 */
export async function* findFiles(paths: readonly string[]): AsyncGenerator<Found> {
  for (const path of paths) {
    try {
      const found = await stat(path)
      if (found.isDirectory()) yield* filesIn(path, await realpath(path))
      else yield fileAt(path, found)
    } catch (error) {
      yield { kind: 'error', path, error: unreadable(error) }
    }
  }
}

async function* filesIn(folder: string, root: string): AsyncGenerator<Found> {
  const entries = []
  try {
    for await (const entry of await opendir(folder)) entries.push(entry)
  } catch (error) {
    yield { kind: 'error', path: folder, error: unreadable(error) }
    return
  }
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) continue
    try {
      if (entry.isDirectory()) yield* filesIn(path, root)
      else if (!entry.isSymbolicLink()) yield fileAt(path, await stat(path))
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

function fileAt(
  path: string,
  found: { readonly size: number; isFile(): boolean; isFIFO(): boolean },
): Found {
  if (found.isFile() || found.isFIFO()) return { kind: 'file', path, size: found.size }
  const error = new InputError(
    'FILE_UNREADABLE',
    'this is no file that can be read (a device or socket)',
  )
  return { kind: 'error', path, error }
}

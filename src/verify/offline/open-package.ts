import { isZip, openZip } from './zip.ts'
import { type PackageFile, pickedFile } from './package-file.ts'
import { MANIFEST } from './package-manifest.ts'

/** A file as the browser hands it over; `path` begins with the folder that was dropped, if one was. */
export interface Picked {
  readonly path: string
  readonly blob: Blob
}

/** A package as it was handed over, not checked. */
export interface OpenedPackage {
  /** Name of the folder or ZIP. Hostile text. */
  readonly name: string
  readonly files: readonly PackageFile[]
}

/**
 * The files of what was dropped or picked: a ZIP, a folder, or the files of a folder.
 * Throws PackageError for a ZIP that cannot be read.
 */
export async function openPackage(picked: readonly Picked[]): Promise<OpenedPackage> {
  const [only] = picked
  if (only !== undefined && picked.length === 1 && (await isZip(only.blob)))
    return { name: only.path, files: await openZip(only.blob) }
  const files = picked.map(({ path, blob }) => pickedFile(path, blob))
  const root = commonFolder(files)
  return {
    name: root.slice(0, -1),
    files: files.map((file) => ({ ...file, path: file.path.slice(root.length) })),
  }
}

/** The folder above the topmost manifest, if all files lie in it: `export-7/`. */
function commonFolder(files: readonly PackageFile[]): string {
  const [root] = files
    .map(({ path }) => path)
    .filter((path) => path === MANIFEST || path.endsWith(`/${MANIFEST}`))
    .map((path) => path.slice(0, -MANIFEST.length))
    .toSorted((a, b) => a.length - b.length)
  const folder = root ?? `${files[0]?.path.split('/')[0] ?? ''}/`
  return files.every(({ path }) => path.startsWith(folder)) ? folder : ''
}

/** Files picked one by one have lost their folders: each is given the one place in the package that has its name. */
export function placed(
  files: readonly PackageFile[],
  listed: readonly string[],
): readonly PackageFile[] {
  if (files.some(({ path }) => path.includes('/'))) return files
  const byName = new Map<string, string[]>()
  for (const path of listed) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    byName.set(name, [...(byName.get(name) ?? []), path])
  }
  return files.map((file) => {
    const places = byName.get(file.path) ?? []
    return places.length === 1 && places[0] !== undefined ? { ...file, path: places[0] } : file
  })
}

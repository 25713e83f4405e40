/** One file of a package, wherever it lies. */
export interface PackageFile {
  /** Its place in the package: `records/12.json`. Hostile text. */
  readonly path: string
  /** Its length in bytes, as it will be read. */
  readonly size: number
  /** Its bytes, in parts of about a megabyte. Throws PackageError when they cannot be read. */
  chunks(): AsyncGenerator<Uint8Array>
}

/** A part of the package cannot be read, and why: a sentence for a person. */
export class PackageError extends Error {
  readonly code: 'ZIP_INVALID' | 'UNREADABLE'

  constructor(code: PackageError['code'], message: string) {
    super(message)
    this.code = code
  }
}

const PART = 1024 * 1024

/** The bytes of a file on the disk, part by part: a file of any size takes a megabyte of memory. */
export async function* partsOf(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PART) yield bytesOf(blob.slice(at, at + PART))
}

/** All bytes of a small part of a file. */
export async function bytesOf(blob: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer())
  } catch {
    throw new PackageError(
      'UNREADABLE',
      'The browser could not read a file: it was moved, changed or locked.',
    )
  }
}

/** A file that was picked or dropped. */
export function pickedFile(path: string, blob: Blob): PackageFile {
  return { path, size: blob.size, chunks: () => partsOf(blob) }
}

/** The whole content of a file; undefined when it is longer than a limit. */
export async function wholeOf(file: PackageFile, limit: number): Promise<Uint8Array | undefined> {
  if (file.size > limit) return undefined
  const whole = new Uint8Array(file.size)
  let at = 0
  for await (const part of file.chunks()) {
    // A file that grows while it is read.
    if (at + part.length > whole.length) return undefined
    whole.set(part, at)
    at += part.length
  }
  return whole.subarray(0, at)
}

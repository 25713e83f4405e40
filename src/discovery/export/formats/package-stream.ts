import { Writable } from 'node:stream'
import { callbackify } from 'node:util'
import type { PackageFile } from '../writer.ts'

/** A file of the package as a stream, for what writes to one. It does not end the file. */
export function packageStream(file: PackageFile): Writable {
  const write = callbackify((chunk: Uint8Array) => file.write(chunk))
  return new Writable({
    highWaterMark: 256 * 1024,
    write: (chunk: Uint8Array, _encoding, done) => write(chunk, done),
  })
}

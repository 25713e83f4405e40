import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { ZipFile } from 'yazl'
import { attempt } from './growing-file.ts'
import type { FileEntry } from './stage.ts'

/** Packed already, or nearly as small as they get. */
const PACKED = /\.(?:xlsx|parquet|arrow|pdf|png|zip)$/

/** Deflate pays most of its gain at once; more of it costs minutes where there are gigabytes. */
const LEVEL = 3

/** Packs files into one ZIP, one after the other, each opened when its turn comes. Returns the size. */
export async function packZip(
  file: string,
  entries: readonly (Pick<FileEntry, 'path' | 'bytes'> & { readonly file: string })[],
  options: {
    readonly at: Date
    readonly signal: AbortSignal
    readonly onBytes: (bytes: number) => void
  },
): Promise<void> {
  const zip = new ZipFile()
  let failed: unknown
  const fail = (error: unknown): void => {
    failed ??= error
    zip.outputStream.emit('error', error)
  }
  zip.on('error', fail)
  for (const { path, bytes, file: source } of entries) {
    const compress = !PACKED.test(path) && bytes > 0
    const settings = { mtime: options.at, mode: 0o100644, compress, size: bytes }
    const level = compress ? { compressionLevel: LEVEL } : {}
    zip.addReadStreamLazy(path, { ...settings, ...level }, (callback) => {
      const stream = createReadStream(source, { highWaterMark: 1 << 18 })
      stream.on('error', fail)
      stream.on('data', (chunk) => options.onBytes(chunk.length))
      callback(null, stream)
    })
  }
  zip.end()
  await attempt('write', file, async () => {
    const handle = await open(file, 'w')
    try {
      for await (const chunk of zip.outputStream) {
        options.signal.throwIfAborted()
        await handle.writeFile(chunk)
      }
      if (failed !== undefined) throw failed
      await handle.sync()
    } finally {
      await handle.close()
    }
  })
}

import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open as openFile, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { CodedError } from '../../platform/errors.ts'
import { fileError } from '../../platform/files.ts'

/** So much is written before the disk is asked to take it: at the end little is left to wait for. */
const FLUSH_BYTES = 32 * 1024 * 1024

/** A file that is hashed as it grows. */
export class GrowingFile {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #hash: Hash
  #bytes: number
  #closed = false
  #flushing: Promise<void> | null = null
  #flushed = 0
  /** Told once by the system, and not again. */
  #fault: unknown = null

  private constructor(path: string, handle: FileHandle, sha256: Hash, bytes: number) {
    this.#path = path
    this.#handle = handle
    this.#hash = sha256
    this.#bytes = bytes
  }

  /** Opens the file to go on behind its first `keep` bytes. */
  static async open(path: string, keep: number): Promise<GrowingFile> {
    return attempt('write', path, async () => {
      const handle = await openFile(path, keep === 0 ? 'w' : 'r+')
      const sha256 = createHash('sha256')
      if (keep === 0) return new GrowingFile(path, handle, sha256, 0)
      const { size } = await handle.stat()
      const bytes = Math.min(keep, size)
      if (Number.isFinite(keep) && size < keep) throw changed(path)
      if (bytes > 0) {
        const start = createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 })
        for await (const chunk of start) sha256.update(chunk)
      }
      await handle.truncate(bytes)
      return new GrowingFile(path, handle, sha256, bytes)
    })
  }

  get bytes(): number {
    return this.#bytes
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#fault !== null) throw this.#fault
    this.#hash.update(bytes)
    await attempt('write', this.#path, async () => {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          at,
          bytes.length - at,
          this.#bytes + at,
        )
        at += bytesWritten
      }
    })
    this.#bytes += bytes.length
    if (this.#bytes - this.#flushed >= FLUSH_BYTES && this.#flushing === null) this.#flush()
  }

  /** Makes what is written now durable. */
  async sync(): Promise<void> {
    if (this.#fault !== null) throw this.#fault
    if (this.#closed) await syncFiles([this.#path])
    else await attempt('write', this.#path, () => this.#handle.datasync())
  }

  #flush(): void {
    this.#flushed = this.#bytes
    this.#flushing = this.sync()
      .catch((error: unknown) => {
        this.#fault ??= error
      })
      .finally(() => {
        this.#flushing = null
      })
  }

  /** `later`: the caller makes the bytes durable. */
  async end(options: { readonly later: boolean }): Promise<{ bytes: number; sha256: string }> {
    await this.#flushing
    if (!options.later) await this.sync()
    await this.close()
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  close(): Promise<void> {
    this.#closed = true
    return attempt('close', this.#path, () => this.#handle.close())
  }
}

function changed(path: string): CodedError {
  return new CodedError(
    'EXPORT_DAMAGED',
    `Cannot go on with the export: "${basename(path)}" is shorter than it was; remove the .partial folder and start again`,
  )
}

/** Enough for the disk to take several together; few enough for what is written meanwhile, which queues behind them. */
const AT_ONCE = 8

/** Makes files durable, several at once: one after the other each would wait for the disk. */
export async function syncFiles(paths: readonly string[]): Promise<void> {
  const rest = [...paths]
  const work = async (): Promise<void> => {
    for (let path = rest.pop(); path !== undefined; path = rest.pop()) {
      const file = path
      await attempt('write', file, async () => {
        const handle = await openFile(file, 'r')
        try {
          await handle.datasync()
        } finally {
          await handle.close()
        }
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** What a full disk means here: what is written stays, and the same command goes on. */
export async function attempt<T>(verb: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw faultOf(verb, path, error)
  }
}

/** The same for worker threads, which wait. */
export function attemptSync<T>(verb: string, path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw faultOf(verb, path, error)
  }
}

function faultOf(verb: string, path: string, error: unknown): unknown {
  if (error instanceof CodedError || !(error instanceof Error) || !('code' in error)) return error
  const { code, message } = fileError(verb, path, error)
  const text =
    code === 'DISK_FULL'
      ? `Cannot write the export to "${path}": the disk is full; free some space and run the same command again, it goes on`
      : message
  return new CodedError(code, text, { cause: error })
}

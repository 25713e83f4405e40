import { concat } from './bytes.ts'
import { bytesOf, type PackageFile } from './package-file.ts'

/**
 * Reads parts of one file. As long as they come in order, the file is read once, as a stream; the first step back
 * unpacks it to a temporary Blob, which browsers keep on the disk when it is large.
 */
export class RangeReader {
  private readonly file: PackageFile
  private stream: AsyncGenerator<Uint8Array> | undefined
  private whole: Blob | undefined
  private window: Uint8Array = new Uint8Array(0)
  private from = 0

  constructor(file: PackageFile) {
    this.file = file
  }

  /** These bytes; undefined when the file does not reach that far. Throws PackageError when it cannot be read. */
  async read(offset: number, length: number): Promise<Uint8Array | undefined> {
    if (offset + length > this.file.size) return undefined
    if (this.whole === undefined && offset < this.from) await this.unpack()
    if (this.whole !== undefined) return bytesOf(this.whole.slice(offset, offset + length))

    let end = this.from + this.window.length
    if (end < offset + length) {
      // What lies before is not asked for again.
      const parts = [this.window.subarray(Math.min(offset - this.from, this.window.length))]
      this.stream ??= this.file.chunks()
      while (end < offset + length) {
        const { value, done } = await this.stream.next()
        if (done === true) return undefined
        parts.push(value.subarray(Math.max(0, Math.min(offset - end, value.length))))
        end += value.length
      }
      this.window = concat(...parts)
      this.from = end - this.window.length
    }
    return this.window.subarray(offset - this.from, offset - this.from + length)
  }

  async close(): Promise<void> {
    await this.stream?.return(undefined)
  }

  private async unpack(): Promise<void> {
    await this.close()
    const parts: Blob[] = []
    for await (const chunk of this.file.chunks()) parts.push(new Blob([chunk.slice()]))
    this.whole = new Blob(parts)
  }
}

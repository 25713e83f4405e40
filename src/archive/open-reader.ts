import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { readPart, sizeOf } from '../platform/files.ts'
import { headerChain } from './inspect.ts'
import { MAX_FILE_BYTES, openPath, sealedPath } from './layout.ts'
import { parseHeader, type SegmentHeader, walkGroups } from './segment-file.ts'
import { type FramePlace } from './segment-table.ts'
import type { FrameRef } from './types.ts'

const HEADER_BYTES = 4096
const CHUNK_BYTES = 16 * 1024 * 1024

/** The acknowledged part of a segment that still grows, read on from where the last look ended. */
export class OpenReader {
  readonly header: SegmentHeader
  readonly file: string
  readonly #sealedFile: string
  #end: number
  #chain: Buffer
  #records = 0
  readonly #frames: FrameRef[] = []

  private constructor(directory: string, header: SegmentHeader, end: number, chain: Buffer) {
    this.header = header
    this.file = join(directory, openPath(header.segment))
    this.#sealedFile = join(directory, sealedPath(header.class, header.quarter, header.segment))
    this.#end = end
    this.#chain = chain
  }

  /** undefined when the file is gone, or its header is not whole yet. */
  static open(directory: string, id: string): OpenReader | undefined {
    try {
      const bytes = readPart(join(directory, openPath(id)), 0, HEADER_BYTES)
      const start = parseHeader(bytes)
      if (start?.header.segment !== id) return undefined
      return new OpenReader(directory, start.header, start.end, headerChain(bytes, start.end))
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  get records(): number {
    return this.#records
  }

  get bytes(): number {
    return this.#end
  }

  get frames(): readonly FrameRef[] {
    return this.#frames
  }

  /** Takes in the groups written since; false when the file is gone: sealed, that is. */
  refresh(): boolean {
    try {
      for (let length = CHUNK_BYTES; length <= MAX_FILE_BYTES;) {
        const left = sizeOf(this.file) - this.#end
        if (left <= 0) return true
        const before = this.#end
        const bytes = readPart(this.file, before, Math.min(left, length))
        const walk = walkGroups(bytes, before, this.#chain)
        for (const group of walk.groups) for (const frame of group.frames) this.#take(frame)
        this.#end = walk.end
        this.#chain = walk.chain
        if (bytes.length < length) return true
        // A group longer than the chunk: read more at once, within the limits of the format.
        if (walk.end === before) length *= 2
      }
      return true
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }

  #take({ offset, length, rawBytes, count }: FramePlace): void {
    this.#frames.push({
      file: this.file,
      sealedFile: this.#sealedFile,
      offset,
      length,
      rawBytes,
      first: this.header.first + this.#records,
      count,
    })
    this.#records += count
  }
}

function isGone(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'FILE_NOT_FOUND'
}

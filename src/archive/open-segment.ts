import { createHash, type Hash } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Files, GrowingFile } from '../platform/files.ts'
import { toBase64 } from './base64.ts'
import { encodeFrames, linesOf, openFrame } from './frames.ts'
import {
  MAX_SEGMENT_BYTES,
  MAX_SEGMENT_RAW_BYTES,
  MAX_SEGMENT_RECORDS,
  openPath,
  sealedPath,
  segmentFolder,
  TEMPORARY,
} from './layout.ts'
import { RecordTree } from './record-tree.ts'
import {
  encodeGroup,
  encodeHeader,
  firstChain,
  type Group,
  type SegmentHeader,
} from './segment-file.ts'
import { encodeTable, type FramePlace } from './segment-table.ts'
import type { Frame, Manifest } from './types.ts'

/** Fewer lines a frame than this, in more frames than that: the segment is packed anew when it is sealed. */
const FRAGMENTED = { lines: 16, frames: 64 }

/** The one segment of a stream that still grows. */
export class OpenSegment {
  readonly header: SegmentHeader
  readonly #files: Files
  readonly #directory: string
  readonly #path: string
  #file: GrowingFile | undefined
  #chain: Buffer
  #sha256: Hash
  #tree = new RecordTree()
  #frames: FramePlace[] = []
  #bytes = 0
  #records = 0
  /** Uncompressed length of its frames. */
  #raw = 0

  /** A segment that is not on the disk yet: the first append creates its file. */
  constructor(files: Files, directory: string, header: SegmentHeader) {
    this.header = header
    this.#files = files
    this.#directory = directory
    this.#path = join(directory, openPath(header.segment))
    this.#chain = firstChain(encodeHeader(header))
    this.#sha256 = createHash('sha256')
  }

  get path(): string {
    return this.#path
  }

  get records(): number {
    return this.#records
  }

  /** How many of the frames still fit; 0: seal first. */
  room(frames: readonly Frame[]): number {
    let [records, bytes, raw] = [this.#records, this.#bytes, this.#raw]
    let fitting = 0
    for (const frame of frames) {
      records += frame.count
      bytes += frame.bytes.length
      raw += frame.rawBytes
      const fits =
        records <= MAX_SEGMENT_RECORDS && bytes <= MAX_SEGMENT_BYTES && raw <= MAX_SEGMENT_RAW_BYTES
      // A frame that is larger than a whole segment gets one for itself.
      if (!fits && fitting + this.#records > 0) break
      fitting += 1
      if (!fits) break
    }
    return fitting
  }

  /** Appends one group and returns once it is on the disk. */
  async append(frames: readonly Frame[]): Promise<void> {
    const group = encodeGroup(frames, this.#chain)
    const isNew = this.#bytes === 0
    const start = isNew ? encodeHeader(this.header) : Buffer.alloc(0)
    const bytes = isNew ? Buffer.concat([start, group.bytes]) : group.bytes
    if (isNew) await this.#files.makeFolder(dirname(this.#path))
    this.#file ??= await this.#files.append(this.#path, isNew ? 'new' : 'existing')
    await this.#file.write(bytes)
    await this.#file.sync()
    if (isNew) await this.#files.syncFolder(dirname(this.#path))

    this.#chain = group.chain
    this.#sha256.update(bytes)
    let offset = this.#bytes + start.length
    for (const frame of frames) {
      this.#place(frame, offset, frame.bytes.length)
      this.#tree.add(frame.leaves)
      offset += frame.bytes.length
    }
    this.#bytes += bytes.length
  }

  /** Takes over a file that recovery has checked: its bytes, groups and leaves. */
  resume(bytes: Buffer, groups: readonly Group[], leaves: readonly Uint8Array[]): void {
    this.#chain = groups.at(-1)?.chain ?? this.#chain
    this.#sha256.update(bytes)
    this.#bytes = bytes.length
    for (const group of groups)
      for (const frame of group.frames) this.#place(frame, frame.offset, frame.length)
    for (const hashes of leaves) this.#tree.add(hashes)
  }

  /**
   * Writes the table and gives the file its final place, read-only; what the log has to say of it.
   * The open name goes only after that, by `forget()`: so a reader finds every recorded line at any moment.
   */
  async seal(sealedAt: Date): Promise<Manifest> {
    const target = join(
      this.#directory,
      sealedPath(this.header.class, this.header.quarter, this.header.segment),
    )
    await this.#files.makeFolder(
      join(this.#directory, segmentFolder(this.header.class, this.header.quarter)),
    )
    const fragmented =
      this.#frames.length > FRAGMENTED.frames &&
      this.#records < this.#frames.length * FRAGMENTED.lines
    if (fragmented) await this.#repack(target)
    else await this.#finish(target)
    return {
      v: 1,
      kind: this.header.kind,
      segment: this.header.segment,
      tenant: this.header.tenant,
      class: this.header.class,
      quarter: this.header.quarter,
      first: this.header.first,
      count: this.#records,
      recordsRoot: toBase64(this.#tree.root()),
      sha256: toBase64(this.#sha256.digest()),
      bytes: this.#bytes,
      epoch: this.header.epoch,
      openedAt: this.header.openedAt,
      sealedAt: sealedAt.toISOString(),
    }
  }

  /** Removes the open name of a sealed and logged segment. */
  async forget(): Promise<void> {
    await this.#files.remove(this.#path)
    await this.#files.syncFolder(dirname(this.#path))
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  async #finish(target: string): Promise<void> {
    const table = encodeTable(this.#frames, this.#tree.blocks())
    this.#file ??= await this.#files.append(this.#path, 'existing')
    await this.#file.write(table)
    await this.#file.sync()
    await this.close()
    await this.#files.link(this.#path, target)
    // Only now: a crash before that leaves a file that recovery may still shorten.
    await this.#files.makeReadOnly(target)
    await this.#files.syncFolder(dirname(target))
    this.#sha256.update(table)
    this.#bytes += table.length
  }

  /** Many small groups make many small frames: the same lines in full frames, in one group. The leaves stay what they are. */
  async #repack(target: string): Promise<void> {
    await this.close()
    const old = await this.#files.read(this.#path)
    const lines = this.#frames.flatMap(({ offset, length, rawBytes, count }) =>
      linesOf(openFrame(old.subarray(offset, offset + length), rawBytes, count)),
    )
    const frames = encodeFrames(lines)
    const header = encodeHeader(this.header)
    const group = encodeGroup(frames, firstChain(header))
    this.#frames = []
    this.#records = 0
    let offset = header.length
    for (const frame of frames) {
      this.#place(frame, offset, frame.bytes.length)
      offset += frame.bytes.length
    }
    const bytes = Buffer.concat([
      header,
      group.bytes,
      encodeTable(this.#frames, this.#tree.blocks()),
    ])
    const temporary = join(this.#directory, TEMPORARY, 'segment')
    await this.#files.makeFolder(dirname(temporary))
    await this.#files.remove(temporary)
    const file = await this.#files.append(temporary, 'new')
    try {
      await file.write(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#files.rename(temporary, target)
    await this.#files.makeReadOnly(target)
    await this.#files.syncFolder(dirname(target))
    this.#sha256 = createHash('sha256').update(bytes)
    this.#bytes = bytes.length
  }

  #place(frame: { rawBytes: number; count: number }, offset: number, length: number): void {
    this.#frames.push({ offset, length, rawBytes: frame.rawBytes, count: frame.count })
    this.#records += frame.count
    this.#raw += frame.rawBytes
  }
}

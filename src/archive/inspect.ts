import { frameLeaves, openFrame } from './frames.ts'
import { disposedLeaf } from './line.ts'
import { firstMisplaced } from './line-place.ts'
import { MAX_FRAME_RAW_BYTES, MAX_SEGMENT_RAW_BYTES, streamOf } from './layout.ts'
import { RecordTree } from './record-tree.ts'
import { CodedError } from '../platform/errors.ts'
import { createHash } from 'node:crypto'
import { type Group, parseHeader, type SegmentHeader, walkGroups } from './segment-file.ts'
import { type FramePlace, FOOTER_BYTES, parseTable, tableLength } from './segment-table.ts'

/** What a segment file turns out to hold when everything in it is derived anew. */
export interface Inspection {
  readonly header: SegmentHeader
  readonly groups: readonly Group[]
  readonly records: number
  readonly root: Buffer
  /** Leaf hashes, frame by frame. */
  readonly leaves: readonly Buffer[]
  /** Lines that stand for an erased record. */
  readonly disposed: number
}

export interface InspectOptions {
  /** Also lets erased records' lines stand for their hash: only in a replacement that the log announces. */
  readonly allowDisposed?: boolean
}

/** Checks a sealed file's header, groups, frames, sequences and table. A text says what is wrong first. */
export function inspectSealed(bytes: Buffer, options: InspectOptions = {}): Inspection | string {
  const start = parseHeader(bytes)
  if (start === undefined) return 'its header is not readable'
  const length = tableLength(bytes.subarray(Math.max(0, bytes.length - FOOTER_BYTES)))
  if (length === undefined) return 'its end is missing or changed'
  const tableStart = bytes.length - length
  const table =
    tableStart < start.end ? undefined : parseTable(bytes.subarray(tableStart), tableStart)
  if (table === undefined) return 'its offset table is not readable'
  const walk = walkGroups(
    bytes.subarray(start.end, tableStart),
    start.end,
    headerChain(bytes, start.end),
  )
  if (walk.stopped !== 'end') return `the group at byte ${walk.end} does not fit its hash`
  const frames = walk.groups.flatMap((group) => group.frames)
  if (!samePlaces(frames, table.frames)) return 'its offset table does not fit its frames'
  const inspected = inspectGroups(bytes, 0, start.header, walk.groups, options)
  if (typeof inspected === 'string') return inspected
  if (!inspected.blocks.equals(table.blocks))
    return 'the hashes in its table do not fit its records'
  return inspected
}

/** Checks the frames of some groups; `bytes` lie at `base` in the file. A text says what is wrong first. */
export function inspectGroups(
  bytes: Buffer,
  base: number,
  header: SegmentHeader,
  groups: readonly Group[],
  options: InspectOptions = {},
  first = header.first,
): (Inspection & { readonly blocks: Buffer }) | string {
  const tree = new RecordTree()
  const leaves: Buffer[] = []
  let [sequence, disposed] = [first, 0]
  const raw = groups
    .flatMap(({ frames }) => frames)
    .reduce((sum, { rawBytes }) => sum + rawBytes, 0)
  if (raw > MAX_SEGMENT_RAW_BYTES + MAX_FRAME_RAW_BYTES)
    return 'it says it holds more than a segment may'
  const erased = (line: Buffer): Buffer | undefined => {
    const leaf = disposedLeaf(line)
    if (leaf !== undefined) disposed += 1
    return leaf
  }
  for (const { frames } of groups)
    for (const { offset, length, rawBytes, count } of frames) {
      try {
        const frame = bytes.subarray(offset - base, offset - base + length)
        const text = openFrame(frame, rawBytes, count)
        const wrong = firstMisplaced(text, sequence, header.tenant, streamOf(header.kind))
        if (wrong !== undefined) return `the line of sequence ${wrong} is not in its place`
        const hashes = frameLeaves(text, options.allowDisposed === true ? erased : undefined)
        leaves.push(hashes)
        tree.add(hashes)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        return `the frame of sequences ${sequence} to ${sequence + count - 1} is not readable`
      }
      sequence += count
    }
  const records = sequence - first
  return { header, groups, records, root: tree.root(), blocks: tree.blocks(), leaves, disposed }
}

export function headerChain(bytes: Buffer, headerEnd: number): Buffer {
  return createHash('sha256').update(bytes.subarray(0, headerEnd)).digest()
}

function samePlaces(a: readonly FramePlace[], b: readonly FramePlace[]): boolean {
  return (
    a.length === b.length &&
    a.every((place, index) => {
      const other = b[index]
      return (
        place.offset === other?.offset &&
        place.length === other.length &&
        place.rawBytes === other.rawBytes &&
        place.count === other.count
      )
    })
  )
}

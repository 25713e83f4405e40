import { proveInclusion } from '../../archive/log-files.ts'
import { parseCheckpoint } from '../../archive/checkpoint.ts'
import type { ArchiveReader, SegmentRef } from '../../archive/types.ts'
import { CodedError } from '../../platform/errors.ts'
import { localFiles } from '../../platform/files.ts'
import type { CsvGroups, FrameTask, TextTask } from './read-texts.ts'

/** Headers that say the same are one group. */
export function groupsOf(containers: readonly { readonly id: string; readonly header: string }[]): {
  readonly groups: CsvGroups
  readonly headers: readonly string[]
} {
  const numbers = new Map<string, number>()
  const ids = new Map<string, number>()
  for (const { id, header } of containers) {
    const known = numbers.get(header)
    const number = known ?? numbers.size
    if (known === undefined) numbers.set(header, number)
    ids.set(id, number)
  }
  return { groups: ids, headers: [...numbers.keys()] }
}

/** What a task holds at most: so much is in memory, for each thread some times over. */
const TASK_RAW_BYTES = 4_000_000

/** The frames that hold these records, segment by segment, from the given one on; with `checkpoint` to be proven under it. */
export async function* tasksOf(
  reader: ArchiveReader,
  sequences: Float64Array,
  from: number,
  { checkpoint, own }: { readonly checkpoint: string | null; readonly own: TextTask['own'] },
): AsyncGenerator<TextTask> {
  let at = from
  let frames: FrameTask[] = []
  let bytes = 0
  let segment: SegmentRef | undefined
  let prove: TextTask['prove'] = null
  while (at < sequences.length) {
    const sequence = sequences[at] ?? 0
    const frame = await reader.locate(sequence)
    if (frame === undefined) throw missing(sequence)
    const its = reader.segmentOf(sequence)
    if (frames.length > 0 && (its?.id !== segment?.id || bytes > TASK_RAW_BYTES)) {
      yield { frames, prove, own }
      frames = []
      bytes = 0
    }
    if (its?.id !== segment?.id) {
      segment = its
      prove = checkpoint === null ? null : await proveOf(reader, its, checkpoint)
    }
    const wanted: number[] = []
    for (; (sequences[at] ?? Infinity) < frame.first + frame.count; at += 1)
      wanted.push((sequences[at] ?? 0) - frame.first)
    frames.push({ frame, wanted })
    bytes += frame.rawBytes
  }
  if (frames.length > 0) yield { frames, prove, own }
}

async function proveOf(
  reader: ArchiveReader,
  segment: SegmentRef | undefined,
  note: string,
): Promise<TextTask['prove']> {
  const checkpoint = parseCheckpoint(note)
  const { manifest, logIndex } = segment ?? {}
  if (typeof checkpoint === 'string' || manifest === undefined || logIndex === undefined)
    throw new CodedError(
      'NOT_SEALED',
      'Cannot prove a record that is not sealed yet: run the same command again',
    )
  const { directory } = reader
  const path = await proveInclusion(localFiles, directory, logIndex, checkpoint.size)
  return { directory, manifest, log: { index: logIndex, path, checkpoint: checkpoint.text } }
}

function missing(sequence: number): CodedError {
  return new CodedError(
    'INDEX_STALE',
    `The index tells of record ${sequence}, which the archive does not have: run "daybook reindex"`,
  )
}

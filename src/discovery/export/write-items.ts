import type { ArchiveReader, FrameRef } from '../../archive/types.ts'
import { CodedError } from '../../platform/errors.ts'
import { release } from '../../platform/release.ts'
import {
  itemLines,
  type ItemLines,
  type ItemPlace,
  type ItemSetting,
  type ItemTask,
} from './item-lines.ts'
import { partsOf, placeBatches, type ItemsTask } from './items.ts'
import { onWorkers } from './ordered-workers.ts'
import type { Stage } from './stage.ts'
import type { Written } from './writer.ts'

/** The program that makes items on threads: it lies above this folder, where records are read. */
export interface ItemsProgram {
  readonly url: URL
  /** What it needs to know to read records. Plain data. */
  readonly setting: () => object
}

export interface ItemLinesTask extends ItemsTask {
  readonly program: ItemsProgram
  readonly readers: readonly ArchiveReader[]
  /** Items that a thread makes at a time; tests lower it. */
  readonly itemsAtOnce?: number
}

/** An item a line, with its messages and resources; spellings as the records have them. */
export async function writeItemLines(
  task: ItemLinesTask,
  path: string,
  stage: Stage,
): Promise<Written> {
  let rows = isCursor(stage.cursor) ? stage.cursor.rows : 0
  const file = await stage.create(path)
  const own: ItemSetting = {
    fields: task.fields.map(({ name }) => name),
    minimise: task.minimise,
  }
  const made = onWorkers<ItemTask, ItemLines>(tasksFrom(task, rows), {
    url: task.program.url,
    setting: { ...task.program.setting(), ...own },
    here: async ({ items }) => itemLines(items, await partsOf(items, task.readRecords), own),
  })
  for await (const { lines, rows: more } of made) {
    task.signal.throwIfAborted()
    await file.write(lines)
    release([lines])
    rows += more
    task.onRows(rows)
    if (stage.isDue) stage.beginCheckpoint({ rows })
  }
  await file.end(rows)
  return { rows, changes: [] }
}

async function* tasksFrom(task: ItemLinesTask, done: number): AsyncGenerator<ItemTask> {
  const byTenant = new Map(task.readers.map((reader) => [reader.tenant, reader]))
  for await (const items of placeBatches(task, 'time', done, task.itemsAtOnce))
    yield { items, frames: await framesOf(items, byTenant) }
}

async function framesOf(
  items: readonly ItemPlace[],
  readers: ReadonlyMap<string, ArchiveReader>,
): Promise<ItemTask['frames']> {
  const ofTenants = new Map<string, Set<number>>()
  for (const { tenant, sequences } of items) {
    const known = ofTenants.get(tenant) ?? new Set()
    for (const sequence of sequences) known.add(sequence)
    ofTenants.set(tenant, known)
  }
  const frames: { tenant: string; frame: FrameRef; wanted: number[] }[] = []
  for (const [tenant, sequences] of ofTenants) {
    let last: (typeof frames)[number] | undefined
    for (const sequence of [...sequences].toSorted((a, b) => a - b)) {
      if (last === undefined || sequence >= last.frame.first + last.frame.count) {
        const frame = await readers.get(tenant)?.locate(sequence)
        if (frame === undefined) throw missing(sequence)
        last = { tenant, frame, wanted: [] }
        frames.push(last)
      }
      last.wanted.push(sequence - last.frame.first)
    }
  }
  return frames
}

function missing(sequence: number): CodedError {
  return new CodedError(
    'INDEX_STALE',
    `The index tells of record ${sequence}, which the archive does not have: run "daybook reindex"`,
  )
}

/** Of our own state file: whatever stands there was written by `beginCheckpoint`. */
function isCursor(value: unknown): value is { readonly rows: number } {
  return typeof value === 'object' && value !== null && 'rows' in value
}

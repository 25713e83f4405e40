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
import { partsOf, placesOf, type ItemsTask } from './items.ts'
import { onWorkers } from './ordered-workers.ts'
import { slicesOf } from './selection.ts'
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

/** Narrow rows of the index: ids and numbers. */
const SLICE_BYTES = 32_000_000
const ITEMS_AT_ONCE = 400

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

/** The items behind the first `done`, in their order. */
async function* tasksFrom(
  { selection, readers, signal, itemsAtOnce = ITEMS_AT_ONCE }: ItemLinesTask,
  done: number,
): AsyncGenerator<ItemTask> {
  const byTenant = new Map(readers.map((reader) => [reader.tenant, reader]))
  const slices = await slicesOf(selection, 'time', SLICE_BYTES)
  let before = 0
  const rest = slices.filter(({ rows }) => {
    const isWritten = before + rows <= done
    if (isWritten) before += rows
    return !isWritten
  })
  let skip = done - before
  const read = (at: number): Promise<ItemPlace[]> => {
    const slice = rest[at]
    const places = slice === undefined ? Promise.resolve([]) : placesOf(selection, 'time', slice)
    // Told when its turn comes.
    places.catch(() => undefined)
    return places
  }
  let next = read(0)
  try {
    for (let at = 0; at < rest.length; at += 1) {
      signal.throwIfAborted()
      const places = await next
      next = read(at + 1)
      for (let from = skip; from < places.length; from += itemsAtOnce) {
        const items = places.slice(from, from + itemsAtOnce)
        yield { items, frames: await framesOf(items, byTenant) }
      }
      skip = 0
    }
  } finally {
    // The engine may not be closed under what it still does.
    await next.catch(() => undefined)
  }
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

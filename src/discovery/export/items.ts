import type { Item, Part } from '../../interactions/item.ts'
import type { Field } from './fields.ts'
import { itemOf, partKey, type ItemPlace, type Parts } from './item-lines.ts'
import { minimiseItem, type Minimise } from './minimise.ts'
import { sliceStatement, slicesOf, type Order, type Selection, type Slice } from './selection.ts'

/** Archived records of a tenant, read again, ascending. */
export type ReadRecords = (
  tenant: string,
  sequences: readonly number[],
) => Promise<readonly { readonly part: Part }[]>

export interface ItemsTask {
  readonly selection: Selection
  readonly readRecords: ReadRecords
  readonly fields: readonly Field[]
  readonly minimise: Minimise
  readonly signal: AbortSignal
  readonly onRows: (rows: number) => void
}

/** Of a slice only ids and numbers are in memory; each one is a question to the engine. */
const SLICE_BYTES = 32_000_000
/** Items that are made at a time, and their texts. */
const MOST_ITEMS = 400
const MOST_BYTES = 2_000_000

/** The matching items behind the first `done`, read again from the archive and reconciled there and then, in batches. */
export async function* itemBatches(
  task: ItemsTask,
  order: Order,
  done: number,
): AsyncGenerator<readonly Item[]> {
  const { readRecords, fields, minimise } = task
  const kept = new Set(fields.map(({ name }) => name))
  let rows = done
  for await (const places of placeBatches(task, order, done)) {
    const parts = await partsOf(places, readRecords)
    yield places.map((place) => minimiseItem(itemOf(place, parts), minimise, kept))
    rows += places.length
    task.onRows(rows)
  }
}

/** The places of the matching items behind the first `done`, as many together as fit memory once they are read. */
export async function* placeBatches(
  { selection, signal }: Pick<ItemsTask, 'selection' | 'signal'>,
  order: Order,
  done: number,
  mostItems = MOST_ITEMS,
): AsyncGenerator<readonly ItemPlace[]> {
  const slices = await slicesOf(selection, order, SLICE_BYTES)
  let before = 0
  const rest = slices.filter(({ rows }) => {
    const isDone = before + rows <= done
    if (isDone) before += rows
    return !isDone
  })
  let skip = done - before
  const read = (at: number): Promise<ItemPlace[]> => {
    const slice = rest[at]
    const places = slice === undefined ? Promise.resolve([]) : placesOf(selection, order, slice)
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
      yield* batchesOf(places.slice(skip), mostItems)
      skip = 0
    }
  } finally {
    // The engine may not be closed under what it still does.
    await next.catch(() => undefined)
  }
}

function* batchesOf(
  places: readonly ItemPlace[],
  mostItems: number,
): Generator<readonly ItemPlace[]> {
  let from = 0
  let bytes = 0
  for (const [at, place] of places.entries()) {
    if (at > from && (at - from >= mostItems || bytes + place.bytes > MOST_BYTES)) {
      yield places.slice(from, at)
      from = at
      bytes = 0
    }
    bytes += place.bytes
  }
  if (from < places.length) yield places.slice(from)
}

/** The items of a slice, in their order. */
export async function placesOf(
  selection: Selection,
  order: Order,
  slice: Slice,
): Promise<ItemPlace[]> {
  const columns = "tenant, replaceAll(toString(id), '-', ''), sequences, promptBytes + answerBytes"
  const { sql, params } = sliceStatement(selection, order, slice, columns)
  const rows = await selection.index.engine.query(sql, params)
  return rows.map(([tenant, id, sequences, bytes]) => ({
    tenant: String(tenant),
    id: String(id),
    sequences: Array.isArray(sequences) ? sequences.map(Number) : [],
    bytes: Number(bytes),
  }))
}

export async function partsOf(
  places: readonly ItemPlace[],
  readRecords: ReadRecords,
): Promise<Parts> {
  const byTenant = new Map<string, number[]>()
  for (const { tenant, sequences } of places) {
    const known = byTenant.get(tenant) ?? []
    known.push(...sequences)
    byTenant.set(tenant, known)
  }
  const parts = new Map<string, Part>()
  for (const [tenant, sequences] of byTenant) {
    const records = await readRecords(tenant, [...new Set(sequences)])
    for (const { part } of records) parts.set(partKey(tenant, part.sequence), part)
  }
  return parts
}

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

const SLICE_BYTES = 2_000_000

/** The matching items behind the first `done`, read again from the archive and reconciled there and then, in slices. */
export async function* itemBatches(
  task: ItemsTask,
  order: Order,
  done: number,
): AsyncGenerator<readonly Item[]> {
  const { selection, readRecords, fields, minimise, signal } = task
  const kept = new Set(fields.map(({ name }) => name))
  let rows = 0
  for (const slice of await slicesOf(selection, order, SLICE_BYTES)) {
    const before = rows
    rows += slice.rows
    if (rows <= done) continue
    signal.throwIfAborted()
    const found = (await placesOf(selection, order, slice)).slice(Math.max(0, done - before))
    const parts = await partsOf(found, readRecords)
    yield found.map((row) => minimiseItem(itemOf(row, parts), minimise, kept))
    task.onRows(rows)
  }
}

/** The items of a slice, in their order. */
export async function placesOf(
  selection: Selection,
  order: Order,
  slice: Slice,
): Promise<ItemPlace[]> {
  const columns = "tenant, replaceAll(toString(id), '-', ''), sequences"
  const { sql, params } = sliceStatement(selection, order, slice, columns)
  const rows = await selection.index.engine.query(sql, params)
  return rows.map(([tenant, id, sequences]) => ({
    tenant: String(tenant),
    id: String(id),
    sequences: Array.isArray(sequences) ? sequences.map(Number) : [],
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

import type { Item, Part } from '../../interactions/item.ts'
import { reconcile } from '../../interactions/reconcile.ts'
import { CodedError } from '../../platform/errors.ts'
import type { Field } from './fields.ts'
import { ITEM_VALUES } from './item-values.ts'
import { minimiseItem, type Minimise } from './minimise.ts'
import { sliceStatement, slicesOf, type Order, type Selection } from './selection.ts'
import type { Stage } from './stage.ts'
import type { Written } from './writer.ts'

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

/** The matching items, read again from the archive and reconciled there and then, in slices from the given one on. */
export async function* itemBatches(
  task: ItemsTask,
  order: Order,
  from = 0,
): AsyncGenerator<readonly Item[]> {
  const { selection, readRecords, fields, minimise, signal } = task
  const kept = new Set(fields.map(({ name }) => name))
  const slices = await slicesOf(selection, order, SLICE_BYTES)
  let rows = slices.slice(0, from).reduce((sum, slice) => sum + slice.rows, 0)
  for (const slice of slices.slice(from)) {
    signal.throwIfAborted()
    const columns = "tenant, replaceAll(toString(id), '-', ''), sequences"
    const { sql, params } = sliceStatement(selection, order, slice, columns)
    const found = (await selection.index.engine.query(sql, params)).map(
      ([tenant, id, sequences]) => ({
        tenant: String(tenant),
        id: String(id),
        sequences: Array.isArray(sequences) ? sequences.map(Number) : [],
      }),
    )
    const parts = await partsOf(found, readRecords)
    yield found.map((row) => minimiseItem(itemOf(row, parts), minimise, kept))
    rows += found.length
    task.onRows(rows)
  }
}

interface ItemPlace {
  readonly tenant: string
  readonly id: string
  readonly sequences: readonly number[]
}

async function partsOf(
  places: readonly ItemPlace[],
  readRecords: ReadRecords,
): Promise<ReadonlyMap<string, Part>> {
  const byTenant = new Map<string, number[]>()
  for (const { tenant, sequences } of places) {
    const known = byTenant.get(tenant) ?? []
    known.push(...sequences)
    byTenant.set(tenant, known)
  }
  const parts = new Map<string, Part>()
  for (const [tenant, sequences] of byTenant) {
    const records = await readRecords(tenant, [...new Set(sequences)])
    for (const { part } of records) parts.set(`${tenant}/${part.sequence}`, part)
  }
  return parts
}

function itemOf({ tenant, id, sequences }: ItemPlace, parts: ReadonlyMap<string, Part>): Item {
  const own = sequences.flatMap((sequence) => parts.get(`${tenant}/${sequence}`) ?? [])
  const [item, ...others] = reconcile(own, { tenantId: tenant })
  if (item?.id === id && others.length === 0) return item
  throw new CodedError(
    'INDEX_STALE',
    `The index does not agree with the archive on item ${id}: run "daybook reindex"`,
  )
}

/** An item a line, with its messages and resources; spellings as the records have them. */
export async function writeItemLines(
  task: ItemsTask,
  path: string,
  stage: Stage,
): Promise<Written> {
  const begun = isCursor(stage.cursor) ? stage.cursor : { slices: 0, rows: 0 }
  let { slices, rows } = begun
  const file = await stage.create(path)
  for await (const items of itemBatches(task, 'time', slices)) {
    await file.write(items.map((item) => itemLine(item, task.fields)).join(''))
    rows += items.length
    slices += 1
    if (stage.isDue) stage.beginCheckpoint({ slices, rows })
  }
  await file.end(rows)
  return { rows, changes: [] }
}

function itemLine(item: Item, fields: readonly Field[]): string {
  const values = fields.map(({ name }): [string, unknown] => [name, ITEM_VALUES[name]?.(item)])
  return `${JSON.stringify(Object.fromEntries(values))}\n`
}

/** Of our own state file: whatever stands there was written by `checkpoint`. */
function isCursor(value: unknown): value is { readonly slices: number; readonly rows: number } {
  return typeof value === 'object' && value !== null && 'slices' in value && 'rows' in value
}

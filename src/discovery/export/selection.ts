import type { Query } from '../../query/kql/ast.ts'
import type { IndexStore } from '../../query/index-store.ts'
import { visible } from '../../query/visible.ts'
import { output } from './engine-output.ts'

/** Which items an export holds, and how they are cut into slices that fit memory. */
export interface Selection {
  readonly index: IndexStore
  readonly query: Query
}

export type Order = 'time' | 'conversation'

/** A place in the order: the values that rows are sorted by. */
type Place = readonly (string | number)[]

/** Consecutive items in an order: after one place, up to and with another. Plain data. */
export interface Slice {
  readonly after: Place | null
  readonly upTo: Place
  readonly rows: number
}

interface SortKey {
  readonly column: string
  /** As a value of the answer, and back. */
  readonly read: string
  readonly bound: (parameter: string) => string
}

const AT: SortKey = {
  column: 'occurredAt',
  read: 'toUnixTimestamp64Milli(occurredAt)',
  bound: (parameter) => `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`,
}
const ID: SortKey = {
  column: 'id',
  read: 'toString(id)',
  bound: (parameter) => `toUUID({${parameter}:String})`,
}
const SESSION: SortKey = {
  column: 'session',
  read: 'session',
  bound: (parameter) => `{${parameter}:String}`,
}
const NO_SESSION: SortKey = {
  column: "(session = '')",
  read: "toUInt8(session = '')",
  bound: (parameter) => `{${parameter}:UInt8}`,
}
const ORDERS: Readonly<Record<Order, readonly SortKey[]>> = {
  time: [AT, ID],
  conversation: [NO_SESSION, SESSION, AT, ID],
}

const columnsOf = (order: Order): string => ORDERS[order].map(({ column }) => column).join(', ')

/** What a row costs beside its texts, roughly. */
const ROW_BYTES = 1_500

/** The matching items cut where about `bytes` of text are together. */
export async function slicesOf(
  { index, query }: Selection,
  order: Order,
  bytes: number,
): Promise<Slice[]> {
  const { where, params } = visible(index, query)
  const keys = columnsOf(order)
  const read = ORDERS[order].map(({ read: sql }) => sql).join(', ')
  const rows = await index.engine.query(
    `SELECT argMax(place, rows), max(rows) FROM (
       SELECT tuple(${read}) AS place,
         row_number() OVER (ORDER BY ${keys}) AS rows,
         sum(promptBytes + answerBytes + ${ROW_BYTES}) OVER (ORDER BY ${keys} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS size
       FROM items WHERE ${where})
     GROUP BY intDiv(size, ${bytes}) ORDER BY max(rows)`,
    params,
  )
  let after: Place | null = null
  let before = 0
  return rows.map(([place, end]) => {
    const upTo = placeOf(place)
    const slice: Slice = { after, upTo, rows: Number(end) - before }
    after = upTo
    before = Number(end)
    return slice
  })
}

function placeOf(value: unknown): Place {
  if (!Array.isArray(value)) throw new Error('the engine gave no place')
  return value.map((one: unknown) => (typeof one === 'number' ? one : String(one)))
}

/** The statement that reads a slice in its order, to which a FORMAT may be added. */
export function sliceStatement(
  { index, query }: Selection,
  order: Order,
  slice: Slice,
  columns: string,
): { readonly sql: string; readonly params: Readonly<Record<string, unknown>> } {
  const { where, params } = visible(index, query)
  const keys = ORDERS[order]
  const tuple = `(${columnsOf(order)})`
  const bound: Record<string, unknown> = {}
  const bind = (prefix: string, place: Place): string =>
    `(${keys
      .map(({ bound: sql }, at) => {
        bound[`${prefix}${at}`] = place[at]
        return sql(`${prefix}${at}`)
      })
      .join(', ')})`
  const upTo = ` AND ${tuple} <= ${bind('upTo', slice.upTo)}`
  const after = slice.after === null ? '' : ` AND ${tuple} > ${bind('after', slice.after)}`
  // Said once more for the time alone: of a tuple the engine does not see which parts of the table it can pass over.
  const [first] = keys
  const at = (sign: string, name: string, place: Place | null): string =>
    first !== AT || place === null ? '' : ` AND occurredAt ${sign} ${AT.bound(`${name}0`)}`
  const range = at('<=', 'upTo', slice.upTo) + at('>=', 'after', slice.after)
  return {
    sql: `SELECT ${columns} FROM items WHERE ${where}${range}${after}${upTo} ORDER BY ${columnsOf(order)}`,
    params: { ...params, ...bound },
  }
}

/** Sequences of the records that the matching items of a tenant are made of: ascending, each once. `temporary`: a file for a moment. */
export async function sequencesOf(
  { index, query }: Selection,
  tenant: string,
  temporary: string,
): Promise<Float64Array> {
  const { where, params } = visible(index, query)
  const sql = `SELECT DISTINCT arrayJoin(sequences) AS sequence FROM items
    WHERE ${where} AND tenant = {tenantOfExport:String} ORDER BY sequence`
  const bound = { ...params, tenantOfExport: tenant }
  if (index.engine.where === 'server')
    return Float64Array.from(await index.engine.query(sql, bound), ([sequence]) => Number(sequence))
  const statement = { sql, params: bound, format: 'RowBinary', settings: 'max_threads = 0' }
  // Ascending, so that a file that ends early lacks the highest.
  const [last] = await index.engine.query(
    `SELECT max(arrayMax(sequences)), count() FROM items WHERE ${where} AND tenant = {tenantOfExport:String}`,
    bound,
  )
  const isWhole = (found: Buffer): boolean =>
    found.length === 0
      ? Number(last?.[1]) === 0
      : found.length % 8 === 0 &&
        Number(found.readBigUInt64LE(found.length - 8)) === Number(last?.[0])
  const bytes = await output(index.engine, statement, ['sequence'], temporary, isWhole)
  const sequences = new Float64Array(bytes.length / 8)
  for (let at = 0; at < sequences.length; at += 1)
    sequences[at] = Number(bytes.readBigUInt64LE(at * 8))
  return sequences
}

/** Tenants of the matching items, with how many of them. */
export async function tenantsOf({
  index,
  query,
}: Selection): Promise<readonly { readonly tenant: string; readonly items: number }[]> {
  const { where, params } = visible(index, query)
  const rows = await index.engine.query(
    `SELECT tenant, count() FROM items WHERE ${where} GROUP BY tenant ORDER BY tenant`,
    params,
  )
  return rows.map(([tenant, items]) => ({ tenant: String(tenant), items: Number(items) }))
}

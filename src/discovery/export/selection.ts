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
  readonly name: string
  /** As a value of the answer, and back. */
  readonly read: string
  readonly bound: (parameter: string) => string
}

const AT: SortKey = {
  column: 'occurredAt',
  name: 'occurredAt',
  read: 'toUnixTimestamp64Milli(occurredAt)',
  bound: (parameter) => `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`,
}
const ID: SortKey = {
  column: 'id',
  name: 'id',
  read: 'toString(id)',
  bound: (parameter) => `toUUID({${parameter}:String})`,
}
const SESSION: SortKey = {
  column: 'session',
  name: 'session',
  read: 'session',
  bound: (parameter) => `{${parameter}:String}`,
}
const NO_SESSION: SortKey = {
  column: "(session = '')",
  name: 'noSession',
  read: 'toUInt8(noSession)',
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
  selection: Selection,
  order: Order,
  bytes: number,
): Promise<Slice[]> {
  return order === 'time' ? timeSlices(selection, bytes) : exactSlices(selection, order, bytes, '')
}

const HOUR_MS = 3_600_000
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/**
 * Cut between hours, which is little to sort and to remember at any number of items; only inside an hour that is too
 * large between items.
 */
async function timeSlices(selection: Selection, bytes: number): Promise<Slice[]> {
  const { index, query } = selection
  const { where, params } = visible(index, query)
  const hours = await index.engine.query(
    `SELECT toInt64(floor(toUnixTimestamp64Milli(occurredAt) / ${HOUR_MS})) AS hour, count(), sum(promptBytes + answerBytes + ${ROW_BYTES})
     FROM items WHERE ${where} GROUP BY hour ORDER BY hour`,
    params,
  )
  const slices: Slice[] = []
  let rows = 0
  let size = 0
  let last = 0
  const cut = (): void => {
    if (rows === 0) return
    const upTo: Place = [(last + 1) * HOUR_MS - 1, LAST_ID]
    slices.push({ after: slices.at(-1)?.upTo ?? null, upTo, rows })
    rows = 0
    size = 0
  }
  for (const [at, count, itsSize] of hours) {
    const hour = Number(at)
    if (size + Number(itsSize) > bytes) cut()
    if (Number(itsSize) > 2 * bytes) {
      const inside = ` AND occurredAt >= ${AT.bound('from')} AND occurredAt <= ${AT.bound('to')}`
      const bounds = { from: hour * HOUR_MS, to: (hour + 1) * HOUR_MS - 1 }
      for (const { upTo, rows: its } of await exactSlices(selection, 'time', bytes, inside, bounds))
        slices.push({ after: slices.at(-1)?.upTo ?? null, upTo, rows: its })
      continue
    }
    rows += Number(count)
    size += Number(itsSize)
    last = hour
  }
  cut()
  return slices
}

/** Cut between any two items. `inside`: a further condition, with what it binds. */
async function exactSlices(
  { index, query }: Selection,
  order: Order,
  bytes: number,
  inside: string,
  bound: Readonly<Record<string, unknown>> = {},
): Promise<Slice[]> {
  const { where, params } = visible(index, query)
  const keys = columnsOf(order)
  const read = ORDERS[order].map(({ read: sql }) => sql).join(', ')
  const named = ORDERS[order].map(({ name }, at) => `tupleElement(place, ${at + 1}) AS ${name}`)
  // What places are read as is made of the few that are left.
  const rows = await index.engine.query(
    `SELECT tuple(${read}), last FROM (
       SELECT ${named.join(', ')}, last FROM (
         SELECT argMax(place, rows) AS place, max(rows) AS last FROM (
           SELECT tuple(${keys}) AS place,
             row_number() OVER (ORDER BY ${keys}) AS rows,
             sum(promptBytes + answerBytes + ${ROW_BYTES}) OVER (ORDER BY ${keys} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS size
           FROM items WHERE ${where}${inside})
         GROUP BY intDiv(size, ${bytes})))
     ORDER BY last`,
    { ...params, ...bound },
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
  const its = `${where} AND tenant = {tenantOfExport:String}`
  const bound = { ...params, tenantOfExport: tenant }
  const [total] = await index.engine.query(
    `SELECT sum(length(sequences)) FROM items WHERE ${its}`,
    bound,
  )
  const statement = {
    sql: `SELECT toFloat64(arrayJoin(sequences)) AS sequence FROM items WHERE ${its} ORDER BY sequence`,
    params: bound,
    format: 'RowBinary',
    settings: 'max_threads = 0',
  }
  const isWhole = (found: Buffer): boolean => found.length === Number(total?.[0]) * 8
  const bytes = await output(index.engine, statement, ['sequence'], temporary, isWhole)
  return eachOnce(numbersIn(bytes))
}

/** Without a copy where the numbers lie as a processor wants them: there may be millions. */
function numbersIn(bytes: Buffer): Float64Array {
  const { buffer, byteOffset, length } = bytes
  return byteOffset % 8 === 0
    ? new Float64Array(buffer, byteOffset, length / 8)
    : new Float64Array(new Uint8Array(bytes).buffer)
}

/** Of ascending numbers; in their place. */
function eachOnce(numbers: Float64Array): Float64Array {
  let kept = 0
  for (const number of numbers) {
    if (kept > 0 && numbers[kept - 1] === number) continue
    numbers[kept] = number
    kept += 1
  }
  return numbers.subarray(0, kept)
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

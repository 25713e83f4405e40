import { CodedError } from '../platform/errors.ts'
import { exactly, type Query } from './kql/ast.ts'
import { explain } from './kql/explain.ts'
import type { IndexStore } from './index-store.ts'
import { ITEM_ROW_COLUMNS, readItemRow, type ItemRow } from './item-row.ts'
import { placeOf, tokenOf, type Place } from './page-token.ts'
import { placedAt, placesAfter } from './places.ts'
import type { Order } from './steps.ts'
import { andScope, visible } from './visible.ts'

export { facets, type Facet } from './facets.ts'

/** What is counted: items, the records they are made of, or the prompts and answers in them. */
export type Unit = 'item' | 'record' | 'interaction'

export type { Order }

export interface SearchRequest {
  readonly query: Query
  readonly order: Order
  /** Items of the page, 1 to `MAX_PAGE`. */
  readonly limit: number
  /** `next` of the page before. */
  readonly after?: string
}

export interface SearchPage {
  readonly rows: readonly ItemRow[]
  /** For `after`, null on the last page. */
  readonly next: string | null
}

export const MAX_PAGE = 5_000

/**
 * A page of matching items, by time and then id. A list of items stays in order while others are indexed: whatever
 * was there when the first page was read comes once.
 * @throws CodedError QUERY_BAD_TOKEN, QUERY_BAD_LIMIT, or of the engine
 */
export async function search(index: IndexStore, request: SearchRequest): Promise<SearchPage> {
  const { query, order, limit } = request
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw new CodedError(
      'QUERY_BAD_LIMIT',
      `Cannot return ${limit} items at a time: choose 1 to ${MAX_PAGE}`,
    )
  const subject = `${order} ${explain(query)}`
  const after = request.after === undefined ? undefined : placeOf(request.after, subject)

  const places = await placesAfter(index, query, order, limit + 1, after)
  const shown = places.slice(0, limit)
  const last = shown.at(-1)
  const rows = await rowsAt(index, shown)
  return { rows, next: places.length > limit && last !== undefined ? tokenOf(last, subject) : null }
}

/** Phase two: everything that is shown, for these items only; their times lead to them. */
async function rowsAt(index: IndexStore, places: readonly Place[]): Promise<ItemRow[]> {
  if (places.length === 0) return []
  const scope = index.scope()
  const { where, params } = placedAt(places)
  const sql = `SELECT ${ITEM_ROW_COLUMNS} FROM items WHERE ${where}${andScope(scope.where)}`
  const found = new Map<string, ItemRow>()
  for (const row of await index.engine.query(sql, { ...scope.params, ...params })) {
    const item = readItemRow(row)
    found.set(item.id, item)
  }
  // An item rewritten between the two phases is shown where it was found.
  return places.flatMap(({ id }) => found.get(id) ?? [])
}

/** The exact number of what matches. */
export async function count(index: IndexStore, query: Query, unit: Unit): Promise<number> {
  const { where, params } = visible(index, query)
  const [row] = await index.engine.query(
    `SELECT ${COUNTED[unit]} FROM items WHERE ${where}`,
    params,
  )
  return Number(row?.[0] ?? 0)
}

const COUNTED: Readonly<Record<Unit, string>> = {
  item: 'count()',
  record: 'sum(length(sequences))',
  interaction: 'sum(length(messageIds))',
}

export type Bucket = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'

/** Items by UTC time, oldest first; times without any are left out. Weeks begin on Monday. */
export async function histogram(
  index: IndexStore,
  query: Query,
  bucket: Bucket,
): Promise<{ readonly from: string; readonly items: number }[]> {
  const { where, params } = visible(index, query)
  const sql = `SELECT toUnixTimestamp(toDateTime(${BUCKETS[bucket]}, 'UTC')) AS start, count() FROM items WHERE ${where} GROUP BY start ORDER BY start`
  const rows = await index.engine.query(sql, params)
  return rows.map(([start, items]) => ({
    from: new Date(Number(start) * 1000).toISOString(),
    items: Number(items),
  }))
}

const BUCKETS: Readonly<Record<Bucket, string>> = {
  hour: 'toStartOfHour(occurredAt)',
  day: 'toStartOfDay(occurredAt)',
  week: 'toMonday(occurredAt)',
  month: 'toStartOfMonth(occurredAt)',
  quarter: 'toStartOfQuarter(occurredAt)',
  year: 'toStartOfYear(occurredAt)',
}

/** Items of which this is the id, or the id of a record, message or request. */
export async function itemsById(index: IndexStore, id: string): Promise<ItemRow[]> {
  const query: Query = { type: 'property', property: 'id', comparison: '=', values: [exactly(id)] }
  return (await search(index, { query, order: 'oldest', limit: MAX_PAGE })).rows.slice()
}

/** Items that these records of a tenant are part of. */
export async function itemsBySequence(
  index: IndexStore,
  tenant: string,
  sequences: readonly number[],
): Promise<ItemRow[]> {
  const scope = index.scope()
  const sql = `SELECT ${ITEM_ROW_COLUMNS} FROM items
    WHERE tenant = {tenant:String} AND hasAny(sequences, {sequences:Array(UInt64)})${andScope(scope.where)} ORDER BY occurredAt, id`
  const rows = await index.engine.query(sql, { ...scope.params, tenant, sequences })
  return rows.map(readItemRow)
}

/** A conversation: the items of a session, oldest first, from the page token on. */
export async function sessionItems(
  index: IndexStore,
  session: string,
  page: { readonly limit: number; readonly after?: string } = { limit: MAX_PAGE },
): Promise<SearchPage> {
  const query: Query = {
    type: 'property',
    property: 'session',
    comparison: '=',
    values: [exactly(session)],
  }
  return search(index, { query, order: 'oldest', ...page })
}

/** What the index keeps of these records. */
export interface IndexedRecord {
  readonly tenantId: string
  readonly sequence: number
  readonly namespace: string
  readonly nativeId: string | null
  readonly occurredAt: string | null
  readonly receivedAt: string
  readonly source: string
  readonly kind: string
  readonly recordType: string
  readonly operation: string
  readonly version: boolean
}

/** Records of a tenant by sequence, ascending; for `--unit record`. */
export async function recordsBySequence(
  index: IndexStore,
  tenant: string,
  sequences: readonly number[],
): Promise<IndexedRecord[]> {
  if (sequences.length === 0) return []
  const sql = `SELECT tenant, sequence, namespace, nativeId, toUnixTimestamp64Milli(occurredAt), toUnixTimestamp64Milli(receivedAt), source, kind, recordType, operation, version
    FROM records WHERE tenant = {tenant:String} AND sequence IN {sequences:Array(UInt64)} ORDER BY sequence`
  const rows = await index.engine.query(sql, { tenant, sequences })
  return rows.map(recordOf)
}

function recordOf(row: readonly unknown[]): IndexedRecord {
  const [
    tenant,
    sequence,
    namespace,
    nativeId,
    occurredAt,
    receivedAt,
    source,
    kind,
    recordType,
    operation,
    version,
  ] = row
  return {
    tenantId: String(tenant),
    sequence: Number(sequence),
    namespace: String(namespace),
    nativeId: String(nativeId) || null,
    occurredAt: occurredAt === null ? null : new Date(Number(occurredAt)).toISOString(),
    receivedAt: new Date(Number(receivedAt)).toISOString(),
    source: String(source),
    kind: String(kind),
    recordType: String(recordType),
    operation: String(operation),
    version: version === true,
  }
}

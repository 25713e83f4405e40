import type { Binder } from './kql/binder.ts'

// On which days an id is found: a narrow table beside the items, sorted by a hash of the id. Looking for an id in the
// items themselves means reading a filter for every thousand of them, in each part; here it is a single stretch, and
// the day leads to the few items that are then compared. It may say too much (hashes that are the same; items that were
// written again), never too little: the engine writes it with the items, in the same statement.

export const DAY_COLUMNS = [
  ['key', 'UInt32 CODEC(Delta, ZSTD(1))'],
  ['day', 'Date32 CODEC(ZSTD(1))'],
] as const

const keyOf = (id: string): string => `toUInt32(cityHash64(${id}))`

const IDS =
  "arrayConcat([replaceAll(toString(id), '-', ''), session, conversation], recordIds, messageIds, requestIds, correlationIds)"

const DAY = 'toDate32(occurredAt)'

/** What the engine writes into `days` for rows of `items`. */
export const DAYS_OF_ITEMS = `SELECT arrayJoin(arrayDistinct(arrayMap(x -> ${keyOf('lower(x)')}, arrayFilter(x -> x != '', ${IDS})))) AS key, ${DAY} AS day FROM items`

/** What every item with one of these ids (in lower case) fulfils. */
export function dayCondition(ids: readonly string[], binder: Binder): string {
  const bound = binder.bind('Array(String)', ids)
  return `${DAY} IN (SELECT day FROM days WHERE key IN (SELECT ${keyOf(`arrayJoin(${bound})`)}))`
}

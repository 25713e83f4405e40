import type { IndexStore } from './index-store.ts'
import type { Query } from './kql/ast.ts'
import { sqlTime, uuidOf, type Condition } from './kql/compile.ts'
import type { Place } from './page-token.ts'
import { cutsOf, nextCut, STEPS, type Order } from './steps.ts'
import { narrowed, visible } from './visible.ts'

/** Phase one: the narrow columns that the table is sorted by, so that no text is read for rows that are not shown. */
export async function placesAfter(
  index: IndexStore,
  query: Query,
  order: Order,
  limit: number,
  after: Place | undefined,
): Promise<Place[]> {
  const narrow = narrowed(index, query)
  const all = visible(index, query)
  if (narrow === null) return placesOf(index, beyond(all, order, after), order, limit, IN_ORDER)
  if (narrow.close && narrow.where === narrow.rough.where) {
    const [some, likely] = [beyond(all, order, after), beyond(narrow, order, after)]
    return likelyPlaces(index, { all: some, likely }, order, limit, IN_ORDER)
  }

  const cuts = await cutsOf(index.engine, beyond(narrow.rough, order, after), order)
  const found: Place[] = []
  for (let done = 0; done < STEPS && found.length < limit;) {
    const to = cuts.length === 0 ? STEPS : nextCut(done, found.length, limit)
    const window = windowOf(order, cuts[done - 1], cuts[to - 1])
    const step = beyond(window, order, after)
    const these = { all: and(all, step), likely: and(narrow, step) }
    const more = limit - found.length
    found.push(
      ...(narrow.close
        ? await likelyPlaces(index, these, order, more, WHOLE)
        : await placesOf(index, these.all, order, more, WHOLE)),
    )
    done = to
  }
  return found
}

/** Small blocks: a page is found in the first rows, and what is read beyond it is read for nothing. */
const IN_ORDER = 'max_block_size = 8192'

/** Where nearly every row that `likely` finds is one: texts are read of these alone, in the order of the list. */
async function likelyPlaces(
  index: IndexStore,
  { all, likely: condition }: { readonly all: Condition; readonly likely: Condition },
  order: Order,
  limit: number,
  settings: string,
): Promise<Place[]> {
  const found: Place[] = []
  let wanted = Math.ceil(limit * 1.1) + 5
  let last: Place | undefined
  while (found.length < limit) {
    // What comes behind the last place comes behind the list's own, whose parameters have the same names.
    const likely = await placesOf(index, beyond(condition, order, last), order, wanted, settings)
    if (likely.length > 0) {
      const these = and(all, placedAt(likely))
      found.push(...(await placesOf(index, these, order, limit - found.length, WHOLE)))
    }
    if (likely.length < wanted) break
    last = likely.at(-1)
    wanted = Math.min(wanted * 2, MOST_LIKELY)
  }
  return found
}

/** Items whose texts are read at once, at most. */
const MOST_LIKELY = 10_000

/**
 * Where nearly every block of texts must be read. In the table's order they would be unpacked several times over, and
 * so they would where the engine filters by what it has found so far (measured: docs/reference/performance.md).
 */
const WHOLE = 'optimize_read_in_order = 0, use_top_k_dynamic_filtering = 0'

async function placesOf(
  index: IndexStore,
  { where, params }: Condition,
  order: Order,
  limit: number,
  settings: string,
): Promise<Place[]> {
  const direction = order === 'newest' ? 'DESC' : 'ASC'
  const sql = `SELECT toUnixTimestamp64Milli(occurredAt), toString(id) FROM items WHERE ${where}
    ORDER BY occurredAt ${direction}, id ${direction} LIMIT ${limit} SETTINGS ${settings}`
  const rows = await index.engine.query(sql, params)
  return rows.map(([at, id]) => ({ at: Number(at), id: String(id).replaceAll('-', '') }))
}

const and = (one: Condition, other: Condition): Condition => ({
  where: [one.where, other.where].filter((where) => where !== '').join(' AND '),
  params: { ...one.params, ...other.params },
})

/** The rows at these places. */
export function placedAt(places: readonly Place[]): Condition {
  return {
    where: "occurredAt IN {times:Array(DateTime64(3, 'UTC'))} AND id IN {ids:Array(UUID)}",
    params: {
      times: [...new Set(places.map((place) => sqlTime(place.at)))],
      ids: places.map(({ id }) => uuidOf(id)),
    },
  }
}

const time = (name: string): string => `{${name}:DateTime64(3, 'UTC')}`

/** From one cut up to the next, in the order of the list; no cut: from its beginning, up to its end. */
function windowOf(order: Order, from: number | undefined, to: number | undefined): Condition {
  const [near, far] = order === 'newest' ? ['<', '>='] : ['>', '<=']
  return {
    where: [
      ...(from === undefined ? [] : [`occurredAt ${near} ${time('stepFrom')}`]),
      ...(to === undefined ? [] : [`occurredAt ${far} ${time('stepTo')}`]),
    ].join(' AND '),
    params: {
      ...(from === undefined ? {} : { stepFrom: sqlTime(from) }),
      ...(to === undefined ? {} : { stepTo: sqlTime(to) }),
    },
  }
}

/** What of a condition's rows comes behind a place in the list. */
function beyond(condition: Condition, order: Order, after: Place | undefined): Condition {
  if (after === undefined) return condition
  const params = { at: sqlTime(after.at), id: uuidOf(after.id) }
  return and(condition, { where: BEYOND[order], params })
}

const INSTANT = "{at:DateTime64(3, 'UTC')}"
const BEYOND: Readonly<Record<Order, string>> = {
  newest: `occurredAt <= ${INSTANT} AND (occurredAt < ${INSTANT} OR id < {id:UUID})`,
  oldest: `occurredAt >= ${INSTANT} AND (occurredAt > ${INSTANT} OR id > {id:UUID})`,
}

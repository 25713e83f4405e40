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
  const beyond = after === undefined ? '' : ` AND ${BEYOND[order]}`
  const params = after === undefined ? {} : { at: sqlTime(after.at), id: uuidOf(after.id) }
  const narrow = narrowed(index, query)
  const { where, params: own } = visible(index, query)
  const all = { where: where + beyond, params: { ...own, ...params } }
  // Small blocks: a page is found in the first rows, and what is read beyond it is read for nothing.
  if (narrow === null) return placesOf(index, all, order, limit, 'max_block_size = 8192')

  const cuts = await cutsOf(
    index.engine,
    { where: narrow.where + beyond, params: { ...narrow.params, ...params } },
    order,
  )
  const found: Place[] = []
  for (let done = 0; done < STEPS && found.length < limit;) {
    const to = cuts.length === 0 ? STEPS : nextCut(done, found.length, limit)
    const window = windowOf(order, cuts[done - 1], cuts[to - 1])
    const step = {
      where: all.where + window.where,
      params: { ...all.params, ...window.params },
    }
    found.push(...(await placesOf(index, step, order, limit - found.length, WHOLE)))
    done = to
  }
  return found
}

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

const time = (name: string): string => `{${name}:DateTime64(3, 'UTC')}`

/** From one cut up to the next, in the order of the list; no cut: from its beginning, up to its end. */
function windowOf(order: Order, from: number | undefined, to: number | undefined): Condition {
  const [near, far] = order === 'newest' ? ['<', '>='] : ['>', '<=']
  return {
    where:
      (from === undefined ? '' : ` AND occurredAt ${near} ${time('stepFrom')}`) +
      (to === undefined ? '' : ` AND occurredAt ${far} ${time('stepTo')}`),
    params: {
      ...(from === undefined ? {} : { stepFrom: sqlTime(from) }),
      ...(to === undefined ? {} : { stepTo: sqlTime(to) }),
    },
  }
}

const INSTANT = "{at:DateTime64(3, 'UTC')}"
const BEYOND: Readonly<Record<Order, string>> = {
  newest: `occurredAt <= ${INSTANT} AND (occurredAt < ${INSTANT} OR id < {id:UUID})`,
  oldest: `occurredAt >= ${INSTANT} AND (occurredAt > ${INSTANT} OR id > {id:UUID})`,
}

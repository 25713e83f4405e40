import { Hono } from 'hono'
import { CodedError } from '../../platform/errors.ts'
import { and } from '../../query/kql/ast.ts'
import { explain } from '../../query/kql/explain.ts'
import { parse } from '../../query/kql/parser.ts'
import {
  count,
  facets,
  histogram,
  itemsById,
  itemsBySequence,
  search,
  sessionItems,
  type Bucket,
  type Order,
  type Unit,
} from '../../query/search.ts'
import type { AppContext } from '../context.ts'
import { itemHit, unitHits } from '../hits.ts'
import { itemOf, recordViews } from '../item-view.ts'
import { looked } from '../look.ts'
import { namesOf, referenceOf } from '../reference-view.ts'
import { placeOfSequence } from '../sequence.ts'
import type { ItemRow } from '../../query/item-row.ts'
import { indexState, openIndexOf } from '../index-state.ts'

const UNITS: readonly Unit[] = ['item', 'record', 'interaction']
const BUCKETS: readonly Bucket[] = ['hour', 'day', 'week', 'month', 'quarter', 'year']
const DEFAULT_PAGE = 100
const MAX_PAGE = 1_000

/** Searching and reading: every answer says its unit and its state, and every look is recorded before it is answered. */
export function itemRoutes(app: AppContext): Hono {
  // Several `q` must all match; each is read on its own, so that a fault points into the text that was typed.
  const query = (texts: readonly string[] | undefined) =>
    and((texts ?? ['']).map((text) => parse(text, app.clock.now())))

  return new Hono()
    .get('/api/v1/items', async (context) => {
      const index = openIndexOf(app)
      const { order = 'newest', skiptoken } = context.req.query()
      const unit = oneOf(UNITS, context.req.query('unit') ?? 'item', 'unit')
      const ast = query(context.req.queries('q'))
      const request = {
        query: ast,
        order: oneOf<Order>(['newest', 'oldest'], order, 'order'),
        limit: pageSize(context.req.query('top')),
        ...(skiptoken === undefined ? {} : { after: skiptoken }),
      }
      const page = await looked(app, 'search', { query: explain(ast), unit }, () =>
        search(index, request),
      )
      const value = unit === 'item' ? page.rows.map(itemHit) : await unitHits(app, page.rows, unit)
      return context.json({
        unit,
        query: explain(ast),
        state: await indexState(app),
        value,
        next: page.next,
      })
    })
    .get('/api/v1/items/count', async (context) => {
      const index = openIndexOf(app)
      const unit = oneOf(UNITS, context.req.query('unit') ?? 'item', 'unit')
      const ast = query(context.req.queries('q'))
      const total = await looked(app, 'count', { query: explain(ast), unit }, () =>
        count(index, ast, unit),
      )
      return context.json({ unit, query: explain(ast), state: await indexState(app), count: total })
    })
    .get('/api/v1/items/summary', async (context) => {
      const index = openIndexOf(app)
      const bucket = oneOf(BUCKETS, context.req.query('bucket') ?? 'day', 'bucket')
      const ast = query(context.req.queries('q'))
      const [total, byTime, byValue] = await looked(app, 'summary', { query: explain(ast) }, () =>
        Promise.all([count(index, ast, 'item'), histogram(index, ast, bucket), facets(index, ast)]),
      )
      const state = await indexState(app)
      return context.json({
        unit: 'item',
        query: explain(ast),
        state,
        count: total,
        bucket,
        histogram: byTime,
        facets: byValue,
      })
    })
    .get('/api/v1/items/:id', async (context) => {
      const id = context.req.param('id')
      const rows = await looked(app, 'show', { id }, () => itemsOf(app, id))
      if (rows.length === 0) throw notFound(id)
      const names = namesOf(app)
      const value = await Promise.all(
        rows.slice(0, 20).map(async (row) => {
          const { item, records } = await itemOf(app, row.tenantId, row.id, row.sequences)
          const include = {
            raw: context.req.query('raw') === 'true',
            line: context.req.query('line') === 'true',
          }
          const reference = referenceOf(names, item)
          return {
            item,
            records: await recordViews(app, row.tenantId, records, include),
            ...(reference === null ? {} : { reference }),
          }
        }),
      )
      return context.json({
        unit: 'item',
        state: await indexState(app),
        matches: rows.length,
        value,
      })
    })
    .get('/api/v1/sessions/:id', async (context) => {
      const session = context.req.param('id')
      const skiptoken = context.req.query('skiptoken')
      const index = openIndexOf(app)
      const limit = pageSize(context.req.query('top'))
      const page = await looked(app, 'conversation', { session }, () =>
        sessionItems(index, session, {
          limit,
          ...(skiptoken === undefined ? {} : { after: skiptoken }),
        }),
      )
      if (page.rows.length === 0 && skiptoken === undefined) throw notFound(session)
      const value = await Promise.all(
        page.rows.map(async (row) => (await itemOf(app, row.tenantId, row.id, row.sequences)).item),
      )
      return context.json({
        unit: 'item',
        session,
        state: await indexState(app),
        value,
        next: page.next,
      })
    })
}

/** The items that an id leads to; else the item of the record with this sequence. */
async function itemsOf(app: AppContext, id: string): Promise<readonly ItemRow[]> {
  const index = openIndexOf(app)
  const rows = await itemsById(index, id)
  if (rows.length > 0) return rows
  const place = await placeOfSequence(app, id)
  return place === undefined ? [] : itemsBySequence(index, place.tenant, [place.sequence])
}

function notFound(id: string): CodedError {
  return new CodedError(
    'NOT_FOUND',
    `Nothing here has the id "${id.slice(0, 100)}": give the id of an item, record, message, request or session as search prints it`,
  )
}

function oneOf<T extends string>(allowed: readonly T[], given: string, name: string): T {
  const found = allowed.find((value) => value === given)
  if (found === undefined) throw new CodedError('USAGE', `${name} is one of ${allowed.join(', ')}`)
  return found
}

function pageSize(top: string | undefined): number {
  if (top === undefined) return DEFAULT_PAGE
  const size = Number(top)
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) {
    throw new CodedError('USAGE', `top is a whole number from 1 to ${MAX_PAGE}`)
  }
  return size
}

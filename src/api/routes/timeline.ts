import { Hono } from 'hono'
import { z } from 'zod'
import { CodedError } from '../../platform/errors.ts'
import { explain } from '../../query/kql/explain.ts'
import { parse } from '../../query/kql/parser.ts'
import type { Query } from '../../query/kql/ast.ts'
import { all } from '../../reports/kql.ts'
import { personOf } from '../../reports/person.ts'
import { DEFAULT_GAP_MS, inChains } from '../../reports/timeline/chains.ts'
import { gapsOf, oldestFirst, told } from '../../reports/timeline/timeline.ts'
import { timesketchRows } from '../../reports/timeline/timesketch.ts'
import type { AppContext } from '../context.ts'
import { itemHit } from '../hits.ts'
import { indexState, openIndexOf } from '../index-state.ts'
import { itemOf } from '../item-view.ts'
import { looked } from '../look.ts'
import { ndjsonOf } from '../ndjson.ts'

const Body = z.strictObject({
  user: z.string().min(1).max(1_000),
  q: z.array(z.string()).optional(),
  gapSeconds: z
    .number()
    .int()
    .min(1)
    .max(31 * 86_400)
    .optional(),
  format: z.enum(['entries', 'timesketch']).optional(),
})

/** POST /api/v1/timeline: what one person did, oldest first, in chains; NDJSON as it is read. */
export function timelineRoutes(app: AppContext): Hono {
  return new Hono().post('/api/v1/timeline', async (context) => {
    const index = openIndexOf(app)
    const body = Body.safeParse(await context.req.json())
    if (!body.success)
      throw new CodedError('USAGE', `Cannot read the request: ${z.prettifyError(body.error)}`)
    const { user, q = [], gapSeconds = DEFAULT_GAP_MS / 1_000, format = 'entries' } = body.data
    const typed = all(...q.map((text) => parse(text, app.clock.now())))
    const asked = { user, query: explain(typed), gapSeconds, format }
    // The look is on disk before the first line is answered.
    const person = await looked(app, 'timeline', asked, async () => personOf(index, user))
    const query = all(person.query, typed)
    const head = {
      type: 'timeline',
      person: person.label,
      known: person.known,
      query: explain(told(query)),
      gapSeconds,
      timeZone: 'UTC',
      state: await indexState(app),
    }
    return ndjsonOf(
      format === 'entries'
        ? entries(app, query, gapSeconds * 1_000, head)
        : timesketch(app, query, gapSeconds * 1_000),
    )
  })
}

async function* entries(
  app: AppContext,
  query: Query,
  gapMs: number,
  head: object,
): AsyncGenerator<object> {
  const index = openIndexOf(app)
  yield head
  const sums = { items: 0, exchanges: 0, automatic: 0, events: 0, chains: 0, acrossSurfaces: 0 }
  for await (const step of inChains(oldestFirst(index, query), gapMs)) {
    if (step.type === 'entry') yield { type: 'entry', chain: step.chain, item: itemHit(step.row) }
    else yield step
    if (step.type !== 'chain-end') continue
    sums.chains += 1
    sums.items += step.exchanges + step.events
    sums.exchanges += step.exchanges
    sums.automatic += step.automatic
    sums.events += step.events
    if (new Set(step.path).size > 1) sums.acrossSurfaces += 1
  }
  const state = await indexState(app)
  yield { type: 'result', unit: 'item', ...sums, gaps: await gapsOf(index, query), state }
}

/** Times of messages and records are not in the index: each item is read from the archive. */
async function* timesketch(app: AppContext, query: Query, gapMs: number): AsyncGenerator<object> {
  for await (const step of inChains(oldestFirst(openIndexOf(app), query), gapMs)) {
    if (step.type !== 'entry') continue
    const { tenantId, id, sequences } = step.row
    const { item, records } = await itemOf(app, tenantId, id, sequences)
    yield* timesketchRows(
      item,
      records.map(({ part }) => part),
      step.chain,
    )
  }
}

import { expect, test } from 'vitest'
import type { Unit } from '../feed.ts'
import { MemoryDesk, memoryClient, type Answered } from '../memory-desk.suite.ts'
import { auditQuery } from './feed.ts'

const DAY_MS = 86_400_000
const NOON = '2026-03-31T12:00:00Z'
const { signal } = new AbortController()

/** A service whose queries answer as told; `most` is how many ran at the same time. */
function service(stateOf: (query: string) => Answered) {
  const running = new Set<string>()
  const seen = { created: 0, most: 0 }
  const { client } = memoryClient(({ method, path }) => {
    if (method === 'POST') {
      seen.created += 1
      running.add(`q${seen.created}`)
      seen.most = Math.max(seen.most, running.size)
      return { status: 201, body: { id: `q${seen.created}` } }
    }
    if (path.endsWith('/records')) return { body: { value: [{ id: 'a' }] } }
    const query = path.slice(path.lastIndexOf('/') + 1)
    const answer = stateOf(query)
    if (!JSON.stringify(answer.body).includes('running')) running.delete(query)
    return answer
  })
  return { client, seen }
}

/** Fetches whatever is due, round by round, as the collector does with what waits. */
async function rounds(feed: ReturnType<typeof auditQuery>, desk: MemoryDesk, count: number) {
  let open: readonly Unit[] = desk.units.splice(0)
  for (let round = 0; round < count; round += 1) {
    // oxlint-disable-next-line no-await-in-loop -- rounds follow each other
    const outcomes = await Promise.all(
      open.map(async (unit) => ({ unit, outcome: await feed.fetch(unit, desk, signal) })),
    )
    open = outcomes.flatMap(({ unit, outcome }) =>
      outcome.state === 'wait' ? [{ ...unit, body: outcome.body ?? unit.body }] : [],
    )
    desk.nowMs += 120_000
  }
  return open.length
}

test('no more than four queries run at a time, however many days wait', async () => {
  const desk = new MemoryDesk(NOON)
  const polls = new Map<string, number>()
  const { client, seen } = service((query) => {
    const poll = (polls.get(query) ?? 0) + 1
    polls.set(query, poll)
    return { body: { status: poll < 3 ? 'running' : 'succeeded' } }
  })
  const feed = auditQuery({ client, backfillMs: 20 * DAY_MS })
  await feed.plan(desk, signal)
  expect(desk.units).toHaveLength(16)
  expect(await rounds(feed, desk, 40)).toBe(0)
  expect(seen).toEqual({ created: 16, most: 4 })
})

test('a query that vanishes again and again is told and left for a day, then asked for anew', async () => {
  const desk = new MemoryDesk(NOON)
  const { client, seen } = service(() => ({ status: 404, body: {} }))
  const feed = auditQuery({ client, backfillMs: 5 * DAY_MS })
  await feed.plan(desk, signal)
  expect(desk.units).toHaveLength(1)
  const [unit] = desk.units
  if (unit === undefined) throw new Error('nothing was planned')
  let { body } = unit
  let until = ''
  for (let turn = 0; turn < 14; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- turns follow each other
    const outcome = await feed.fetch({ ...unit, body }, desk, signal)
    if (outcome.state !== 'wait') throw new Error(`it came to ${outcome.state}`)
    body = outcome.body ?? body
    until = outcome.until
  }
  expect(seen.created).toBe(7)
  expect(Date.parse(until) - desk.nowMs).toBe(DAY_MS)
  expect([...desk.notices.keys()]).toEqual(['QUERY_FAILED 2026-03-27'])
  await feed.fetch({ ...unit, body }, desk, signal)
  expect(seen.created).toBe(8)
})

import { existsSync, readFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { ADELE, item, smallTenant, WITHOUT_LICENCE } from '../../tenant/emulator/graph/testing.ts'
import type { Person } from '../feed.ts'
import { MemoryDesk, memoryClient, runFeed } from '../memory-desk.suite.ts'
import { graphInteractions } from './feed.ts'

const ROLES = ['AiEnterpriseInteraction.Read.All']
const HOUR = 3_600_000
const person = ({ id, upn }: { readonly id: string; readonly upn: string }): Person => ({
  id,
  upn,
  licensed: true,
  mailbox: true,
  dataLocation: null,
})
const adele = person(ADELE)
const refusal = { status: 403, body: { error: { code: 'Forbidden', message: 'no licence' } } }

let desk: MemoryDesk
beforeEach(() => {
  desk = new MemoryDesk('2026-03-04T12:00:00Z')
  desk.known = [adele]
})

const feedOf = (client: ReturnType<typeof memoryClient>['client']) =>
  graphInteractions({ client, beta: false, fullSweepMs: 24 * HOUR })

/** A history of 250 items, two minutes apart, over an emulated Graph. */
function emulated(faults: Parameters<typeof smallTenant>[0]['faults'] = [], roles = ROLES) {
  const mailbox = Array.from({ length: 250 }, (_, n) => item(2 * n + 1))
  const tenant = smallTenant({ mailbox, faults })
  return memoryClient(async ({ url }) => {
    const { status, text } = await tenant.ask('GET', String(url).replace(/^.*?\/v1\.0/, ''), null)
    return { status, body: text }
  }, roles)
}

const items = (): ReadonlySet<string> =>
  new Set(desk.taken.flatMap(({ text }) => text.match(/"id":"\d+"/g) ?? []))

test.for([
  { through: 'no fault', faults: [] },
  { through: 'a refused filter', faults: ['filter-refused'] },
  { through: 'small pages', faults: ['small-pages'] },
  { through: 'pages in a circle', faults: ['page-loops'] },
  { through: 'expired links', faults: ['expired-links'] },
  { through: 'several at once', faults: ['filter-refused', 'small-pages', 'page-loops'] },
] as const)('a whole history is read through $through, as one of its owner', async ({ faults }) => {
  const { client } = emulated(faults)
  const feed = feedOf(client)
  const { signal } = new AbortController()
  await feed.plan(desk, signal)
  const [unit] = desk.units
  if (unit === undefined) throw new Error('nothing was planned')
  // What does not pass in one try is tried again by the collector.
  let state: string | null = null
  for (let attempt = 0; state === null && attempt < 6; attempt += 1)
    // oxlint-disable-next-line no-await-in-loop -- tries
    state = await feed.fetch(unit, desk, signal).then(
      (outcome) => outcome.state,
      () => null,
    )
  expect(state).toBe('done')
  expect(items().size).toBe(250)
  expect(new Set(desk.taken.map(({ context }) => context.custodian))).toEqual(new Set([ADELE.id]))
})

test('the watermark of a person moves only when every page of the sweep was read', async () => {
  let isBroken = true
  const { client, asked } = memoryClient(({ path }) =>
    path.includes('$skip')
      ? isBroken
        ? { status: 500, body: {} }
        : { body: { value: [] } }
      : { body: { value: [], '@odata.nextLink': 'https://graph.microsoft.com/v1.0/x?$skip' } },
  )
  const feed = feedOf(client)
  await expect(runFeed(feed, desk)).rejects.toMatchObject({ code: 'SERVICE_FAILED' })
  isBroken = false
  desk.nowMs += 7 * 24 * HOUR
  await runFeed(feed, desk)
  expect(asked.at(-2)?.path).toContain('gt+2022-12-31T23:55:00.000Z')
})

test('who is active is asked again after ten minutes, with five minutes of overlap; who is not, once a day', async () => {
  const quiet = { ...adele, id: '00000000-0000-4000-8000-000000000009', upn: 'quiet@contoso.com' }
  desk.known = [adele, quiet]
  const { client, asked } = memoryClient(() => ({ body: { value: [] } }), ROLES)
  const feed = feedOf(client)
  await runFeed(feed, desk)
  desk.active = [{ user: ADELE.upn.toUpperCase(), lastAt: '' }]
  desk.nowMs += HOUR / 2
  await runFeed(feed, desk)
  expect(asked).toHaveLength(3)
  expect(asked[2]?.path).toContain(ADELE.id)
  desk.nowMs += 48 * HOUR
  desk.active = []
  await runFeed(feed, desk)
  expect(asked).toHaveLength(5)
})

test('whoever is about to lose the licence is read at once, before all others', async () => {
  const { client } = memoryClient(() => ({ body: { value: [] } }), ROLES)
  const feed = feedOf(client)
  await runFeed(feed, desk)
  desk.known = [{ ...adele, licenceEnding: true }]
  desk.nowMs += HOUR / 4
  await feed.plan(desk, new AbortController().signal)
  expect(desk.units).toMatchObject([{ scope: ADELE.id, expiresAt: '2026-03-04T13:15:00.000Z' }])
})

test('a person without a licence is no failure; an application without the role is one', async () => {
  desk.known = [person(WITHOUT_LICENCE)]
  const ended = await runFeed(feedOf(emulated().client), desk)
  expect([...ended.values()]).toEqual(['UNLICENSED'])
  const without = feedOf(emulated([], ['User.Read.All']).client)
  const other = new MemoryDesk('2026-03-04T12:00:00Z')
  other.known = desk.known
  await expect(runFeed(without, other)).rejects.toMatchObject({ code: 'PERMISSION_MISSING' })
  const found = await without.check(other, new AbortController().signal)
  expect(found[0]?.message).toContain('admin consent')
})

test('a history that has closed is lost once, also when that is found twice, and open again when it is', async () => {
  let isOpen = true
  const { client } = memoryClient(() => (isOpen ? { body: { value: [] } } : refusal), ROLES)
  const feed = feedOf(client)
  const { signal } = new AbortController()
  await runFeed(feed, desk)
  isOpen = false
  desk.nowMs += 25 * HOUR
  await feed.plan(desk, signal)
  const [unit] = desk.units
  if (unit === undefined) throw new Error('nothing was planned')
  // Killed before that was kept.
  expect(await feed.fetch(unit, desk, signal)).toEqual({ state: 'lost', code: 'LICENCE_LOST' })
  expect([...(await runFeed(feed, desk)).values()]).toContain('LICENCE_LOST')
  desk.nowMs += 25 * HOUR
  expect([...(await runFeed(feed, desk)).values()]).toEqual(['UNLICENSED'])
  isOpen = true
  desk.nowMs += 25 * HOUR
  expect([...(await runFeed(feed, desk)).values()]).toEqual(['done'])
})

test('a link that Graph does not know any more says nothing of the person', async () => {
  let pages = 0
  const { client } = memoryClient(({ path }) => {
    if (!path.includes('$skip'))
      return { body: { value: [], '@odata.nextLink': 'https://graph.microsoft.com/v1.0/x?$skip' } }
    pages += 1
    return pages === 1
      ? { status: 404, body: { error: { code: 'itemNotFound', message: 'gone' } } }
      : { body: { value: [] } }
  }, ROLES)
  expect([...(await runFeed(feedOf(client), desk)).values()]).toEqual(['done'])
})

test('where pages of a hundred are refused, Graph chooses their size', async () => {
  const { client, asked } = memoryClient(
    ({ path }) =>
      path.includes('$top')
        ? {
            status: 400,
            body: { error: { code: 'BadRequest', message: 'The limit of top was exceeded' } },
          }
        : { body: { value: [] } },
    ROLES,
  )
  expect([...(await runFeed(feedOf(client), desk)).values()]).toEqual(['done'])
  expect(asked.at(-1)?.path).toContain('$filter')
})

test.for(['aiinteraction-bizchat-filter', 'aiinteraction-teams-meeting'])(
  'Microsoft’s page %s is handed on as it was served',
  async (name, context) => {
    const sample = `../shared/samples/ms-graph-aiinteraction/${name}.response.json`
    if (!existsSync(sample)) context.skip(`there is no ${sample}`)
    const text = readFileSync(sample, 'utf8')
    const { client } = memoryClient(
      ({ path }) => ({ body: path.includes(ADELE.id) ? text : { value: [] } }),
      ROLES,
    )
    await runFeed(feedOf(client), desk)
    expect(desk.taken[0]).toMatchObject({ text, shape: 'graph-page' })
  },
)

import { existsSync, readFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { referenceData } from '../../interactions/reference/rows.ts'
import { ADELE, smallTenant } from '../../tenant/emulator/graph/testing.ts'
import { MemoryDesk, memoryClient, runFeed } from '../memory-desk.suite.ts'
import { directory } from './feed.ts'
import { isConcealed } from './parts.ts'

const NOON = '2026-03-04T12:00:00Z'
const HOUR = 3_600_000
let desk: MemoryDesk
beforeEach(() => (desk = new MemoryDesk(NOON)))

const options = { everyMs: HOUR, packages: true, usageReports: true }

function emulated(faults: Parameters<typeof smallTenant>[0]['faults'] = []) {
  const tenant = smallTenant({ faults })
  return memoryClient(async ({ url }) => {
    const path = String(url).replace(/^.*?\/v1\.0|^https:\/\/[^/]+(?=\/beta)/, '')
    const { status, text } = await tenant.ask('GET', path, null)
    return { status, body: text }
  })
}

const kept = (reference: string) =>
  desk.references.filter((one) => one.reference === reference).map(({ text }) => text)

test('people, agents and use are kept, and say who is licensed, what an agent is called and who was active', async () => {
  const { client } = emulated()
  const ended = await runFeed(directory({ client, ...options }), desk)
  expect([...ended.values()]).toEqual(['done', 'done', 'done'])
  const [people = ''] = kept('directory')
  expect(referenceData(people, 'directory').rows).toContainEqual(
    expect.objectContaining({
      objectId: ADELE.id,
      copilotLicence: true,
      mailbox: true,
      dataLocation: 'NAM',
    }),
  )
  const [packages = ''] = kept('packages')
  expect(referenceData(packages, 'packages').rows).toMatchObject([{ name: 'Contoso HR Agent' }])
  const [usage = ''] = kept('usage-report')
  expect(referenceData(usage, 'usage-report').rows).toContainEqual(
    expect.objectContaining({ upn: ADELE.upn, concealed: false }),
  )
  expect([...desk.notices]).toEqual([])
})

test('people are read each hour, the rest each day; a directory that has not changed gives the same bytes', async () => {
  const { client } = emulated(['small-pages'])
  const feed = directory({ client, ...options })
  for (let hour = 0; hour < 3; hour += 1) {
    // oxlint-disable-next-line no-await-in-loop -- hour by hour
    await runFeed(feed, desk)
    desk.nowMs += HOUR
  }
  expect(kept('directory')).toHaveLength(3)
  expect(new Set(kept('directory')).size).toBe(1)
  expect(kept('packages')).toHaveLength(1)
  expect(kept('usage-report')).toHaveLength(1)
})

test('a list that goes back to what it was is told anew: a licence taken away and given back is a change', async () => {
  const unlicensed = { id: ADELE.id, userPrincipalName: ADELE.upn, assignedLicenses: [] }
  const licensed = { ...unlicensed, assignedLicenses: [{ skuId: 'a' }] }
  let now: object = licensed
  const { client } = memoryClient(() => ({ body: { value: [now] } }))
  const feed = directory({ client, ...options, packages: false, usageReports: false })
  for (const next of [licensed, unlicensed, licensed, licensed]) {
    now = next
    // oxlint-disable-next-line no-await-in-loop -- hour by hour
    await runFeed(feed, desk)
    desk.nowMs += HOUR
  }
  const [first, second, third, fourth] = kept('directory')
  expect(new Set([first, second, third]).size).toBe(3)
  expect(fourth).toBe(third)
})

test('concealed names are noticed with the switch that shows them, until they are shown', async () => {
  const { client } = emulated(['concealed-names'])
  const feed = directory({ client, ...options })
  await runFeed(feed, desk)
  expect([...desk.notices.values()]).toMatchObject([{ code: 'NAMES_CONCEALED' }])
  desk.nowMs += 24 * HOUR
  await runFeed(feed, desk)
  expect([...desk.notices]).toEqual([])
})

test('a tenant that does not let agents be listed goes without, is told why, and people are still read', async () => {
  const { client } = memoryClient(({ path }) =>
    path.includes('/users?')
      ? { body: { value: [{ id: ADELE.id }] } }
      : { status: 403, body: { error: { code: 'Forbidden', message: 'no' } } },
  )
  const feed = directory({ client, ...options })
  const ended = await runFeed(feed, desk)
  expect([...ended.values()]).toEqual(['done', 'PERMISSION_MISSING', 'PERMISSION_MISSING'])
  const told = [...desk.notices.values()].map(({ message }) => message)
  expect(told[0]).toContain('feeds.directory.packages')
  const found = await feed.check(desk, new AbortController().signal)
  expect(found.map(({ subject }) => subject)).toEqual(['users', 'packages', 'usage'])
})

test('where the report is not served as CSV it is read as pages of JSON', async () => {
  const person = { reportRefreshDate: '2026-03-02', userPrincipalName: ADELE.upn }
  const { client, asked } = memoryClient(({ path }) => {
    if (path.startsWith('/v1.0/copilot/reports'))
      return { status: 404, body: { error: { code: 'NotFound', message: 'no such report' } } }
    if (path.includes('/reports/') && !path.includes('skip'))
      return {
        body: { value: [], '@odata.nextLink': 'https://graph.microsoft.com/beta/reports/?skip' },
      }
    return { body: { value: [person] } }
  })
  await runFeed(directory({ client, ...options, packages: false }), desk)
  expect(asked.filter(({ path }) => path.startsWith('/beta/'))).toHaveLength(2)
  expect(kept('usage-report')[0]).toContain(ADELE.upn)
})

test('pages that lead back to themselves are no directory', async () => {
  const { client } = memoryClient(() => ({
    body: { value: [], '@odata.nextLink': 'https://graph.microsoft.com/v1.0/users?again' },
  }))
  await expect(runFeed(directory({ client, ...options }), desk)).rejects.toThrow('circles')
})

test('Microsoft’s own report with concealed names is seen as one', (context) => {
  const sample = '../shared/samples/ms-graph-copilot-reports/usage-user-detail.v1.csv'
  if (!existsSync(sample)) context.skip(`there is no ${sample}`)
  expect(isConcealed(readFileSync(sample, 'utf8'))).toBe(true)
})

test.for([1, 2, 4, 5])('Microsoft’s list of packages %i is kept whole', async (number, context) => {
  const sample = `../shared/samples/ms-graph-copilot-packages/copilotpackages-list-${number}.json`
  if (!existsSync(sample)) context.skip(`there is no ${sample}`)
  const example = readFileSync(sample, 'utf8')
  const { client } = memoryClient(({ path }) => ({
    body: path.includes('/packages') ? example : { value: [] },
  }))
  await runFeed(directory({ client, ...options, usageReports: false }), desk)
  const served: { value?: unknown[] } = JSON.parse(example)
  const own: { value?: unknown[] } = JSON.parse(kept('packages')[0] ?? '{}')
  expect(own.value).toHaveLength(served.value?.length ?? 0)
})

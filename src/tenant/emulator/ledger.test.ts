import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { field } from './graph/wire.ts'
import type { EmulatedTenant } from './server.ts'
import { answered, askToken, tokenIn, wiredTenant } from './testing.ts'

let tenant: EmulatedTenant
let lines: readonly unknown[]
beforeAll(async () => {
  tenant = await wiredTenant(['repeats', 'changed-content', 'late'])
  const { text } = await answered(`${tenant.url}/emulator/ledger/records`)
  lines = text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
})
afterAll(async () => tenant.close())

const count = (name: string, value: unknown, feed?: string): number =>
  lines.filter(
    (line) => field(line, name) === value && (feed === undefined || field(line, 'feed') === feed),
  ).length

test('the ledger counts what its lines name, without their being asked for', async () => {
  const { json } = await answered(`${tenant.url}/emulator/ledger`)
  const feeds = ['management-activity', 'graph-interactions', 'app-insights']
  const available = Object.fromEntries(
    feeds.map((feed) => [feed, count('fetchable', true, feed)] as const),
  )
  expect(Math.min(...Object.values(available))).toBeGreaterThan(50)
  expect(json).toMatchObject({
    available,
    replaced: count('fetchable', null),
    unavoidable: count('fetchable', false),
  })
  expect(count('version', 2, 'management-activity')).toBeGreaterThan(0)
})

test('each row of telemetry that is served has its line, with the hash of its bytes', async () => {
  const scope = 'https://api.applicationinsights.io/.default'
  const { text } = await answered(
    `${tenant.url}/api.applicationinsights.io/v1/apps/5d0a4c1e-8f2b-4b6d-9c3a-1e7f60d2a948/query`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenIn(await askToken(tenant, { scope }))}` },
      body: JSON.stringify({ query: 'customEvents' }),
    },
  )
  const rows = text.slice(text.indexOf('"rows":[[') + 8, -4).split(/(?<=\]),(?=\[")/)
  const served = rows.map((row) => createHash('sha256').update(row).digest('hex'))
  const told = lines
    .filter((line) => field(line, 'kind') === 'telemetry')
    .map((line) => String(field(line, 'sha256')))
  expect(served.length).toBeGreaterThan(100)
  expect(served.toSorted()).toEqual(told.toSorted())
})

test('what a person deleted need not have been seen, and is in no history', async () => {
  const forgetful = await wiredTenant(['deleted-items'], 'commercial', { recordsPerDay: 2_000 })
  try {
    const { text } = await answered(`${forgetful.url}/emulator/ledger/records`)
    const deleted = text.split('\n').filter((line) => line.includes('"fetchable":null'))
    expect(deleted.length).toBeGreaterThan(0)
    const scope = 'https://graph.microsoft.com/.default'
    const authorization = `Bearer ${tokenIn(await askToken(forgetful, { scope }))}`
    const { id, user, session }: Record<string, string> = JSON.parse(deleted[0] ?? '{}')
    const history = await answered(
      `${forgetful.url}/graph.microsoft.com/v1.0/copilot/users/${user}/interactionHistory/getAllEnterpriseInteractions?$top=100`,
      { headers: { authorization } },
    )
    expect(history.status).toBe(200)
    const items: unknown = field(history.json, 'value')
    const shown = (Array.isArray(items) ? items : []).map(
      (item) => `${String(field(item, 'sessionId'))} ${String(field(item, 'id'))}`,
    )
    expect(shown).not.toContain(`${session} ${id}`)
  } finally {
    await forgetful.close()
  }
})

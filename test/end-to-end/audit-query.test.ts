import { setTimeout as sleep } from 'node:timers/promises'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsOf } from '../../src/tenant/emulator/options.ts'
import { startTenant, type EmulatedTenant } from '../../src/tenant/emulator/server.ts'
import { runHere } from '../../src/cli/testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-query-'))
const dataDir = join(folder, 'records')
let tenant: EmulatedTenant
beforeAll(async () => {
  tenant = await startTenant({
    seed: 9,
    port: 0,
    rate: 3_000,
    start: new Date('2026-03-12T00:10:00Z'),
    people: 80,
    recordsPerDay: 120,
    backlogDays: 6,
    blobRecords: 100,
    lateness: 'usual',
    faults: faultsOf('query-truncated,query-unstable'),
    cloud: 'commercial',
  })
})
afterAll(async () => {
  await tenant.close()
  rmSync(folder, { recursive: true, force: true })
})

interface FeedState {
  readonly feed: string
  readonly done: number
  readonly added: number
  readonly pending: number
  readonly waiting: number
}

interface Collected {
  readonly tenants: readonly { readonly feeds: readonly FeedState[] }[]
}

/** Records of Copilot's on the two days, by id and version, as the tenant made them. */
function offered(): ReadonlySet<string> {
  const { world } = tenant
  const found = new Set<string>()
  for (const day of ['2026-03-07', '2026-03-08']) {
    const events = world.eventDayOf(Date.parse(day))
    for (const event of events?.events ?? []) {
      const text = String(events?.bytes(event))
      const isOfCopilot = /"Operation":"(?:Copilot|ConnectedAIApp|AIApp)Interaction"/.test(text)
      if (event.kind === 'audit' && isOfCopilot) found.add(`${event.id} ${event.version}`)
    }
  }
  return found
}

test('days behind the week are asked for one by one, cut ones by the hour, and read until two reads agree', async () => {
  const config = join(folder, 'daybook.yaml')
  writeFileSync(
    config,
    [
      'tenants:',
      `  - id: ${tenant.tenantId}`,
      `    emulator: ${tenant.url}`,
      `    client: { id: ${tenant.clientId}, secret: { env: DAYBOOK_CLIENT_SECRET } }`,
      '    feeds: { audit-query: { backfill: 6d } }',
      '',
    ].join('\n'),
  )
  const collect = async (): Promise<FeedState> => {
    const { out } = await runHere(
      ['collect', '--once', '--json', '--config', config, '--data-dir', dataDir],
      { environment: { DAYBOOK_CLIENT_SECRET: tenant.secret } },
    )
    const { tenants }: Collected = JSON.parse(out)
    const [state] = tenants[0]?.feeds ?? []
    if (state === undefined) throw new Error('no feed was collected')
    return state
  }
  // A query takes its time: a run ends while it goes on, and the next one takes it up.
  let feed = await collect()
  const latest = Date.now() + 90_000
  while (Date.now() < latest && (feed.waiting > 0 || feed.done === 0)) {
    await sleep(200)
    feed = await collect()
  }

  expect(feed).toMatchObject({ feed: 'audit-query', pending: 0, waiting: 0 })
  // Two whole days, one of them by the hour.
  expect(feed.done).toBeGreaterThan(20)
  expect(feed.added).toBe(offered().size)
  const { 'query-truncated': cut = 0, 'query-unstable': unequal = 0 } = tenant.world.faults.counts()
  expect(cut).toBeGreaterThan(0)
  expect(unequal).toBeGreaterThan(0)
  const again = await runHere(['search', '*', '--unit', 'record', '--count', '--data-dir', dataDir])
  expect(Number(again.out.trim())).toBe(feed.added)
}, 120_000)

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CollectAnswer } from '../../src/api/answers.ts'
import { openApp } from '../../src/app.ts'
import { appClient } from '../../src/cli/client.ts'
import { runHere, type Ran } from '../../src/cli/testing.ts'
import { tenantSources } from '../../src/pipeline/collect/feeds.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { readConfiguration } from '../../src/platform/config/configuration.ts'
import type { EmulatorOptions } from '../../src/tenant/emulator/options.ts'
import { startTenant, type EmulatedTenant } from '../../src/tenant/emulator/server.ts'

// What goes wrong at an operator's: each is named with its cause and its fix, and everything else goes on.

const folder = mkdtempSync(join(tmpdir(), 'daybook-failures-'))
const STRANGER = '9c1b6a52-3c84-4e0d-9a6f-2d9c0b5e8a99'
let tenant: EmulatedTenant
const OPTIONS: EmulatorOptions = {
  seed: 4,
  port: 0,
  rate: 600,
  start: new Date('2026-03-02T12:00:00Z'),
  people: 80,
  recordsPerDay: 150,
  backlogDays: 0,
  blobRecords: 100,
  lateness: 'prompt',
  faults: new Set(),
  cloud: 'commercial',
}

beforeAll(async () => {
  tenant = await startTenant(OPTIONS)
  writeFileSync(join(folder, 'secret'), tenant.secret)
})
afterAll(async () => {
  await tenant.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The time of this machine; nobody waits. */
const HASTY: Clock = { now: () => new Date(), sleep: (ms) => sleep(ms / 1_000) }

/** A data folder with the configuration of these tenants. */
function configured(name: string, tenants: readonly string[], more = ''): string {
  const dataDir = join(folder, name)
  mkdirSync(dataDir)
  writeFileSync(join(dataDir, 'daybook.yaml'), `tenants: [${tenants.join(', ')}]\n${more}`)
  return dataDir
}

const entry = (id: string, feeds: string, url = tenant.url): string =>
  `{ id: ${id}, emulator: '${url}', client: { id: ${tenant.clientId}, secret: { file: ${join(folder, 'secret')} } }, feeds: { ${feeds} } }`

const run = (dataDir: string, ...argv: string[]): Promise<Ran> =>
  runHere([...argv, '--data-dir', dataDir])

async function collected(
  dataDir: string,
): Promise<{ code: number; tenants: CollectAnswer['tenants'] }> {
  const { code, out } = await run(dataDir, 'collect', '--once', '--json')
  const { tenants }: CollectAnswer = JSON.parse(out)
  return { code, tenants }
}

test('a tenant that cannot be signed in to is told with the fix, and the other one is collected', async () => {
  const feeds = 'management-activity: '
  const dataDir = configured('two', [entry(STRANGER, feeds), entry(tenant.tenantId, feeds)])
  const { code, tenants } = await collected(dataDir)

  expect(code).toBe(3)
  const of = (id: string) => tenants.find((one) => one.tenant === id)
  expect(of(STRANGER)?.notices).toMatchObject([{ code: 'TOKEN_REFUSED' }])
  expect(of(STRANGER)?.notices[0]?.message).toMatch(/AADSTS90002.*check/i)
  expect(of(tenant.tenantId)?.notices).toEqual([])
  expect(of(tenant.tenantId)?.feeds[0]?.added).toBeGreaterThan(10)
})

test('a dead proxy is named as the cause, with its address', async () => {
  // Not the emulated tenant: no proxy is asked for this machine itself. Nothing leaves it: the proxy is here, and dead.
  const real = entry(tenant.tenantId, 'management-activity: ').replace(/emulator: '[^']*', /, '')
  const dataDir = configured('proxy', [real], "network: { proxy: 'http://127.0.0.1:9' }\n")
  const configuration = readConfiguration(join(dataDir, 'daybook.yaml'))
  const app = await openApp({
    dataDir,
    purpose: 'test',
    index: false,
    signal: new AbortController().signal,
    environment: {},
    clock: HASTY,
    collect: {
      settings: { everyMs: 600_000, lookBackMs: 86_400_000 },
      sources: () => tenantSources(configuration, {}, HASTY),
    },
  })
  const client = appClient(app.fetch, () => app.close())
  for await (const _ of client.stream('/api/v1/collect', { once: true }));
  const { tenants } = await client.get<CollectAnswer>('/api/v1/collect')
  await client.close()

  expect(tenants[0]?.feeds).toMatchObject([{ error: 'PROXY_FAILED' }])
  expect(tenants[0]?.notices).toMatchObject([{ code: 'PROXY_FAILED' }])
  expect(tenants[0]?.notices[0]?.message).toMatch(/127\.0\.0\.1:9.*proxy/)
})

test('an index that cannot be opened is told, stops no collecting, and has everything once it can', async () => {
  const dataDir = configured('index', [entry(tenant.tenantId, 'management-activity: ')])
  // Where the index should lie somebody has put a file.
  writeFileSync(join(dataDir, 'index'), 'not a folder')
  const { code, tenants } = await collected(dataDir)

  expect(code).toBe(0)
  const added = tenants[0]?.feeds[0]?.added ?? 0
  expect(added).toBeGreaterThan(10)
  expect(tenants[0]?.notices).toMatchObject([{ code: 'INDEX_BEHIND' }])
  expect((await run(dataDir, 'verify', join(dataDir, 'archive'))).code).toBe(0)

  rmSync(join(dataDir, 'index'))
  const { out } = await run(dataDir, 'search', '*', '--unit', 'record', '--count')
  expect(Number(out.trim())).toBe(added)
})

test('a subscription that somebody disabled is started again, and no feed stops for it', async () => {
  const dataDir = configured('disabled', [
    entry(tenant.tenantId, 'directory: , management-activity: , graph-interactions: '),
  ])
  expect(await collected(dataDir)).toMatchObject({ code: 0 })
  const listed = () => tenant.world.faults.counts()['subscription-disabled']
  tenant.world.faults.on = new Set(['subscription-disabled'])
  tenant.world.clock.advanceTo(tenant.world.now() + 3 * 3_600_000)
  const { code, tenants } = await collected(dataDir)

  expect(listed()).toBe(1)
  expect(code).toBe(0)
  expect(tenants[0]?.feeds.filter(({ error, added }) => error !== null && added === 0)).toEqual([])
  // What was created meanwhile nobody can list: a loss, with its time.
  expect(tenants[0]?.feeds.find(({ feed }) => feed === 'management-activity')?.lost).toBe(1)
})

test('auditing that is off and consent that is missing are told by the feeds they stop; the directory is read', async () => {
  const withoutRoles = new Set(['AiEnterpriseInteraction.Read.All'])
  const other = await startTenant({ ...OPTIONS, auditing: false, withoutRoles })
  try {
    const feeds = 'directory: , management-activity: , graph-interactions: '
    const dataDir = configured('refused', [entry(other.tenantId, feeds, other.url)])
    const { code, tenants } = await collected(dataDir)

    expect(code).toBe(3)
    const notices = tenants[0]?.notices ?? []
    const of = (feed: string) => notices.filter((notice) => notice.feed === feed)
    expect(of('management-activity')[0]?.message).toMatch(/auditing is off: turn it on/)
    expect(of('graph-interactions')).toMatchObject([{ code: 'PERMISSION_MISSING' }])
    expect(of('graph-interactions')[0]?.message).toMatch(
      /AiEnterpriseInteraction\.Read\.All: grant it .* admin consent/,
    )
    expect(of('directory')).toEqual([])
    expect(tenants[0]?.feeds.find(({ feed }) => feed === 'directory')?.done).toBeGreaterThan(0)
  } finally {
    await other.close()
  }
})

// A collector that looks only once a day hears of new audit content through its webhook, and believes nobody.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CountAnswer } from '../../src/api/answers.ts'
import { openApp, type App } from '../../src/app.ts'
import { jsonLines } from '../../src/cli/testing.ts'
import { parseConfiguration } from '../../src/platform/config/configuration.ts'
import { followedClock } from '../../src/platform/followed-clock.ts'
import { deadPort } from '../../src/platform/http/stand-in.suite.ts'
import { tenantSources } from '../../src/pipeline/collect/feeds.ts'
import { startTenant, type EmulatedTenant } from '../../src/tenant/emulator/server.ts'

const AUTH_ID = 'canary-auth-id-5d11'
const DAY_MS = 86_400_000
const RATE = 120

const folder = mkdtempSync(join(tmpdir(), 'daybook-webhook-'))
const dataDir = join(folder, 'records')
const stop = new AbortController()
let tenant: EmulatedTenant
let app: App
let running: Promise<unknown>
let address: string

beforeAll(async () => {
  tenant = await startTenant({
    seed: 11,
    port: 0,
    rate: RATE,
    start: new Date('2026-03-04T10:00:00Z'),
    people: 80,
    recordsPerDay: 2_000,
    backlogDays: 0,
    blobRecords: 5,
    lateness: 'prompt',
    faults: new Set(),
    cloud: 'commercial',
  })
  const port = await deadPort()
  address = `http://127.0.0.1:${port}/audit`
  const environment = { SECRET: tenant.secret, AUTH_ID }
  const configuration = parseConfiguration(
    `tenants:
  - id: ${tenant.tenantId}
    emulator: ${tenant.url}
    client: { id: ${tenant.clientId}, secret: { env: SECRET } }
    feeds:
      management-activity:
        webhook: { address: "${address}", listen: "127.0.0.1:${port}", auth-id: { env: AUTH_ID } }
`,
    'daybook.yaml',
  )
  const clock = await followedClock(tenant.url)
  app = await openApp({
    dataDir,
    purpose: 'collect',
    index: true,
    signal: stop.signal,
    environment,
    clock,
    collect: {
      settings: { everyMs: DAY_MS, lookBackMs: 6 * DAY_MS },
      sources: () => tenantSources(configuration, environment, clock),
    },
  })
  running = ask('/api/v1/collect', { once: false })
})
afterAll(async () => {
  stop.abort()
  await running
  await app.close()
  await tenant.close()
  rmSync(folder, { recursive: true, force: true })
})

async function ask<Answer>(path: string, body?: object): Promise<Answer[]> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const answer = await app.fetch(
    new Request(
      `http://daybook.local${path}`,
      body === undefined ? {} : { ...post, body: JSON.stringify(body) },
    ),
  )
  return jsonLines<Answer>(await answer.text())
}

const call = async (authId: string): Promise<number> => {
  const created = new Date(tenant.world.now()).toISOString()
  const content = {
    tenantId: tenant.tenantId,
    clientId: tenant.clientId,
    contentType: 'Audit.General',
    contentId: 'forged-canary$1$audit_general',
    contentUri: `${tenant.url}/manage.office.com/forged-canary`,
    contentCreated: created,
    contentExpiration: created,
  }
  const headers = { 'Webhook-AuthID': authId, 'content-type': 'application/json' }
  return (await fetch(address, { method: 'POST', headers, body: JSON.stringify([content]) })).status
}

/** How many items were created at or after a moment, as a search counts them. */
async function found(sinceMs: number): Promise<number> {
  const since = new Date(sinceMs).toISOString()
  const q = encodeURIComponent(`created>=${since}`)
  const [answer] = await ask<CountAnswer>(`/api/v1/items/count?q=${q}`)
  return answer?.count ?? 0
}

test('what happens now is searchable within seconds, though the next look is a day away', async () => {
  await expect.poll(planned, { timeout: 20_000 }).not.toBe(null)
  const first = await planned()
  const now = tenant.world.now()

  await expect.poll(async () => found(now), { timeout: 40_000, interval: 250 }).toBeGreaterThan(0)

  expect(await planned()).toBe(first)
}, 80_000)

test('what somebody invents changes nothing: no address of theirs is asked, no word of theirs kept', async () => {
  expect(await call('guessed')).toBe(401)
  expect(await call(AUTH_ID)).toBe(200)
  await new Promise((resolve) => setTimeout(resolve, 500))

  const ledger = await (await fetch(`${tenant.url}/emulator/ledger`)).text()
  expect(ledger).not.toContain('unknown')
  expect(filesWith('forged-canary')).toEqual([])
  expect(filesWith(AUTH_ID)).toEqual([])
})

interface Collected {
  readonly tenants: readonly {
    readonly feeds: readonly { readonly plannedAt: string | null }[]
  }[]
}
async function planned(): Promise<string | null> {
  const [answer] = await ask<Collected>('/api/v1/collect')
  return answer?.tenants[0]?.feeds[0]?.plannedAt ?? null
}

/** Files of the data folder in which a text stands. */
const filesWith = (text: string): string[] =>
  readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dataDir, name))
    .filter((file) => statSync(file).isFile() && readFileSync(file).includes(text))

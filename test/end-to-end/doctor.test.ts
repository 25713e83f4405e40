import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { HealthFinding } from '../../src/api/answers.ts'
import { openApp } from '../../src/app.ts'
import { appClient } from '../../src/cli/client.ts'
import { collecting } from '../../src/cli/collecting.ts'
import { parseConfiguration } from '../../src/platform/config/configuration.ts'
import type { EmulatedTenant } from '../../src/tenant/emulator/server.ts'
import { wiredTenant } from '../../src/tenant/emulator/testing.ts'

// What `daybook doctor` says to an operator whose tenant is not set up as it should be.

const work = mkdtempSync(join(tmpdir(), 'daybook-doctor-'))
const tenants: EmulatedTenant[] = []
afterAll(async () => {
  for (const tenant of tenants) await tenant.close()
  rmSync(work, { recursive: true, force: true })
})

async function emulated(...given: Parameters<typeof wiredTenant>): Promise<EmulatedTenant> {
  const tenant = await wiredTenant(...given)
  tenants.push(tenant)
  return tenant
}

interface Setting {
  readonly secret?: string
  readonly cloud?: string
  readonly feeds?: string
  /** Runs the collector before, until all is fetched; then moves the clock. */
  readonly collected?: boolean
  readonly thenAt?: string
}

async function diagnosis(tenant: EmulatedTenant, setting: Setting): Promise<string[]> {
  const { secret = tenant.secret, cloud = 'commercial', collected = false, thenAt } = setting
  const configuration = parseConfiguration(
    `tenants:
  - id: ${tenant.tenantId}
    cloud: ${cloud}
    emulator: ${tenant.url}
    client: { id: ${tenant.clientId}, secret: { env: SECRET } }
    feeds: { ${setting.feeds ?? 'management-activity: {}'} }
`,
    join(work, 'daybook.yaml'),
  )
  const environment = { SECRET: secret }
  const { signal } = new AbortController()
  const app = await openApp({
    dataDir: mkdtempSync(join(work, 'data-')),
    purpose: 'test',
    index: false,
    signal,
    environment,
    ...(await withClock(configuration, environment)),
  })
  const client = appClient(app.fetch, () => app.close())
  try {
    if (collected)
      for await (const step of client.stream('/api/v1/collect', { once: true })) void step
    if (thenAt !== undefined) tenant.world.clock.advanceTo(Date.parse(thenAt))
    const { findings } = await client.get<{ findings: HealthFinding[] }>('/api/v1/collect/check')
    return findings.map(
      ({ severity, code, subject, message }) => `${severity} ${code} ${subject}: ${message}`,
    )
  } finally {
    await client.close()
  }
}

async function withClock(
  configuration: Parameters<typeof collecting>[0],
  environment: NodeJS.ProcessEnv,
) {
  const { clock, ...collect } = await collecting(configuration, environment)
  return { collect, ...(clock === undefined ? {} : { clock }) }
}

const saying = (...parts: readonly string[]) =>
  expect.arrayContaining([expect.stringMatching(new RegExp(parts.join('.*')))])

test('a wrong secret: Entra’s number, and that its value is wanted and not its id', async () => {
  expect(await diagnosis(await emulated(), { secret: 'wrong' })).toEqual(
    saying('TOKEN_REFUSED', 'AADSTS7000215', 'make a new one'),
  )
})

test('a tenant of which nothing was collected yet: the next step, and no error', async () => {
  const found = await diagnosis(await emulated(), {})
  expect(found).toEqual(saying('warning NOT_SUBSCRIBED Audit.General', '"daybook collect" starts'))
  expect(found).toEqual(saying('warning FEED_SILENT', 'Nothing was collected yet'))
  expect(found.filter((finding) => finding.startsWith('error'))).toEqual([])
})

test('missing consent: the permission by its name, for each feed, and who has to grant it', async () => {
  const withoutRoles = new Set([
    'ActivityFeed.Read',
    'User.Read.All',
    'AiEnterpriseInteraction.Read.All',
  ])
  const found = await diagnosis(await emulated([], 'commercial', { withoutRoles }), {
    feeds: 'directory: {}, management-activity: {}, graph-interactions: {}',
  })
  for (const role of withoutRoles)
    expect(found).toEqual(saying('PERMISSION_MISSING', role, 'admin consent'))
  expect(found.join('\n')).not.toContain('Reports.Read.All')
})

test('the wrong cloud: by the login that does not know the tenant, or the resource that it does not have', async () => {
  const tenant = await emulated()
  expect(await diagnosis(tenant, { cloud: 'gcc-high' })).toEqual(
    saying('TOKEN_REFUSED', 'AADSTS90002', 'check the tenant id and "cloud"'),
  )
  expect(await diagnosis(tenant, { cloud: 'gcc' })).toEqual(
    saying('TOKEN_REFUSED', 'AADSTS500011', 'check "cloud"'),
  )
})

test('auditing that is off: what Microsoft means when it says that the tenant does not exist', async () => {
  const tenant = await emulated([], 'commercial', { auditing: false, rate: 600 })
  expect(await diagnosis(tenant, { collected: true })).toEqual(
    saying('SUBSCRIPTION_REFUSED', 'does not exist', 'auditing is off', 'turn it on in Purview'),
  )
})

test('a subscription that somebody disabled: which, and that it is started again', async () => {
  const tenant = await emulated(['subscription-disabled'])
  const thenAt = '2026-03-04T14:00:00Z'
  expect(await diagnosis(tenant, { collected: true, thenAt })).toEqual(
    saying('SUBSCRIPTION_DISABLED Audit.General', '"daybook collect" starts it'),
  )
})

test('people without licence or mailbox: that nobody can read what they wrote, and what to assign', async () => {
  const tenant = await emulated()
  const feeds = 'directory: {}, management-activity: {}, graph-interactions: {}'
  const found = await diagnosis(tenant, { feeds, collected: true })
  expect(found).toEqual(saying('PEOPLE_UNLICENSED', 'assign the licence'))
  expect(found).toEqual(saying('PEOPLE_WITHOUT_MAILBOX', 'Exchange Online'))
})

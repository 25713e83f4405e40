import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines, runHere, type Ran } from '../../src/cli/testing.ts'
import { startTenant, type EmulatedTenant } from '../../src/tenant/emulator/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-context-'))
let tenant: EmulatedTenant
beforeAll(async () => {
  tenant = await startTenant({
    seed: 3,
    port: 0,
    rate: 60,
    start: new Date('2026-03-04T20:00:00Z'),
    people: 80,
    recordsPerDay: 300,
    backlogDays: 1,
    blobRecords: 100,
    lateness: 'prompt',
    faults: new Set(),
    cloud: 'commercial',
  })
  mkdirSync(join(folder, 'records'))
  writeFileSync(join(folder, 'secret'), tenant.secret)
  writeFileSync(
    join(folder, 'records', 'daybook.yaml'),
    `tenants: [{ id: ${tenant.tenantId}, emulator: '${tenant.url}',
      client: { id: ${tenant.clientId}, secret: { file: ${join(folder, 'secret')} } },
      feeds: { management-activity: , context: { meetings: true } } }]\n`,
  )
})
afterAll(async () => {
  await tenant.close()
  rmSync(folder, { recursive: true, force: true })
})

const daybook = (...argv: string[]): Promise<Ran> =>
  runHere([...argv, '--data-dir', join(folder, 'records')])

test('sites and meetings that records name by address or id are shown with the names that Graph gives', async () => {
  expect(await daybook('collect', '--once')).toMatchObject({ code: 0 })
  // What the first run recorded is what the second one asks for.
  expect(await daybook('collect', '--once')).toMatchObject({ code: 0 })

  const { out: listed } = await daybook('search', 'site:https*', '--json')
  // The oldest: the tenant's time goes on, and what is new in the second run is asked for in the third.
  const item = jsonLines<{ readonly id: string }>(listed).at(-1)
  const { out } = await daybook('show', item?.id ?? '')
  expect(out).toContain('What reference data says')
  expect(out).toMatch(/site +\S+.*https:\/\/contoso(?:-my)?\.sharepoint\.com/s)
  const { out: reference } = await daybook('reference')
  expect(reference).toContain('names of places')
}, 180_000)

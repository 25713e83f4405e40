import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines, runHere, type Ran } from '../../src/cli/testing.ts'
import { startTenant, type EmulatedTenant } from '../../src/tenant/emulator/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-drift-'))
let tenant: EmulatedTenant
beforeAll(async () => {
  tenant = await startTenant({
    seed: 3,
    port: 0,
    rate: 60,
    start: new Date('2026-03-02T20:00:00Z'),
    people: 80,
    recordsPerDay: 300,
    backlogDays: 0,
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
      feeds: { management-activity: } }]\n`,
  )
})
afterAll(async () => {
  await tenant.close()
  rmSync(folder, { recursive: true, force: true })
})

const daybook = (...argv: string[]): Promise<Ran> =>
  runHere([...argv, '--data-dir', join(folder, 'records')])

async function recordTypes(query: string): Promise<unknown[]> {
  const { out } = await daybook('search', query, '--json')
  return jsonLines<{ readonly recordTypes: unknown }>(out)
}

test('a record type and a field that did not exist yesterday are kept, found by their words, and told as drift', async () => {
  expect(await daybook('collect', '--once')).toMatchObject({ code: 0 })
  const words = ['CopilotMemoryCompacted', 'Unrated']
  for (const word of words) expect(await recordTypes(word)).toEqual([])
  const before = await daybook('status')
  expect(before.out).not.toContain('New since collection began')

  // The next days are made anew, with what is new in them.
  tenant.world.faults.on = new Set(['new-fields', 'new-record-types'])
  tenant.world.clock.advanceTo(Date.parse('2026-03-04T20:00:00Z'))
  expect(await daybook('collect', '--once')).toMatchObject({ code: 0 })

  for (const word of words) expect(await recordTypes(word)).not.toEqual([])
  const { out } = await daybook('status')
  expect(out).toContain('New since collection began')
  // What, when and where.
  expect(out).toMatch(/2026-03-04 20:\d\d record-type 951 \(record [\d\u202f ]+\)/)
  expect(out).toMatch(/2026-03-04 20:\d\d operation CopilotMemoryCompacted \(record [\d\u202f ]+\)/)
  // Fields come after kinds of records, and not all of them are shown.
  const { out: whole } = await daybook('status', '--json')
  expect(whole).toContain('audit:GuardrailOutcome')
}, 180_000)

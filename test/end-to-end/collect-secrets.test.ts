import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTenant, type EmulatedTenant } from '../../src/tenant/emulator/server.ts'
import { jsonLines, runHere, type Ran } from '../../src/cli/testing.ts'
import { run } from './daybook.suite.ts'

const CANARY = 'canary-7f3a-wrong-secret'

let tenant: EmulatedTenant
const folder = mkdtempSync(join(tmpdir(), 'daybook-secrets-'))
beforeAll(async () => {
  tenant = await startTenant({
    seed: 5,
    port: 0,
    // Slow enough that on a busy machine no feed falls silent between two tests.
    rate: 120,
    start: new Date('2026-03-06T08:00:00Z'),
    people: 80,
    recordsPerDay: 150,
    backlogDays: 1,
    blobRecords: 100,
    lateness: 'usual',
    faults: new Set(),
    cloud: 'commercial',
  })
})
afterAll(async () => {
  await tenant.close()
  rmSync(folder, { recursive: true, force: true })
})

function configured(name: string, change: (yaml: string) => string = (yaml) => yaml): string {
  const file = join(folder, `${name}.yaml`)
  const lines = [
    'tenants:',
    `  - id: ${tenant.tenantId}`,
    `    emulator: ${tenant.url}`,
    '    client:',
    `      id: ${tenant.clientId}`,
    '      secret: { env: DAYBOOK_CLIENT_SECRET }',
    '    feeds: { directory: {}, management-activity: {}, graph-interactions: {} }',
    '',
  ]
  writeFileSync(file, change(lines.join('\n')))
  return file
}

/** The command line with a secret in its environment; in this process, where nothing depends on its being another. */
const withSecret = (secret: string, ...argv: string[]): Promise<Ran> =>
  runHere(argv, { environment: { DAYBOOK_CLIENT_SECRET: secret } })

const collecting = (name: string, config: string): string[] => [
  ...'collect --once --json --log json --config'.split(' '),
  config,
  '--data-dir',
  join(folder, name),
]

const collect = (name: string, config: string, secret: string) =>
  withSecret(secret, ...collecting(name, config))

const doctor = (name: string, config: string, secret: string) =>
  withSecret(secret, 'doctor', '--config', config, '--data-dir', join(folder, name))

/** Whether any file below a folder holds one of the texts. */
function holds(below: string, texts: readonly string[]): string[] {
  return readdirSync(below, { recursive: true, encoding: 'utf8' })
    .map((name) => join(below, name))
    .filter((file) => statSync(file).isFile())
    .filter((file) => {
      const bytes = readFileSync(file)
      return texts.some((text) => bytes.includes(text))
    })
}

test('a secret and the tokens it brings are in no output and in no file', async () => {
  // As a process, for what Node itself may say.
  const { code, out, err } = await run(collecting('right', configured('right')), {
    env: { DAYBOOK_CLIENT_SECRET: tenant.secret },
  })

  expect(code).toBe(0)
  // Every token of the emulated tenant begins alike, as a JWT does.
  const texts = [tenant.secret, 'Bearer ', 'eyJhbGciOi']
  expect(texts.filter((text) => `${out}${err}`.includes(text))).toEqual([])
  expect(holds(join(folder, 'right'), texts)).toEqual([])
}, 120_000)

test('a wrong secret is named as the cause with its fix, and not told', async () => {
  const { code, out, err } = await collect('wrong', configured('wrong'), CANARY)

  expect(code).toBe(3)
  expect(jsonLines(err)).toContainEqual(
    expect.objectContaining({ level: 'warn', event: 'paused', code: 'TOKEN_REFUSED' }),
  )
  expect(out).toContain('AADSTS7000215')
  expect(out).toMatch(/make a new one in the app registration/)
  expect(`${out}${err}`).not.toContain(CANARY)
  expect(holds(join(folder, 'wrong'), [CANARY])).toEqual([])
}, 120_000)

test('a tenant of another cloud is named as the cause', async () => {
  const config = configured('cloud', (yaml) =>
    yaml.replace('    client:', '    cloud: gcc-high\n    client:'),
  )
  const { code, out } = await collect('cloud', config, tenant.secret)

  expect(code).toBe(3)
  expect(out).toMatch(/check .*cloud/)
}, 120_000)

test('doctor finds nothing wrong where all is well, and each fault with its fix where it is not', async () => {
  const well = await doctor('right', configured('right'), tenant.secret)
  expect(well.code).toBe(0)
  // Somebody without a licence or mailbox is no fault of the collector's.
  expect(well.out).not.toContain('✗')

  const ill = await doctor('right', configured('right'), CANARY)
  expect(ill.code).toBe(3)
  expect(ill.out).toContain('AADSTS7000215')
  expect(ill.out).not.toContain(CANARY)
}, 120_000)

test('status tells lag, time to loss and signs of life of every feed', async () => {
  const { code, out } = await runHere(['status', '--data-dir', join(folder, 'right')])

  expect(code).toBe(0)
  for (const feed of ['directory', 'graph-interactions', 'management-activity'])
    expect(out).toMatch(new RegExp(`${feed} +[\\d ,\u202f]+ (records|answers)`))
  expect(out).toContain('nothing waits')
  expect(out).toMatch(/alive 2026-03-0\d/)
}, 120_000)

test('the log of a run is an object a line, of codes and counts: no word of a record, no name, no secret', async () => {
  const { err } = await collect('logged', configured('logged'), tenant.secret)

  const events = jsonLines<Record<string, unknown>>(err)
  const named = (event: string) => events.filter((each) => each['event'] === event)
  expect(named('started')).toMatchObject([{ level: 'info', tenants: 1, feeds: 3 }])
  const recorded = named('recorded').filter(({ feed }) => feed === 'graph-interactions')
  expect(recorded.reduce((sum, { added }) => sum + Number(added), 0)).toBeGreaterThan(10)
  expect(named('stopped')).toHaveLength(1)
  // Instants, ids, names of feeds, codes: what has neither blank nor @ in it is no text of anybody's.
  const words = events.flatMap((event) =>
    Object.values(event).filter((of) => typeof of === 'string'),
  )
  expect(words.filter((word) => !/^[\w.:-]{1,40}$/.test(word))).toEqual([])
}, 120_000)

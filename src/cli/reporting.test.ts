import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { CountAnswer, ReportAnswer, TimelineLine } from '../api/answers.ts'
import { openApp } from '../app.ts'
import { openTenantArchives } from '../archive/tenant-archives.ts'
import { systemClock } from '../platform/clock.ts'
import { appClient } from './client.ts'
import type { Client, ClientQuery } from './command.ts'
import { importWeek, jsonLines, tooWide, type ImportedWeek } from './testing.ts'

// The program is opened for every command: patient with a machine that has other work.
vi.setConfig({ testTimeout: 60_000 })

let here: ImportedWeek
const run: ImportedWeek['run'] = (argv, options) => here.run(argv, options)

beforeAll(async () => {
  here = await importWeek('stays')
  mkdirSync(join(here.folder, 'analyst'))
  const file = join(here.folder, 'analyst', 'interactions.json')
  writeFileSync(file, JSON.stringify({ value: interactions() }))
  await run(['import', file])
})

afterAll(() => here.remove())

const PERSON = '5b2f3f0e-6a52-4c0e-9d0f-0c8a6f1f2a11'
/** Of whom the interactions below are. */
const WEEKS = ['--user', PERSON, '--from', '2024-11-05', '--to', '2024-12-06']

test('1,047 interactions are 526 prompts, 338 automatic ones and 183 answers, in 80 columns', async () => {
  const ran = await run(['report', 'usage', ...WEEKS, '--by', 'month'])
  expect(tooWide(ran)).toEqual([])
  expect(ran.out).toMatch(/^All +1 047 +526 +50\.24 % +338 +32\.28 % +183 +17\.48 %$/m)
  expect(ran.out).toMatch(/from 2024-11-05 to 2024-12-06 \(the end not\s+included\), UTC/)
})

test('every report fits 80 columns, and says what is missing', async () => {
  const ran = await run(['report', 'all', 'occurred:2026'])
  expect(tooWide(ran)).toEqual([])
  expect(ran.out).toContain('The index is complete')
  expect(ran.out).toContain('Reading the history (collectors, exports)')
  expect(ran.out).toContain('Exchanges logged twice, counted once')
  expect(ran.out).toMatch(/^All +146 /m)
  expect(ran.out).toMatch(/no audit record is here/)
})

test('somebody whom no record names is said to be unknown, not to have done nothing', async () => {
  const slip = 'avery.hovard@contoso.com'
  const sentence = `No searchable record names "${slip}"`
  expect((await run(['report', 'usage', '--user', slip])).out).toContain(sentence)
  expect((await run(['timeline', '--user', slip])).out).toContain(sentence)
  const json = await run(['report', 'usage', '--user', slip, '--json'])
  expect(jsonLines<ReportAnswer>(json.out)[0]?.unknownPeople).toEqual([slip])
})

test('a report in a file is there whole, and is not overwritten unasked', async () => {
  const book = join(here.folder, 'week.xlsx')
  const argv = ['report', 'all', 'occurred:2026', '--format', 'xlsx', '--output-path', book]
  expect(await run(argv)).toMatchObject({ code: 0, out: '' })
  expect(readFileSync(book).subarray(0, 2).toString()).toBe('PK')
  expect((await run(argv)).err).toContain('FILE_EXISTS')
  expect(readdirSync(here.folder).filter((name) => name.includes('partial'))).toEqual([])
})

test.each([
  [['report', 'sales'], 'There is no report "sales"'],
  [['report', 'usage', '--format', 'xlsx'], 'needs --output-path'],
  [['report', '--from', '2026-03-05', '--to', '2026-03-04'], 'must be before'],
  [['timeline'], 'say whose with --user'],
  [['timeline', '--user', 'a', '--gap', 'long'], '--gap takes a time'],
  [['timeline', '--user', 'a', '--format', 'timesketch'], '.csv or .jsonl'],
] as const)('%j is wrong usage', async (argv, words) => {
  const ran = await run(argv)
  expect(ran.code).toBe(2)
  expect(ran.err).toContain(words)
})

test('a timeline fits 80 columns, in chains that --gap makes longer', async () => {
  const argv = ['timeline', '--user', 'avery.howard@contoso.com', '--gap', '1h']
  const ran = await run(argv)
  expect(tooWide(ran)).toEqual([])
  expect(ran.out).toContain(': Outlook → Word → Chat')
  expect(ran.out).toMatch(/^ = 2 exchanges in 28 min 41 s|^\d+ items: \d+ exchanges/m)
})

test('a timeline for Timesketch has a row for each time, as CSV and JSONL', async () => {
  const csv = join(here.folder, 'dylan.csv')
  const jsonl = join(here.folder, 'dylan.jsonl')
  const dylan = [
    'timeline',
    '--user',
    'dylan.frost@contoso.com',
    '--format',
    'timesketch',
    '--output-path',
  ]
  expect((await run([...dylan, csv])).code).toBe(0)
  expect((await run([...dylan, jsonl])).code).toBe(0)
  const rows = jsonLines<Record<string, unknown>>(readFileSync(jsonl, 'utf8'))
  const described = [
    'Prompt sent',
    'Response received',
    'Resource accessed',
    'Record audited',
    'Record collected',
  ]
  expect(rows.map((row) => row['timestamp_desc'])).toEqual(expect.arrayContaining(described))
  for (const row of rows) {
    expect(String(row['datetime'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
    expect(row['timestamp']).toBe(Date.parse(String(row['datetime'])) * 1_000)
  }
  expect(readFileSync(csv, 'utf8')).toMatch(/^message,datetime,timestamp,timestamp_desc,/)
})

describe('asked over HTTP', () => {
  let app: Client

  beforeAll(async () => {
    const opened = await openApp({
      dataDir: join(here.folder, 'records'),
      purpose: 'test',
      index: true,
      signal: new AbortController().signal,
      environment: {},
    })
    app = appClient(opened.fetch, () => opened.close())
  })

  afterAll(() => app.close())

  const reportOf = (name: string, query: ClientQuery = {}) =>
    app.get<ReportAnswer>(`/api/v1/reports/${name}`, query)
  const timelineOf = async (body: object): Promise<TimelineLine[]> => {
    const lines: TimelineLine[] = []
    for await (const line of app.stream<TimelineLine>('/api/v1/timeline', body)) lines.push(line)
    return lines
  }
  test('an analyst’s month has the shares and the surfaces that were published', async () => {
    const { tables, state } = await reportOf('usage', {
      user: PERSON,
      q: ['occurred>=2024-11-05', 'occurred<2024-12-06'],
    })
    const surfaces = tables.find(({ name }) => name === 'surfaces')
    const { interactions: total, prompts, automatic, answers } = surfaces?.total?.figures ?? {}
    expect([total, prompts, automatic, answers].map((figure) => figure?.value)).toEqual([
      1047, 526, 338, 183,
    ])
    const shares = [prompts, automatic, answers].map((figure) =>
      ((figure?.share ?? 0) * 100).toFixed(2),
    )
    expect(shares).toEqual(['50.24', '32.28', '17.48'])
    const said = surfaces?.rows.map(
      ({ label, figures }) => [label, figures['fromCopilot']?.value] as const,
    )
    expect(new Map(said)).toEqual(
      new Map([
        ['Word', 181],
        ['Chat', 172],
        ['Outlook', 167],
        ['Teams', 1],
      ]),
    )
    expect(state.complete).toBe(true)
  })

  test('every figure of every report is what the search counts by its query', async () => {
    const { tables } = await reportOf('all', { q: 'occurred:2026', top: '5' })
    const figures = tables.flatMap(({ name, rows, none, total }) =>
      [rows, none ?? [], total ?? []].flat().flatMap(({ label, figures: own }) =>
        Object.entries(own).map(([key, figure]) => ({
          where: `${name}/${label}/${key}`,
          figure,
        })),
      ),
    )
    const byQuery = new Map(figures.map((each) => [each.figure.kql, each]))
    byQuery.delete(null)
    expect(byQuery.size).toBeGreaterThan(60)
    expect(figures.filter(({ figure }) => figure.kql === null)).toEqual([])
    // All of them: src/reports/reports.test.ts. Here every fifth, through the route.
    for (const [kql, { where, figure }] of [...byQuery].filter((_, at) => at % 5 === 0)) {
      const { count } = await app.get<CountAnswer>('/api/v1/items/count', { q: kql ?? '' })
      expect(`${where} ${count}`).toBe(`${where} ${figure.items}`)
    }
  })

  test('what is asked wrongly is told in a sentence', async () => {
    for (const [name, query, code] of [
      ['usage', { by: 'fortnight' }, 'USAGE'],
      ['credits', { rules: 'v9' }, 'USAGE'],
      ['usage', { top: '0' }, 'USAGE'],
      ['usage', { user: 'contoso' }, 'QUERY_AMBIGUOUS_USER'],
      ['usage', { q: 'usr:avery' }, 'QUERY_UNKNOWN_PROPERTY'],
    ] as const)
      await expect(reportOf(name, query)).rejects.toMatchObject({ code })
  })

  test('a timeline tells everything of a person, oldest first; a longer gap makes fewer chains', async () => {
    const user = 'avery.howard@contoso.com'
    const lines = await timelineOf({ user, gapSeconds: 3_600 })
    const entries = lines.flatMap((line) => (line.type === 'entry' ? [line.item] : []))
    const { count } = await app.get<CountAnswer>('/api/v1/items/count', {
      q: `user:${user} NOT kind:own-access`,
    })
    expect(entries.length).toBe(count)
    const times = entries.map(({ occurredAt }) => occurredAt ?? '')
    expect(times).toEqual(times.toSorted())
    const silences = lines.flatMap((line) => (line.type === 'silence' ? [line.seconds] : []))
    expect(Math.min(...silences)).toBeGreaterThan(3_600)
    const ends = lines.filter(({ type }) => type === 'chain-end')
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      items: count,
      chains: ends.length,
      state: { complete: true },
    })
    const longer = await timelineOf({ user, gapSeconds: 86_400 })
    expect(longer.filter(({ type }) => type === 'chain-end').length).toBeLessThan(ends.length)
  })

  test('each look is in the archive before its answer', async () => {
    const before = await acts()
    await reportOf('labels')
    await timelineOf({ user: 'dylan.frost@contoso.com', q: ['automatic:false'] })
    expect(await acts()).toBe(before + 2)
  })
})

/** Acts that are on the disk. */
async function acts(): Promise<number> {
  const archives = openTenantArchives({
    dataDir: join(here.folder, 'records'),
    epoch: () => 0,
    software: 'test',
    clock: systemClock,
  })
  const [tenant = ''] = archives.tenants()
  const reader = await archives.reader(tenant)
  await reader.refresh()
  const next = reader.nextSequence('activity')
  await archives.close()
  return next
}

/** In the shape of an analyst's 30 days: 526 prompts in the person’s name; 183 are answered, 338 more only by
 * summaries that bear the mark of an application. */
function interactions(): object[] {
  // Who sends what: an application asks in the person's name, in words that no table knows; its answers are marked.
  const answers: readonly (readonly [app: string, asked: number, automatic: number])[] = [
    ['Word', 10, 171],
    ['BizChat', 172, 0],
    ['Outlook', 0, 167],
    ['Teams', 1, 0],
  ]
  const made: object[] = []
  let at = Date.UTC(2024, 10, 5, 8)
  const add = (app: string, prompt: string, answer: string | null): void => {
    at += 3_100_000
    const request = `00000000-0000-4000-8000-${String(made.length).padStart(12, '0')}`
    made.push(item(at, request, app, 'userPrompt', prompt))
    if (answer !== null) made.push(item(at + 4_000, request, app, 'aiResponse', answer))
  }
  for (const [app, asked, automatic] of answers) {
    for (let n = 0; n < asked; n += 1)
      add(app, `What changed in draft ${n}?`, `The dates of draft ${n}.`)
    for (let n = 0; n < automatic; n += 1)
      add(app, `Déan achoimre ar dhréacht ${n}`, `[AutoGenerated] Summary ${n} of a document`)
  }
  for (let n = 0; n < 526 - 183 - 338; n += 1) add('BizChat', `Make draft ${n} shorter`, null)
  return made
}

function item(
  at: number,
  requestId: string,
  app: string,
  interactionType: string,
  content: string,
): object {
  const user = {
    id: PERSON,
    displayName: null,
    userIdentityType: 'aadUser',
    tenantId: '7de6852c-606e-4efb-b464-c23aa01f1a1c',
  }
  const application = {
    id: 'fb8d773d-7ef8-4ec0-a117-179f88add510',
    displayName: `Copilot in ${app}`,
    applicationIdentityType: 'bot',
  }
  const asks = interactionType === 'userPrompt'
  return {
    id: String(Math.round(at)),
    sessionId: `19:analyst-${app}@thread.v2`,
    requestId,
    appClass: `IPM.SkypeTeams.Message.Copilot.${app}`,
    interactionType,
    conversationType: 'appchat',
    etag: String(Math.round(at)),
    createdDateTime: new Date(Math.round(at)).toISOString(),
    locale: 'en-ie',
    from: { device: null, user: asks ? user : null, application: asks ? null : application },
    body: { contentType: 'text', content },
    attachments: [],
    links: [],
    contexts: [],
    mentions: [],
  }
}

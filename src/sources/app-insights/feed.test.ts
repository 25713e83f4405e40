import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeCast } from '../../tenant/history/cast.ts'
import { TELEMETRY_APP, telemetryOf } from '../../tenant/emulator/app-insights/telemetry.ts'
import { answerTelemetry } from '../../tenant/emulator/app-insights/telemetry-query.ts'
import { MemoryDesk, memoryClient, runFeed, type Answered } from '../memory-desk.suite.ts'
import { appInsights } from './feed.ts'

const NOON = '2026-03-04T12:00:00Z'
const cast = makeCast(1, '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14')

/** The emulated service, at the desk's time, with a history that begins a day before. */
function emulated(desk: MemoryDesk) {
  const begin = Date.parse(NOON) - 86_400_000
  return memoryClient(({ json }) => {
    const query = typeof json === 'object' && json !== null ? Object.values(json)[0] : ''
    return answerTelemetry(
      {
        now: () => desk.now(),
        telemetry: (from, to) =>
          telemetryOf(1, cast, Math.max(begin, from), Math.min(to, desk.nowMs)),
      },
      TELEMETRY_APP,
      String(query),
      null,
    )
  })
}

const idsIn = (desk: MemoryDesk): string[] =>
  desk.taken.flatMap(({ text }) => text.match(/[0-9a-f]{8}-[0-9a-f-]{27}",1\]/g) ?? [])

test('every event that the service took in is read, whenever it happened', async () => {
  const desk = new MemoryDesk(NOON)
  const { client } = emulated(desk)
  const feed = appInsights({ client, apps: [TELEMETRY_APP] })
  await runFeed(feed, desk)
  for (let hour = 1; hour <= 3; hour += 1) {
    desk.nowMs += 3_600_000
    // oxlint-disable-next-line no-await-in-loop -- hour by hour
    await runFeed(feed, desk)
  }
  const from = Date.parse(NOON) - 86_400_000
  const all = [...telemetryOf(1, cast, from, desk.nowMs)].filter(
    ({ availableMs }) => availableMs < desk.nowMs - 120_000,
  )
  expect(all.length).toBeGreaterThan(400)
  expect(new Set(idsIn(desk)).size).toBe(all.length)
  expect(desk.taken[0]).toMatchObject({
    shape: 'telemetry-tables',
    context: { format: 'telemetry' },
  })
})

const rows = (count: number): Answered => ({
  body: {
    tables: [
      {
        name: 'PrimaryResult',
        columns: [{ name: 'name', type: 'string' }],
        rows: Array.from({ length: count }, () => ['x']),
      },
    ],
  },
})

test('an answer that holds more rows than asked for, or says that it is partial, is read in halves', async () => {
  const desk = new MemoryDesk(NOON)
  desk.saveState('read app', desk.nowMs - 3_600_000)
  let asks = 0
  const { client, asked } = memoryClient(() => {
    asks += 1
    if (asks === 1) return rows(5_001)
    if (asks === 2) return { body: { tables: [], error: { code: 'PartialError' } } }
    return rows(2)
  })
  const ended = await runFeed(appInsights({ client, apps: ['app'] }), desk)
  expect([...ended.values()]).toEqual(Array(5).fill('done'))
  // The first, its halves, and the halves of one of them; what is whole is kept.
  expect(asked).toHaveLength(5)
  expect(desk.taken).toHaveLength(3)
})

test('an application that is not there, and one that may not be read, are told apart with their fix', async () => {
  const desk = new MemoryDesk(NOON)
  const { client } = memoryClient(({ path }) =>
    path.includes('gone')
      ? { status: 404, body: { error: { code: 'AppNotFoundError', message: 'not found' } } }
      : { status: 403, body: { error: { code: 'InsufficientAccessError', message: 'no' } } },
  )
  const feed = appInsights({ client, apps: ['gone', 'closed'] })
  const found = await feed.check(desk, new AbortController().signal)
  expect(found.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'APPLICATION_UNKNOWN gone',
    'PERMISSION_MISSING closed',
  ])
})

test('Microsoft’s own empty answer is an answer', async (context) => {
  const sample = '../shared/samples/copilot-studio-app-insights/query-response-empty.json'
  if (!existsSync(sample)) context.skip(`there is no ${sample}`)
  const desk = new MemoryDesk(NOON)
  desk.saveState('read app', desk.nowMs - 600_000)
  const { client } = memoryClient(() => ({ body: readFileSync(sample, 'utf8') }))
  const ended = await runFeed(appInsights({ client, apps: ['app'] }), desk)
  expect([...ended.values()]).toEqual(['done'])
})

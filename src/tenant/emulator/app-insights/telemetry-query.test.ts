import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { makeCast } from '../../history/cast.ts'
import { field } from '../graph/wire.ts'
import type { TenantView } from '../graph/tenant-view.ts'
import { TELEMETRY_APP, telemetryOf } from './telemetry.ts'
import { answerTelemetry } from './telemetry-query.ts'

const NOW = Date.parse('2026-03-04T12:00:00Z')
const cast = makeCast(1, '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14')
const view: Pick<TenantView, 'now' | 'telemetry'> = {
  now: () => new Date(NOW),
  telemetry: (from, to) => telemetryOf(1, cast, Math.max(from, NOW - 86_400_000), to),
}

function ask(query: string, timespan: string | null = null) {
  const answer = answerTelemetry(view, TELEMETRY_APP, query, timespan)
  const json: unknown = JSON.parse(answer.body)
  const tables = field(json, 'tables')
  const table: unknown = Array.isArray(tables) ? tables[0] : null
  const rows = field(table, 'rows')
  return { ...answer, json, table, list: Array.isArray(rows) ? rows.map(String) : [], all: rows }
}

test('events come as a table, in order, with dimensions as an object or as text', () => {
  const { all, list } = ask(
    'customEvents | order by timestamp asc | project timestamp, name, customDimensions',
  )
  expect(list.length).toBeGreaterThan(300)
  expect(list).toEqual(list.toSorted((a, b) => (a.slice(0, 24) < b.slice(0, 24) ? -1 : 1)))
  const kinds = new Set(
    Array.isArray(all)
      ? all.map((row: unknown) => typeof (Array.isArray(row) ? row[2] : null))
      : [],
  )
  expect(kinds).toEqual(new Set(['object', 'string']))
})

test('the same events come again, and both the query and the timespan bound them', () => {
  const hour =
    "customEvents | where timestamp >= datetime('2026-03-04T06:00:00Z') and timestamp < datetime(2026-03-04T07:00:00Z)"
  expect(ask(hour).body).toBe(ask(hour).body)
  const count = ask(hour).list.length
  expect(count).toBeGreaterThanOrEqual(20)
  expect(ask('customEvents', '2026-03-04T06:00:00Z/PT1H').list).toHaveLength(count)
  expect(ask(hour, 'PT1H').list).toHaveLength(0)
  expect(ask(`${hour} | where name in ('BotMessageSend') | take 3`).list).toHaveLength(3)
  expect(ask(`${hour} | count`).all).toEqual([[count]])
})

test('agents log every kind of event, with or without what was said and by whom', () => {
  const rows: unknown = ask('customEvents | project name, customDimensions').all
  const events = (Array.isArray(rows) ? rows : []).map(
    ([name, dimensions]: [string, string | object]) => {
      const fields: unknown = typeof dimensions === 'string' ? JSON.parse(dimensions) : dimensions
      return { name, dimensions: fields }
    },
  )
  const names = new Set(events.map(({ name }) => name))
  for (const name of [
    'BotMessageReceived',
    'BotMessageSend',
    'BotMessageUpdate',
    'BotMessageDelete',
    'TopicStart',
    'TopicEnd',
    'TopicAction',
    'Action',
    'GenerativeAnswers',
    'AgentStarted',
    'AgentCompleted',
  ])
    expect(names).toContain(name)
  const messages = events.filter(({ name }) => name === 'BotMessageReceived')
  const types = new Set(messages.map(({ dimensions }) => field(dimensions, 'type')))
  expect(types).toEqual(new Set(['message', 'installationUpdate']))
  const said = messages.filter(({ dimensions }) => field(dimensions, 'type') === 'message')
  const silent = said.filter(({ dimensions }) => field(dimensions, 'text') === undefined)
  expect(silent.length).toBeGreaterThan(0)
  expect(silent.length).toBeLessThan(said.length / 2)
  expect(silent.filter(({ dimensions }) => field(dimensions, 'fromId') !== undefined)).toEqual([])
})

test('what was logged a moment ago is not there yet', () => {
  const last =
    ask('customEvents | order by timestamp desc | take 1 | project timestamp').list[0] ?? ''
  expect(Date.parse(last)).toBeLessThan(NOW - 60_000)
})

test('what is no query of this service is refused, and a table without events is empty', () => {
  expect(ask('customEvents | evaluate autocluster()')).toMatchObject({
    status: 400,
    json: { error: { innererror: { code: 'SyntaxError' } } },
  })
  expect(ask('users').status).toBe(400)
  expect(ask('customEvents | project shoeSize').status).toBe(400)
  expect(ask('customEvents', 'yesterday').status).toBe(400)
  expect(ask('traces').all).toEqual([])
})

test('an answer has the shape of the example', (context) => {
  const sample = '../shared/samples/copilot-studio-app-insights/query-response-empty.json'
  if (!existsSync(sample)) context.skip(`there is no ${sample}`)
  const example: unknown = JSON.parse(readFileSync(sample, 'utf8'))
  expect(ask('traces | project timestamp').json).toMatchObject(Object(example))
})

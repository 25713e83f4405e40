import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { creditsOf, isDeepReasoning, type CreditRuleSet } from '../interactions/credits.ts'
import type { Item } from '../interactions/item.ts'
import { openEngine } from '../query/engine.ts'
import { openIndex, type IndexStore } from '../query/index-store.ts'
import { ALL } from '../query/kql/ast.ts'
import { matches } from '../query/kql/matches.ts'
import { parse } from '../query/kql/parser.ts'
import { encodeItems } from '../query/rows.ts'
import { count } from '../query/search.ts'
import { anItem, anyItem, aMessage } from '../query/testdata/items.ts'
import { COMPLETE, type Figure, type Row, type Table } from './figure.ts'
import { personOf } from './person.ts'
import type { ReportScope } from './report.ts'
import { tablesOf } from './reports.ts'
import { EXCHANGES } from './usage.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-reports-'))
const AGENT = { name: null, appIdentity: null, platform: null } as const
const agents = [
  null,
  null,
  {
    ...AGENT,
    id: 'T_1.Plan',
    key: 't_1.plan',
    name: 'Café Planner',
    kind: 'declarative',
    origin: 'customer',
  },
  { ...AGENT, id: 'X.9', key: '9', name: 'Desk', kind: 'custom-engine', origin: 'customer' },
  { ...AGENT, id: null, key: null, name: 'Desk', kind: 'unknown', origin: 'unknown' },
  { ...AGENT, id: 'M.1', key: 'm.1', name: null, kind: 'unknown', origin: 'microsoft' },
] as const
const sampled = fc.sample(
  fc.record({
    item: anyItem,
    agent: fc.constantFrom(...agents),
    kind: fc.constantFrom('interaction', 'interaction', 'interaction', 'agent-admin', 'own-access'),
    grounded: fc.constantFrom(true, false, null),
    model: fc.constantFrom('DEEP_LEO', 'gpt-5', null),
    finding: fc.constantFrom('AUTOMATIC_ANSWER', 'TEST_TRAFFIC', 'RUNTIME_TWIN', null, null, null),
  }),
  { numRuns: 120, seed: 11 },
)
const items: Item[] = sampled.map(({ item, agent, kind, grounded, model, finding }, at) => {
  const models = model === null ? [] : [{ provider: null, name: model, version: null }]
  const whole: Item = {
    ...item,
    kind,
    agent,
    models,
    tenantGrounded: grounded,
    findings: finding === null ? [] : [{ code: finding, message: '', sequences: [at] }],
    id: (at + 1).toString(16).padStart(32, '0'),
    sequences: [at],
  }
  return { ...whole, credits: creditsOf(priced(whole), 'v1.2') }
})

function priced(item: Item): Parameters<typeof creditsOf>[0] {
  return {
    kind: item.kind,
    audited: item.recordTypes.length > 0 || item.recordTypeNumbers.length > 0,
    agent: item.agent,
    messages: item.messages.length,
    answers: item.messages.filter(({ role }) => role === 'answer').length,
    tenantGrounded: item.tenantGrounded,
    deepReasoning: item.models.some(({ name }) => isDeepReasoning(name)),
  }
}

let index: IndexStore

beforeAll(async () => {
  index = await openIndex(await openEngine({ path: folder }))
  const batch = index.nextBatch()
  const rest = { records: [], links: [], superseded: [] }
  await index.write({
    batch,
    tenant: 't',
    watermark: 1,
    items: [encodeItems(items, batch)],
    ...rest,
  })
})

afterAll(async () => {
  await index.close()
  rmSync(folder, { recursive: true, force: true })
})

const scope = (changes: Partial<ReportScope> = {}): ReportScope => ({
  index,
  query: ALL,
  asked: ALL,
  people: false,
  lack: COMPLETE,
  period: null,
  top: 50,
  rules: 'v1.2',
  ...changes,
})

const rowsOf = ({ rows, none, total }: Table): Row[] => [rows, none ?? [], total ?? []].flat()

const figuresOf = (
  tables: readonly Table[],
): { readonly where: string; readonly figure: Figure }[] =>
  tables.flatMap((table) =>
    rowsOf(table).flatMap((row) =>
      Object.entries(row.figures).map(([key, figure]) => ({
        where: `${table.name}/${row.label}/${key}`,
        figure,
      })),
    ),
  )

// Dozens of statements each: patient with a machine that has other work.
describe('every figure', () => {
  test.each([
    ['*', 'all', 'v1.2'],
    ['*', 'credits', 'brief-004'],
    ['user:avery@contoso.com', 'all', 'v1.2'],
    ['merger', 'usage', 'v1.2'],
  ] as const)('has a query that lists exactly its items: %s, %s, %s', async (text, name, rules) => {
    const figures = figuresOf(await tablesOf(name, scope({ query: parse(text), rules })))
    const quoted = figures.filter(({ figure }) => figure.kql !== null)
    const listed = quoted.map(({ where, figure }) => {
      const query = parse(figure.kql ?? '')
      return `${where}: ${items.filter((item) => matches(query, item)).length}`
    })
    expect(listed).toEqual(quoted.map(({ where, figure }) => `${where}: ${figure.items}`))
    expect(quoted.length / figures.length).toBeGreaterThan(0.85)
    expect(figures.length).toBeGreaterThan(20)
  })

  test('of interactions is what a search counts as interactions', async () => {
    for (const { where, figure } of figuresOf(await tablesOf('usage', scope()))) {
      if (!where.endsWith('/interactions') || figure.kql === null) continue
      const found = await count(index, parse(figure.kql), 'interaction')
      expect(`${where} ${figure.value ?? 0}`).toBe(`${where} ${found}`)
    }
  })

  test('of prompts, automatic ones and answers is the sum over the items that its query lists', async () => {
    const figures = figuresOf(await tablesOf('usage', scope())).filter(({ where }) =>
      /\/(?:prompts|automatic|answers)$/.test(where),
    )
    expect(figures.length).toBeGreaterThan(8)
    for (const { where, figure } of figures) {
      if (figure.kql === null || figure.state === 'unknown') continue
      const query = parse(figure.kql)
      const roles = where.endsWith('prompts') ? ['prompt'] : ['answer']
      const counted = (item: Item): number =>
        item.messages.filter(
          ({ role }) =>
            (where.endsWith('automatic') && item.automatic === true) || roles.includes(role ?? ''),
        ).length
      const sum = items
        .filter((item) => matches(query, item))
        .reduce((all, item) => all + counted(item), 0)
      expect(`${where} ${figure.value}`).toBe(`${where} ${sum}`)
    }
  })

  test('is partial while the index lags behind the archive', async () => {
    const lack = {
      state: 'partial',
      missing: '7 archived records are not in the index yet',
    } as const
    const figures = figuresOf(await tablesOf('all', scope({ lack })))
    expect(figures.filter(({ figure }) => figure.state === 'complete')).toEqual([])
    expect(
      figures.every(({ figure }) => figure.missing?.includes('7 archived records') === true),
    ).toBe(true)
  })
})

describe('the credits of a report', () => {
  test.each<CreditRuleSet>(['v1.2', 'brief-004'])(
    'are those of each exchange, by %s',
    async (rules) => {
      const [table, byAgent] = await tablesOf('credits', scope({ rules }))
      const estimates = items
        .filter((item) => matches(EXCHANGES, item))
        .map((item) => creditsOf(priced(item), rules))
      const sum = (category?: string): number =>
        estimates.reduce(
          (all, estimate) =>
            all +
            (category === undefined
              ? (estimate?.total ?? 0)
              : (estimate?.breakdown[category] ?? 0)),
          0,
        )
      const credits = (table?.rows ?? []).map(({ figures }) => figures['credits']?.value)
      expect(sum()).toBeGreaterThan(20)
      expect(table?.total?.figures['credits']?.value).toBe(sum())
      expect(credits.slice(0, 3)).toEqual([
        sum('generativeAnswer'),
        sum('tenantGrounding'),
        sum('agentAction'),
      ])
      expect(
        byAgent?.rows.reduce((all, { figures }) => all + (figures['credits']?.value ?? 0), 0),
      ).toBe(sum())
    },
  )

  test('are unknown, not zero, where nobody can judge', async () => {
    const [table] = await tablesOf('credits', scope())
    const row = table?.rows.find(({ label }) => label === 'Cannot be judged')
    expect(row?.figures['credits']).toMatchObject({ value: null, state: 'unknown' })
    expect(row?.figures['exchanges']?.value).toBeGreaterThan(0)
  })
})

const value = (row: Row | null | undefined, key: string): number => row?.figures[key]?.value ?? 0

describe('parts and wholes', () => {
  test('the surfaces add up to all exchanges, the classes to a row', async () => {
    const [surfaces] = await tablesOf('usage', scope())
    const sum = (key: string): number =>
      (surfaces?.rows ?? []).reduce((all, row) => all + value(row, key), 0)
    for (const key of ['interactions', 'prompts', 'automatic', 'answers'])
      expect(`${key} ${sum(key)}`).toBe(`${key} ${value(surfaces?.total, key)}`)
    const exchanges = items.filter((item) => matches(EXCHANGES, item))
    expect(value(surfaces?.total, 'interactions')).toBe(
      exchanges.reduce((all, { messages }) => all + messages.length, 0),
    )
  })

  test('the history’s own readers and the changes of agents are no use, and are told', async () => {
    const [, , leftOut] = await tablesOf('usage', scope())
    const told = new Map(
      leftOut?.rows.map(({ label, figures }) => [label, figures['items']?.value]),
    )
    expect(told.get('Reading the history (collectors, exports)')).toBe(
      items.filter(({ kind }) => kind === 'own-access').length,
    )
    expect(told.get('Changes of agents')).toBe(
      items.filter(({ kind }) => kind === 'agent-admin').length,
    )
  })
})

test('an exchange without any text leaves open whether it was automatic', async () => {
  const query = parse('automatic:unknown')
  const [surfaces] = await tablesOf('usage', scope({ query }))
  expect(surfaces?.total?.figures['automatic']).toMatchObject({ value: null, state: 'unknown' })
  expect(surfaces?.total?.figures['prompts']).toMatchObject({ state: 'partial' })
  expect(surfaces?.total?.figures['interactions']).toMatchObject({ state: 'complete' })
})

test('a person is found under the address and the object id that one record ties together', async () => {
  const byName = await personOf(index, 'avery@contoso.com')
  const byId = await personOf(index, '7C1D7F6E-4A0F-4B52-9A3B-2D3D4F5A6B70')
  expect(byName.label).toBe('avery@contoso.com')
  expect(byId).toEqual(byName)
  await expect(personOf(index, 'avery')).rejects.toMatchObject({ code: 'QUERY_AMBIGUOUS_USER' })
  expect(
    matches(
      byName.query,
      anItem({
        custodians: [{ upn: null, objectId: '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70', name: null }],
        messages: [aMessage()],
      }),
    ),
  ).toBe(true)
})

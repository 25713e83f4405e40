import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openApp, type App } from '../../app.ts'
import { CodedError } from '../../platform/errors.ts'
import type { Feed, FetchDesk, Outcome, Unit } from '../../sources/feed.ts'

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'daybook-collect-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const record = (id: number, extra: object = {}): object => ({
  Id: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
  RecordType: 261,
  CreationTime: '2026-03-02T10:00:00',
  Operation: 'CopilotInteraction',
  Workload: 'Copilot',
  OrganizationId: TENANT,
  UserId: 'avery.howard@contoso.com',
  UserKey: 'avery.howard@contoso.com',
  UserType: 0,
  Version: 1,
  CopilotEventData: { AppHost: 'Word', ThreadId: `thread-${id}`, Messages: [], ...extra },
})

interface Blob {
  readonly key: string
  readonly records: readonly object[]
  /** Thrown, or answered, once before the body is served. */
  failures?: (() => Outcome)[]
  readonly expiresAt?: string
}

/** A feed that serves blobs from memory and keeps an order of service. */
function memoryFeed(blobs: readonly Blob[], name: Feed['name'] = 'management-activity') {
  const fetched: string[] = []
  const feed: Feed = {
    name,
    permissions: [],
    everyMs: null,
    concurrency: 1,
    async plan(desk) {
      const units = blobs.map(({ key, expiresAt = '2026-03-09T10:00:00Z' }) => ({
        key,
        scope: 'Audit.General',
        span: { from: '2026-03-02T10:00:00Z', to: '2026-03-02T11:00:00Z' },
        availableAt: '2026-03-02T10:30:00Z',
        expiresAt,
        body: null,
      }))
      desk.announce({
        scope: 'Audit.General',
        span: { from: '2026-03-02T10:00:00Z', to: '2026-03-02T11:00:00Z' },
        pages: 1,
        complete: true,
        units,
      })
    },
    async fetch(unit: Unit, desk: FetchDesk) {
      const blob = blobs.find(({ key }) => key === unit.key)
      const failure = blob?.failures?.shift()
      if (failure !== undefined) return failure()
      fetched.push(unit.key)
      await desk.take({
        name: unit.key,
        shape: 'management-blob',
        context: { format: 'audit' },
        bytes: pieces(JSON.stringify(blob?.records ?? [])),
      })
      return { state: 'done' }
    },
    check: async () => [],
  }
  return { feed, fetched }
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700)
}

async function open(
  feeds: readonly Feed[],
  index: boolean | 'if-possible' = false,
  environment: NodeJS.ProcessEnv = {},
): Promise<App> {
  return openApp({
    dataDir: join(folder, 'records'),
    purpose: 'collect',
    index,
    signal: new AbortController().signal,
    environment,
    collect: {
      settings: { everyMs: 600_000, lookBackMs: 6 * 86_400_000 },
      sources: async () => [{ tenantId: TENANT, feeds, usage: () => [] }],
    },
  })
}

const ask = async (app: App, path: string, body?: object): Promise<Record<string, unknown>> => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const answer = await app.fetch(
    new Request(
      `http://daybook.local${path}`,
      body === undefined ? {} : { ...post, body: JSON.stringify(body) },
    ),
  )
  const lines = (await answer.text()).trimEnd().split('\n')
  return JSON.parse(lines.at(-1) ?? 'null')
}

interface Collected {
  readonly tenants: readonly {
    readonly feeds: readonly {
      readonly done: number
      readonly lost: number
      readonly pending: number
      readonly error: string | null
    }[]
    readonly notices: readonly { readonly code: string }[]
  }[]
}
const collected = async (app: App): Promise<Collected['tenants'][number]> => {
  const text = JSON.stringify(await ask(app, '/api/v1/collect', { once: true }))
  const { tenants }: Collected = JSON.parse(text)
  const [tenant] = tenants
  if (tenant === undefined) throw new Error('no tenant was collected from')
  return tenant
}
const archived = async (app: App): Promise<number> => {
  const status: { tenants?: { records: number; indexed: number }[] } = await ask(
    app,
    '/api/v1/status',
  )
  const [tenant] = status.tenants ?? []
  return tenant === undefined ? 0 : tenant.records
}

test('what a feed announces is fetched, recorded once and searchable at the end, however often it is listed', async () => {
  const { feed, fetched } = memoryFeed([
    { key: 'a', records: [record(1), record(2)] },
    {
      key: 'b',
      records: [
        record(2),
        record(3),
        {
          ...record(4),
          RecordType: 6,
          Workload: 'SharePoint',
          Operation: 'FileAccessed',
          CopilotEventData: undefined,
        },
      ],
    },
  ])
  const app = await open([feed], true)
  try {
    const first = await collected(app)
    const second = await collected(app)

    expect([first.feeds[0]?.done, second.feeds[0]?.done, fetched]).toEqual([2, 2, ['a', 'b']])
    expect(await archived(app)).toBe(3)
  } finally {
    await app.close()
  }
  const again = await open([feed], true)
  try {
    expect(await ask(again, '/api/v1/status')).toMatchObject({
      tenants: [{ records: 3, indexed: 3 }],
    })
  } finally {
    await again.close()
  }
})

test('what expires first is fetched first, whichever feed it comes from', async () => {
  const one = memoryFeed([
    { key: 'late', records: [record(1)], expiresAt: '2026-03-09T10:00:00Z' },
    { key: 'soon', records: [record(2)], expiresAt: '2026-03-03T10:00:00Z' },
  ])
  const app = await open([one.feed])
  try {
    await collected(app)
    expect(one.fetched).toEqual(['soon', 'late'])
  } finally {
    await app.close()
  }
})

test('a feed that fails as a whole is noticed and does not stop another', async () => {
  const broken = memoryFeed([], 'directory')
  const refused: Feed = {
    ...broken.feed,
    plan: () =>
      Promise.reject(
        new CodedError('TOKEN_REFUSED', 'The client secret has expired: make a new one'),
      ),
  }
  const { feed } = memoryFeed([{ key: 'a', records: [record(1)] }])
  const app = await open([refused, feed])
  try {
    const { feeds, notices } = await collected(app)
    expect(feeds.map(({ done, error }) => [done, error])).toEqual([
      [0, 'TOKEN_REFUSED'],
      [1, null],
    ])
    expect(notices.map(({ code }) => code)).toEqual(['TOKEN_REFUSED'])
  } finally {
    await app.close()
  }
})

test('a unit that can never be fetched is lost by name, and the others are not', async () => {
  const { feed } = memoryFeed([
    { key: 'gone', records: [], failures: [() => ({ state: 'lost', code: 'CONTENT_EXPIRED' })] },
    { key: 'there', records: [record(1)] },
  ])
  const app = await open([feed])
  try {
    const { feeds } = await collected(app)
    expect(feeds[0]).toMatchObject({ done: 1, lost: 1, pending: 0 })
  } finally {
    await app.close()
  }
})

test('an index that cannot be opened stops nothing, is noticed, and catches up later', async () => {
  const { feed } = memoryFeed([{ key: 'a', records: [record(1), record(2)] }])
  const app = await open([feed], 'if-possible', { DAYBOOK_CLICKHOUSE_URL: 'http://127.0.0.1:9' })
  try {
    const { feeds, notices } = await collected(app)
    expect([feeds[0]?.done, await archived(app)]).toEqual([1, 2])
    expect(notices.map(({ code }) => code)).toContain('INDEX_BEHIND')
  } finally {
    await app.close()
  }
  const again = await open([feed], true)
  try {
    expect(await ask(again, '/api/v1/status')).toMatchObject({ tenants: [{ indexed: 2 }] })
  } finally {
    await again.close()
  }
})

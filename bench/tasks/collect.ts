import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { openApp, type App } from '../../src/app.ts'
import type { CollectAnswer } from '../../src/api/answers.ts'
import { tenantSources } from '../../src/pipeline/collect/feeds.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { parseConfiguration } from '../../src/platform/config/configuration.ts'

export interface CollectInput {
  readonly dataDir: string
  readonly url: string
  readonly tenantId: string
  readonly clientId: string
  readonly secret: string
  /** For so long, after what there was, what comes new is waited for; 0: not at all. */
  readonly liveMs: number
}

export interface CollectFigures {
  readonly units: number
  readonly records: number
  readonly added: number
  readonly lost: number
  /** From the request until everything that there was is recorded and searchable. */
  readonly seconds: number
  /** Of this process: its threads and the engine together. */
  readonly cpuSeconds: number
  readonly indexed: boolean
  readonly idleBytes: number
  /** From contentCreated to searchable, of what came while it was collecting, in seconds. */
  readonly latencies: readonly number[]
}

/** How often is looked for what is new, in the live part: a tenth of what is usual, to measure in reasonable time. */
const EVERY_MS = 10_000

/** Collects everything that an emulated tenant has, through the application's own interface, as the command line does it. */
export async function collectTenant(input: CollectInput): Promise<CollectFigures> {
  const environment = { BENCH_SECRET: input.secret }
  const configuration = parseConfiguration(configurationOf(input), 'bench')
  const stop = new AbortController()
  const app = await openApp({
    dataDir: input.dataDir,
    purpose: 'benchmark',
    index: true,
    signal: stop.signal,
    environment,
    collect: {
      settings: { everyMs: EVERY_MS, lookBackMs: 6 * 86_400_000 },
      sources: () => tenantSources(configuration, environment, systemClock),
    },
  })
  await sleep(500)
  const idleBytes = process.memoryUsage.rss()
  const cpu = process.cpuUsage()
  const started = performance.now()
  await collect(app, true)
  await searchable(app)
  const seconds = (performance.now() - started) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const sums = await sumsOf(app)
  const latencies = input.liveMs === 0 ? [] : await live(app, stop, input)
  const indexed = await searchable(app)
  await app.close()
  return { ...sums, seconds, cpuSeconds: (user + system) / 1e6, indexed, idleBytes, latencies }
}

async function collect(app: App, once: boolean): Promise<void> {
  const answer = await app.fetch(
    new Request('http://daybook.local/api/v1/collect', {
      method: 'POST',
      body: JSON.stringify({ once }),
    }),
  )
  await answer.text()
}

async function sumsOf(
  app: App,
): Promise<Pick<CollectFigures, 'units' | 'records' | 'added' | 'lost'>> {
  const { tenants } = await get<CollectAnswer>(app, '/api/v1/collect')
  const feeds = tenants.flatMap((tenant) => tenant.feeds)
  const sum = (name: 'done' | 'lost' | 'records' | 'added') =>
    feeds.reduce((total, feed) => total + feed[name], 0)
  return { units: sum('done'), records: sum('records'), added: sum('added'), lost: sum('lost') }
}

async function isSearchable(app: App): Promise<boolean> {
  const { tenants } = await get<{ tenants: { records: number; indexed: number }[] }>(
    app,
    '/api/v1/status',
  )
  return tenants.every(({ records, indexed }) => records === indexed)
}

async function searchable(app: App): Promise<boolean> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isSearchable(app)) return true
    await sleep(100)
  }
  return false
}

/** Goes on collecting, and notes when what was created meanwhile can be searched. */
async function live(app: App, stop: AbortController, input: CollectInput): Promise<number[]> {
  const { liveMs } = input
  const since = Date.now()
  const running = collect(app, false)
  const latencies: number[] = []
  const seen = new Set<string>()
  while (Date.now() - since < liveMs) {
    await sleep(200)
    const fresh = blobsSince(input.dataDir, since).filter(({ key }) => !seen.has(key))
    if (fresh.length === 0 || !(await isSearchable(app))) continue
    for (const { key, at } of fresh) {
      seen.add(key)
      latencies.push((Date.now() - Date.parse(at)) / 1_000)
    }
  }
  stop.abort(new Error('measured'))
  await running
  return latencies
}

/** What was created and fetched since then, as the catalog tells: read beside the process's own connection. */
function blobsSince(dataDir: string, since: number): { key: string; at: string }[] {
  const database = new DatabaseSync(join(dataDir, 'catalog.db'), { readOnly: true })
  try {
    return database
      .prepare(
        "SELECT key, available_at FROM collect_units WHERE state = 'done' AND available_at >= ?",
      )
      .all(new Date(since).toISOString())
      .map((row) => ({ key: String(row['key']), at: String(row['available_at']) }))
  } finally {
    database.close()
  }
}

async function get<Answer>(app: App, path: string): Promise<Answer> {
  const answer = await app.fetch(new Request(`http://daybook.local${path}`))
  const value: Answer = JSON.parse(await answer.text())
  return value
}

function configurationOf({ url, tenantId, clientId }: CollectInput): string {
  return `
tenants:
  - id: ${tenantId}
    emulator: ${url}
    requests-per-minute: 100000
    client: { id: ${clientId}, secret: { env: BENCH_SECRET } }
    feeds: { management-activity: {} }
`
}

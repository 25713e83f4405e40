import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { CollectAnswer, InventoryLine } from '../../src/api/answers.ts'
import { openApp } from '../../src/app.ts'
import {
  compareLedger,
  compareWithArchive,
  type Comparison,
  type Counted,
  type OfferedLine,
} from '../../src/cli/rehearsal/compare.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/daybook.js')

/** Of those that are collected here, the ones with a ledger. */
const FEEDS = ['management-activity', 'graph-interactions']

/** How often everybody is asked, and some. */
const SWEEP_MS = 65 * 60_000

export interface KillPlan {
  readonly seed: number
  readonly kills: number
  /** A run lives between these, in milliseconds, before it is killed. */
  readonly lives: readonly [shortest: number, longest: number]
  readonly faults: string
  readonly rate: number
  readonly recordsPerDay: number
  readonly backlogDays: number
  /** How long the last run, which ends by itself, may take. */
  readonly lastMs: number
}

export interface Killed extends Comparison {
  readonly kills: number
  /** How the last run ended. */
  readonly code: number
  readonly faults: Readonly<Record<string, number>>
  /** The collector's own account against the archive. */
  readonly ledger: Counted
}

interface Tenant {
  readonly url: string
  readonly tenantId: string
  readonly clientId: string
  readonly secret: string
}

/** Collects from an emulated tenant, killed again and again, and holds what the tenant offered against the archive. */
export async function collectKilled(plan: KillPlan): Promise<Killed> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-kill-'))
  const options = {
    seed: plan.seed,
    rate: plan.rate,
    faults: plan.faults,
    'records-per-day': plan.recordsPerDay,
    'backlog-days': plan.backlogDays,
    people: 80,
  }
  const emulator = daybook(
    [
      'tenant',
      '--json',
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    {},
  )
  try {
    const tenant = await firstLine(emulator)
    const dataDir = join(folder, 'records')
    const config = join(folder, 'daybook.yaml')
    writeFileSync(config, configurationOf(tenant))
    const collect = (...more: string[]) =>
      daybook(['collect', '--config', config, '--data-dir', dataDir, ...more], {
        DAYBOOK_CLIENT_SECRET: tenant.secret,
      })
    // Lives are drawn from the seed: the same plan kills at the same moments, as far as a machine can.
    let drawn = plan.seed * 2_654_435_761
    for (let kill = 0; kill < plan.kills; kill += 1) {
      drawn = (drawn * 1_664_525 + 1_013_904_223) % 2 ** 32
      const [shortest, longest] = plan.lives
      const run = collect()
      const ended = once(run, 'exit')
      await new Promise((resolve) => {
        setTimeout(resolve, shortest + (drawn / 2 ** 32) * (longest - shortest))
      })
      run.kill('SIGKILL')
      await ended
    }
    const { now }: { now: string } = await json(`${tenant.url}/emulator/ledger`)
    const last = collect('--once')
    const tooLong = setTimeout(() => last.kill('SIGTERM'), plan.lastMs)
    const [code] = await once(last, 'exit')
    clearTimeout(tooLong)
    const { faults }: { faults: Record<string, number> } = await json(
      `${tenant.url}/emulator/ledger`,
    )
    const books = await lines<OfferedLine>(await fetch(`${tenant.url}/emulator/ledger/records`))
    const offered = books.filter(({ feed }) => FEEDS.includes(feed))
    const { archive, ledger } = await inventory(dataDir, tenant.tenantId)
    const nothing = { losses: [], people: [] }
    // What came while the last run was at it may be archived already, and need not be.
    // A text of somebody whom no audit record shows active yet waits for the next sweep of everybody.
    const swept = new Date(Date.parse(now) - SWEEP_MS).toISOString()
    const due = withoutReplaced(
      offered.filter(({ kind, availableAt }) =>
        kind === 'interaction' ? availableAt <= swept : availableAt <= now,
      ),
    )
    const { doubled, examples } = compareWithArchive(offered, archive, nothing)
    const comparison = compareWithArchive(due, archive, nothing)
    return {
      ...comparison,
      doubled,
      examples: { ...comparison.examples, doubled: examples.doubled },
      kills: plan.kills,
      code: Number(code),
      faults,
      ledger,
    }
  } finally {
    emulator.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A text that was changed where it lies can be had only until then: a collector that was dead meanwhile missed it rightly. */
function withoutReplaced(offered: readonly OfferedLine[]): OfferedLine[] {
  const newest = new Map<string, number>()
  for (const line of offered)
    newest.set(key(line), Math.max(line.version, newest.get(key(line)) ?? 0))
  return offered.filter(
    (line) => line.kind !== 'interaction' || line.version === newest.get(key(line)),
  )
}

function configurationOf({ url, tenantId, clientId }: Tenant): string {
  return `
tenants:
  - id: ${tenantId}
    emulator: ${url}
    client:
      id: ${clientId}
      secret: { env: DAYBOOK_CLIENT_SECRET }
    feeds:
      directory:
      management-activity:
      graph-interactions: { full-sweep: 1h }
`
}

function daybook(argv: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...argv], {
    stdio: ['ignore', 'pipe', process.env['DAYBOOK_DEBUG'] ? 'inherit' : 'ignore'],
    env: { ...process.env, ...environment },
  })
}

async function firstLine({ stdout }: ChildProcess): Promise<Tenant> {
  if (stdout === null) throw new Error('the tenant says nothing')
  const [line]: unknown[] = await once(createInterface(stdout), 'line')
  const tenant: Tenant = JSON.parse(String(line))
  return tenant
}

async function json<Answer>(url: string): Promise<Answer> {
  const answer: Answer = JSON.parse(await (await fetch(url)).text())
  return answer
}

async function lines<Line>(answer: Response): Promise<Line[]> {
  const text = await answer.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line))
}

async function inventory(
  dataDir: string,
  tenant: string,
): Promise<{ readonly archive: InventoryLine[]; readonly ledger: Counted }> {
  const signal = new AbortController().signal
  const app = await openApp({ dataDir, purpose: 'test', index: false, signal, environment: {} })
  try {
    const archive = await lines<InventoryLine>(
      await app.fetch(
        new Request('http://daybook.local/api/v1/records/inventory', {
          method: 'POST',
          body: JSON.stringify({ tenant }),
        }),
      ),
    )
    const answer = await app.fetch(new Request('http://daybook.local/api/v1/collect'))
    const { tenants }: CollectAnswer = JSON.parse(await answer.text())
    const ledger = compareLedger(
      tenants.flatMap(({ feeds }) => feeds),
      archive,
    )
    return { archive, ledger }
  } finally {
    await app.close()
  }
}

function key({ user, session, id }: OfferedLine): string {
  return `${user} ${session} ${id}`
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { CollectAnswer, CoverageAnswer, InventoryLine } from '../../api/answers.ts'
import type { Client } from '../command.ts'
import {
  compareLedger,
  compareWithArchive,
  type Comparison,
  type Counted,
  type OfferedLine,
} from './compare.ts'
import {
  startCollector,
  startTenantProcess,
  writeConfiguration,
  type TenantProcess,
} from './processes.ts'

export interface RehearsalOptions {
  readonly dataDir: string
  readonly seed: number
  /** How long is collected, in seconds of this machine; the drain at the end comes on top. */
  readonly seconds: number
  readonly recordsPerDay: number
  readonly people: number
  /** The collector is killed so often at least, at moments drawn from the seed, and started again; 0: it lives on. */
  readonly kills: number
  readonly faults: string
  /** How fast the tenant's clock runs; for a run of many minutes slower, or its content expires meanwhile. */
  readonly rate?: number
  readonly signal: AbortSignal
  readonly onStep?: (step: string) => void
  /** Opens the application on the data folder, when no collector runs on it. */
  readonly open: () => Promise<Client>
}

export interface Rehearsal extends Comparison {
  /** The collector's own account of what it recorded, against the archive. */
  readonly ledger: Counted
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>
  readonly kills: number
  readonly requests: number
  readonly seconds: number
  /** Tenant time that passed. */
  readonly tenantHours: number
}

const RATE = 800
/** While everything that was offered is fetched at the end: what is new meanwhile is little. */
const SLOW_RATE = 150
const START = '2026-03-06T08:00:00Z'
const HOUR_MS = 3_600_000
/** The collector lives this long between two kills, in milliseconds. */
const [SHORTEST_LIFE, LONGEST_LIFE] = [2_500, 7_000]
/** Runs of `collect --once` at the end: what was refused in one is fetched in the next. */
const MOST_DRAINS = 6

interface LedgerAnswer {
  readonly now: string
  readonly requests: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
}

/**
 * Rehearses collecting against an emulated tenant with everything that goes wrong, and holds what the tenant says it
 * offered against what is archived.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { dataDir, seed, faults, people, recordsPerDay, signal, onStep = () => undefined } = options
  const started = performance.now()
  onStep('tenant')
  const tenant = await startTenantProcess([
    `--seed=${seed}`,
    `--rate=${options.rate ?? RATE}`,
    `--start=${START}`,
    `--faults=${faults}`,
    `--people=${people}`,
    `--records-per-day=${recordsPerDay}`,
    // Of the first day everything is older than three: audit queries ask for it.
    '--backlog-days=4',
  ])
  try {
    await writeConfiguration(dataDir, tenant)
    onStep('collect')
    const kills = await collectAndKill(options, tenant)
    signal.throwIfAborted()
    // Later than anything that was on its way; what the tenant had offered by then must be here after the drain.
    const { now: until } = await ledgerOf(tenant)
    await drain(options, tenant)
    onStep('compare')
    const comparison = await compare(options, tenant, until)
    const { requests, faults: struck } = await ledgerOf(tenant)
    return {
      ...comparison,
      faults: struck,
      kills,
      requests: Object.values(requests).reduce((sum, count) => sum + count, 0),
      seconds: (performance.now() - started) / 1_000,
      tenantHours: (Date.parse(until) - Date.parse(START)) / HOUR_MS,
    }
  } finally {
    await tenant.stop()
  }
}

/** Lets the collector run, killed and started again if that is wanted. Answers how often it was killed. */
async function collectAndKill(
  { dataDir, seconds, kills, seed, signal }: RehearsalOptions,
  tenant: TenantProcess,
): Promise<number> {
  const usual = performance.now() + seconds * 1_000
  // On a busy machine things take longer: a fault that never struck shows nothing.
  const latest = usual + seconds * 2_000
  let end = usual
  let [killed, draw] = [0, seed]
  while ((killed < kills || performance.now() < end) && !signal.aborted) {
    const collector = startCollector(dataDir, tenant, [])
    // A number of its own for every life, the same for every run of the seed.
    draw = (Math.imul(draw, 1_103_515_245) + 12_345) & 0x7fffffff
    // Beyond the usual time it is left alone: some faults take a collector that has lived for a while.
    const isLeftAlone = kills === 0 || (killed >= kills && performance.now() >= usual)
    const life = isLeftAlone ? Infinity : SHORTEST_LIFE + (draw % (LONGEST_LIFE - SHORTEST_LIFE))
    const left = killed + 1 < kills ? Infinity : Math.max(500, end - performance.now())
    await Promise.race([sleep(Math.min(life, left)), collector.ended])
    collector.kill()
    await collector.ended
    killed += 1
    if (performance.now() >= end && end < latest && (await hasIdleFaults(tenant)))
      end = Math.min(latest, performance.now() + 2 * LONGEST_LIFE)
  }
  return killed
}

/** Whether a fault is on that has not struck yet. */
async function hasIdleFaults(tenant: TenantProcess): Promise<boolean> {
  const answer = await fetch(`${tenant.url}/emulator/faults`)
  // The emulated tenant is ours.
  const { on }: { on: readonly string[] } = JSON.parse(await answer.text())
  const { faults } = await ledgerOf(tenant)
  return on.some((name) => (faults[name] ?? 0) === 0)
}

/** Runs `collect --once` until nothing is left that was not fetched. */
async function drain(
  { dataDir, signal, onStep }: RehearsalOptions,
  tenant: TenantProcess,
): Promise<void> {
  // A full sweep of everybody is due then.
  const clock = await ledgerOf(tenant)
  const later = new Date(Date.parse(clock.now) + 3 * HOUR_MS).toISOString()
  await post(tenant, '/emulator/clock', { advanceTo: later, rate: SLOW_RATE })
  for (let run = 0; run < MOST_DRAINS && !signal.aborted; run += 1) {
    onStep?.(`drain ${run + 1}`)
    const code = await startCollector(dataDir, tenant, ['--once']).ended
    if (code === 0 && run > 0) return
  }
}

async function compare(
  { open }: RehearsalOptions,
  tenant: TenantProcess,
  until: string,
): Promise<Comparison & { readonly ledger: Counted }> {
  const app = await open()
  try {
    const inventory: InventoryLine[] = []
    const body = { tenant: tenant.tenantId }
    for await (const line of app.stream<InventoryLine>('/api/v1/records/inventory', body))
      inventory.push(line)
    const { statement } = await app.get<CoverageAnswer>('/api/v1/coverage', {
      from: day(Date.parse(START) - 8 * 24 * HOUR_MS),
      to: day(Date.parse(until) + 24 * HOUR_MS),
    })
    // What became available during the drain may be there; it is not asked for.
    const answer = await fetch(`${tenant.url}/emulator/ledger/records`)
    const offered = (await answer.text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line): OfferedLine => JSON.parse(line))
    const { tenants } = await app.get<CollectAnswer>('/api/v1/collect')
    const ledger = compareLedger(
      tenants.flatMap(({ feeds }) => feeds),
      inventory,
    )
    return { ...compareWithArchive(offered, inventory, statement, until), ledger }
  } finally {
    await app.close()
  }
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

async function ledgerOf(tenant: TenantProcess): Promise<LedgerAnswer> {
  const answer = await fetch(`${tenant.url}/emulator/ledger`)
  // The emulated tenant is ours.
  const ledger: LedgerAnswer = JSON.parse(await answer.text())
  return ledger
}

async function post(tenant: TenantProcess, path: string, body: object): Promise<void> {
  const answer = await fetch(`${tenant.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  await answer.body?.cancel()
}

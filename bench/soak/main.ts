// `npm run soak`: a collector that runs for hours beside an emulated tenant with every fault on. Its memory and its
// handles must stay flat, and what the tenant offered must be there at the end. Writes docs/reference/soak.md's figures.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import {
  startCollector,
  startTenantProcess,
  writeConfiguration,
} from '../../src/cli/rehearsal/processes.ts'
import { sampleProcess, type ProcessSample } from './sample.ts'
import { soakReport, type SoakSample } from './report.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '92' },
    rate: { type: 'string', default: '100' },
    'records-per-day': { type: 'string', default: '20000' },
    faults: { type: 'string', default: 'all' },
    output: { type: 'string' },
  },
})
const BIN = join(import.meta.dirname, '../../bin/daybook.js')
const EVERY_MS = 30_000
const minutes = Number(values.minutes)
const folder = mkdtempSync(join(tmpdir(), 'daybook-soak-'))
const dataDir = join(folder, 'records')
mkdirSync(dataDir, { mode: 0o700 })
const tenant = await startTenantProcess([
  '--seed=7',
  `--rate=${values.rate}`,
  '--start=2026-03-06T08:00:00Z',
  `--faults=${values.faults}`,
  '--people=200',
  `--records-per-day=${values['records-per-day']}`,
  '--backlog-days=2',
])
await writeConfiguration(dataDir, tenant)
const collector = startCollector(dataDir, tenant, [])
const started = performance.now()
const samples: SoakSample[] = []
try {
  while (performance.now() - started < minutes * 60_000) {
    await Promise.race([sleep(EVERY_MS), collector.ended])
    const sample: ProcessSample | null = sampleProcess(collector.pid ?? 0)
    if (sample === null) break
    samples.push({
      at: (performance.now() - started) / 3_600_000,
      ...sample,
      records: await records(),
      tenantNow: await tenantNow(),
    })
    const last = samples.at(-1)
    process.stderr.write(`${JSON.stringify(last)}\n`)
    if (values.output !== undefined) writeFileSync(values.output, soakReport(samples))
  }
  process.stdout.write(soakReport(samples))
} finally {
  collector.kill()
  await collector.ended
  await tenant.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Asked of the running collector, as an operator would: through its socket. */
async function records(): Promise<number> {
  try {
    const asked = ['search', '*', '--unit', 'record', '--count', '--data-dir', dataDir]
    const { stdout } = await promisify(execFile)(process.execPath, [BIN, ...asked])
    return Number(stdout.trim().replaceAll(/[^0-9]/g, ''))
  } catch {
    return Number.NaN
  }
}

async function tenantNow(): Promise<string> {
  const answer = await fetch(`${tenant.url}/emulator/ledger`)
  const { now }: { now: string } = JSON.parse(await answer.text())
  return now
}

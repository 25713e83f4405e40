// The rows of collecting: an emulated tenant in a process of its own, and what Daybook makes of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { measure } from './measure.ts'
import { count, megabytes, type Row } from './table.ts'
import type { CollectFigures } from './tasks/collect.ts'
import { percentile } from './timing.ts'

const PROGRAM = fileURLToPath(new URL('../bin/daybook.js', import.meta.url))
const BLOB_BYTES = 256 * 1024 * 1024
/** As long as new blobs are waited for. */
const LIVE_MS = 60_000
const EVERY_SECONDS = 10
const DAYS = 5

interface Tenant {
  readonly url: string
  readonly tenantId: string
  readonly clientId: string
  readonly secret: string
}

/** Measures collecting; `records`: of the backlog, about. */
export async function collectRows(
  folder: string,
  records: number,
  say: (what: string) => void,
): Promise<{ readonly rows: readonly Row[]; readonly faults: readonly string[] }> {
  const dataDir = join(folder, 'collected')
  rmSync(dataDir, { recursive: true, force: true })
  const perDay = Math.ceil((records / DAYS) * 1.6)
  const options = [
    '--people',
    '2000',
    '--backlog-days',
    String(DAYS),
    '--records-per-day',
    String(perDay),
  ]
  const emulator = spawn(process.execPath, [PROGRAM, 'tenant', '--json', ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const [line]: unknown[] = await once(createInterface(emulator.stdout), 'line')
    const tenant: Tenant = JSON.parse(String(line))
    say('collect: the tenant makes its records')
    await makeRecords(tenant)
    say('collect: a backlog, then what comes new')
    const { value } = await measure('collectTenant', { dataDir, ...tenant, liveMs: LIVE_MS })
    const faults = [
      ...(value.indexed ? [] : ['what was collected is not all searchable']),
      ...(value.lost > 0 ? [`${value.lost} units were lost`] : []),
    ]
    return { rows: [...rateRows(value), ...(await blobRows(folder, say))], faults }
  } finally {
    emulator.kill('SIGTERM')
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function rateRows({ units, records, seconds, cpuSeconds, latencies }: CollectFigures): Row[] {
  const rate = records / seconds
  // What its own threads would need at the rate that is asked for.
  const cores = cpuSeconds / seconds
  const coresAtGoal = (6_700 * cpuSeconds) / records
  const hours = (200_000 * (seconds / units)) / 3_600
  const worst = latencies.length === 0 ? null : percentile(latencies, 1)
  return [
    {
      what: 'collect, end to end',
      measured: `${count(rate)}/s, ${count(records)} records in ${seconds.toFixed(1)} s`,
      bare: '',
      ratio: null,
      goal: '≥ 6,700/s',
      met: rate >= 6_700,
      figures: { rate, records, units, seconds },
    },
    {
      what: 'its own CPU',
      measured: `${cores.toFixed(2)} cores, ${coresAtGoal.toFixed(2)} at 6,700/s`,
      bare: '',
      ratio: null,
      goal: '≤ 1.3 cores',
      met: coresAtGoal <= 1.3,
      figures: { cpuSeconds, cores, coresAtGoal },
    },
    {
      what: '200,000 blobs',
      measured: `${hours.toFixed(2)} h at this pace`,
      bare: '',
      ratio: null,
      goal: '< 1.5 h',
      met: hours < 1.5,
      figures: { hours },
    },
    ...(worst === null
      ? []
      : [
          {
            what: 'created to searchable',
            measured: `${worst.toFixed(1)} s at most, of ${latencies.length} blobs`,
            bare: '',
            ratio: null,
            goal: `≤ ${EVERY_SECONDS} + 5 s`,
            met: worst <= EVERY_SECONDS + 5,
            figures: { worst, blobs: latencies.length },
          },
        ]),
  ]
}

async function blobRows(folder: string, say: (what: string) => void): Promise<Row[]> {
  say('collect: a blob of 256 MB')
  const [file, dataDir] = [join(folder, 'collect-blob.json'), join(folder, 'collect-blob')]
  rmSync(dataDir, { recursive: true, force: true })
  await measure('makeBlob', { file, bytes: BLOB_BYTES })
  const { value, peakBytes } = await measure('collectBlob', { dataDir, file })
  rmSync(dataDir, { recursive: true, force: true })
  rmSync(file)
  const more = peakBytes - value.idleBytes
  return [
    {
      what: 'a content blob of 256 MB',
      measured: `idle ${count(value.idleBytes / 1e6)} + ${megabytes(more)}, ${value.seconds.toFixed(1)} s`,
      bare: '',
      ratio: null,
      goal: '≤ idle + 350 MB',
      met: more <= 350e6,
      figures: { idleBytes: value.idleBytes, peakBytes, seconds: value.seconds },
    },
  ]
}

/** The tenant makes what it serves when it is first asked for: that must not be measured. */
async function makeRecords({ url, tenantId, clientId, secret }: Tenant): Promise<void> {
  const form = { client_id: clientId, client_secret: secret, grant_type: 'client_credentials' }
  const body = new URLSearchParams({ ...form, scope: 'https://manage.office.com/.default' })
  const login = `${url}/login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`
  const token: { access_token: string } = await json(await fetch(login, { method: 'POST', body }))
  const asked = { headers: { authorization: `Bearer ${token.access_token}` } }
  const root = `${url}/manage.office.com/api/v1.0/${tenantId}/activity/feed/subscriptions`
  await fetch(`${root}/start?contentType=Audit.General`, { method: 'POST', ...asked })
  const now = Date.now()
  const day = 86_400_000
  for (let from = now - 7 * day + 900_000; from < now; from += day) {
    const [startTime, endTime] = [from, Math.min(now, from + day)].map((at) =>
      new Date(at).toISOString().slice(0, 19),
    )
    let next: string | null =
      `${root}/content?contentType=Audit.General&startTime=${startTime}&endTime=${endTime}`
    while (next !== null) {
      const page: Response = await fetch(next, asked)
      const items: { contentUri: string }[] = await json(page)
      for (const { contentUri } of items) await (await fetch(contentUri, asked)).arrayBuffer()
      next = page.headers.get('NextPageUri')
    }
  }
}

async function json<Value>(answer: Response): Promise<Value> {
  const value: Value = JSON.parse(await answer.text())
  return value
}

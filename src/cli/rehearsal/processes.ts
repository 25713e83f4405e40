import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TELEMETRY_APP } from '../../tenant/emulator/app-insights/telemetry.ts'

// The emulated tenant and the collector, each in a process of its own: what is killed must be a process.

const BIN = fileURLToPath(new URL('../../../bin/daybook.js', import.meta.url))

export interface TenantProcess {
  readonly url: string
  readonly tenantId: string
  readonly clientId: string
  readonly secret: string
  stop(): Promise<void>
}

/** Starts `daybook tenant` and waits for what it says of itself. */
export async function startTenantProcess(options: readonly string[]): Promise<TenantProcess> {
  const child = spawn(process.execPath, [BIN, 'tenant', '--json', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = await firstLine(child)
  const { url, tenantId, clientId, secret }: TenantProcess = JSON.parse(said)
  return {
    url,
    tenantId,
    clientId,
    secret,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (complaint += piece))
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
    })
    child.once('exit', (code) =>
      reject(new Error(`the emulated tenant ended with ${String(code)}: ${complaint.trim()}`)),
    )
  })
}

/** Makes a data folder whose configuration collects everything from the emulated tenant. */
export function writeConfiguration(dataDir: string, tenant: TenantProcess): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lines = [
    'tenants:',
    `  - id: ${tenant.tenantId}`,
    `    emulator: ${tenant.url}`,
    '    client:',
    `      id: ${tenant.clientId}`,
    '      secret: { env: DAYBOOK_CLIENT_SECRET }',
    '    feeds:',
    '      directory: { every: 30m }',
    '      management-activity: {}',
    '      graph-interactions: { full-sweep: 2h }',
    `      app-insights: { apps: ['${TELEMETRY_APP}'] }`,
    '',
  ]
  writeFileSync(join(dataDir, 'daybook.yaml'), lines.join('\n'))
}

export interface CollectorProcess {
  /** Exit code; null when it was killed. */
  readonly ended: Promise<number | null>
  /** null when it could not be started. */
  readonly pid: number | null
  kill(): void
}

/** Starts `daybook collect` on a data folder. */
export function startCollector(
  dataDir: string,
  tenant: TenantProcess,
  options: readonly string[],
): CollectorProcess {
  const child = spawn(process.execPath, [BIN, 'collect', '--data-dir', dataDir, ...options], {
    stdio: 'ignore',
    env: { ...process.env, DAYBOOK_CLIENT_SECRET: tenant.secret },
  })
  const ended = once(child, 'exit').then(() => child.exitCode)
  return { ended, pid: child.pid ?? null, kill: () => void child.kill('SIGKILL') }
}

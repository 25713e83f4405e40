import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TELEMETRY_APP } from '../../tenant/emulator/app-insights/telemetry.ts'
import { testCertificate } from '../../tenant/emulator/graph/testing-certificate.ts'

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

/** Makes a data folder whose configuration collects by every interface of the emulated tenant. */
export async function writeConfiguration(dataDir: string, tenant: TenantProcess): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const { certificate, privateKey } = testCertificate()
  const file = (name: string, text: string): string => {
    writeFileSync(join(dataDir, name), text, { mode: 0o600 })
    return JSON.stringify(join(dataDir, name))
  }
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const port = await freePort()
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
    '      graph-notifications:',
    `        url: 'http://127.0.0.1:${port}/'`,
    `        listen: '127.0.0.1:${port}'`,
    `        certificate: { file: ${file('notifications.pem', pem)} }`,
    `        key: { file: ${file('notifications.key', key)} }`,
    '      audit-query: { backfill: 6d }',
    `      app-insights: { apps: ['${TELEMETRY_APP}'] }`,
    '',
  ]
  writeFileSync(join(dataDir, 'daybook.yaml'), lines.join('\n'))
}

/** One that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
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

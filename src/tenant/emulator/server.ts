import { serve, type ServerType } from '@hono/node-server'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { CodedError } from '../../platform/errors.ts'
import { AppInsightsModule } from './app-insights/module.ts'
import { Buffers } from './buffers.ts'
import { Entra } from './entra.ts'
import { FAULTS } from './faults.ts'
import { GraphModule } from './graph/module.ts'
import { CLOUD_HOSTS } from './hosts.ts'
import { ledgerCounts, ledgerLines, type LedgerLine } from './ledger-lines.ts'
import { Ledger } from './ledger.ts'
import { Management } from './management.ts'
import type { EmulatorModule, EmulatorPorts } from './module.ts'
import { checkedOptions, faultsOf, type EmulatorOptions } from './options.ts'
import { World } from './world.ts'

/** A running emulated tenant. */
export interface EmulatedTenant {
  /** `http://127.0.0.1:8400` */
  readonly url: string
  readonly tenantId: string
  readonly clientId: string
  readonly secret: string
  readonly world: World
  close(): Promise<void>
}

/** Starts an emulated Microsoft 365 tenant on this machine alone. Throws TENANT_PORT_TAKEN, TENANT_OPTION_INVALID. */
export async function startTenant(given: EmulatorOptions): Promise<EmulatedTenant> {
  const options = checkedOptions(given)
  const world = new World(options)
  const entra = new Entra(options.seed)
  let address = ''
  const ports: EmulatorPorts = {
    world,
    hosts: CLOUD_HOSTS[options.cloud],
    entra,
    ledger: new Ledger(),
    buffers: new Buffers(),
    address: () => address,
  }
  const app = new Hono()
  control(app, ports)
  const modules: readonly EmulatorModule[] = [
    entra,
    new Management(),
    new GraphModule(),
    new AppInsightsModule(),
  ]
  for (const module of modules) module.mount(app, ports)
  app.notFound((c) => {
    ports.ledger.count('unknown', 404)
    return c.json(
      { error: { code: 'ResourceNotFound', message: `Nothing is emulated at ${c.req.path}` } },
      404,
    )
  })
  app.onError((error, c) => {
    ports.ledger.count('failed', 500)
    return c.json({ error: { code: 'EmulatorFailed', message: error.message } }, 500)
  })
  const server = await listening(app, options.port)
  const bound = server.address()
  address = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : options.port}`
  return {
    url: address,
    tenantId: world.tenantId,
    clientId: entra.clientId,
    secret: entra.secret,
    world,
    close: async () => {
      for (const module of modules) module.close?.()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
      world.close()
    },
  }
}

/** What is not Microsoft's: the clock, the ledger, the switches. */
function control(app: Hono, ports: EmulatorPorts): void {
  const { world, ledger } = ports
  app.get('/emulator/clock', (c) => c.json(world.clock.published()))
  app.post('/emulator/clock', async (c) => {
    const { advanceTo, rate } = await c.req.json<{ advanceTo?: string; rate?: number }>()
    if (rate !== undefined && rate > 0) world.clock.changeRate(rate)
    const moved = advanceTo === undefined || world.clock.advanceTo(Date.parse(advanceTo))
    return c.json(world.clock.published(), moved ? 200 : 409)
  })
  app.get('/emulator/ledger', (c) => {
    const now = world.now()
    return c.json({
      now: new Date(now).toISOString(),
      ...ledgerCounts(world, now),
      requests: ledger.requests(),
      served: ledger.served(),
      faults: world.faults.counts(),
    })
  })
  app.get('/emulator/ledger/records', (c) => {
    const until = Date.parse(c.req.query('until') ?? '')
    const lines = ledgerLines(world, Number.isNaN(until) ? world.now() : until)
    c.header('content-type', 'application/x-ndjson')
    return stream(c, async (out) => {
      for (const piece of inPieces(lines, 500)) await out.write(piece)
    })
  })
  app.get('/emulator/faults', (c) => c.json({ all: FAULTS, on: [...world.faults.on] }))
  app.post('/emulator/faults', async (c) => {
    const { names } = await c.req.json<{ names: readonly string[] }>()
    world.faults.on = faultsOf(names.length === 0 ? 'none' : names.join(','))
    return c.json({ on: [...world.faults.on] })
  })
}

function* inPieces(lines: Iterable<LedgerLine>, size: number): Generator<string> {
  let piece: string[] = []
  for (const line of lines) {
    if (piece.push(`${JSON.stringify(line)}\n`) < size) continue
    yield piece.join('')
    piece = []
  }
  yield piece.join('')
}

async function listening(app: Hono, port: number): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => resolve(server))
    server.on('error', (error) => {
      reject(
        new CodedError(
          'TENANT_PORT_TAKEN',
          `Cannot listen on port ${port} of this machine: choose another with --port, or 0 for any that is free`,
          { cause: error },
        ),
      )
    })
  })
}

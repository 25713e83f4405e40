import type { Hono } from 'hono'
import type { Buffers } from './buffers.ts'
import type { Entra } from './entra.ts'
import type { CloudHosts } from './hosts.ts'
import type { Ledger } from './ledger.ts'
import type { World } from './world.ts'

/** What every surface of the emulated tenant works with. */
export interface EmulatorPorts {
  readonly world: World
  readonly hosts: CloudHosts
  readonly entra: Entra
  readonly ledger: Ledger
  readonly buffers: Buffers
  /** Own address without a slash at its end; every URL that is served lies below it. */
  readonly address: () => string
}

/** One interface of Microsoft's. */
export interface EmulatorModule {
  readonly name: string
  mount(app: Hono, ports: EmulatorPorts): void
  /** Ends what it does by itself. */
  close?(): void
}

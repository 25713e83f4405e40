// The desk of a running tenant: its world, and the odds of each of Graph's own faults.
import { randomUUID } from 'node:crypto'
import type { Buffers } from '../buffers.ts'
import type { EmulatorPorts } from '../module.ts'
import type { GraphDesk, GraphFault } from './desk.ts'
import type { MailboxItem } from './tenant-view.ts'
import { WorldView } from './world-view.ts'

/** Chance, and how many tries at the same thing it may strike. */
const ODDS: Readonly<Record<GraphFault, readonly [number, number]>> = {
  'filter-refused': [0.1, Infinity],
  'small-pages': [0.2, Infinity],
  'page-loops': [0.01, 1],
  'expired-links': [0.02, 1],
  'query-truncated': [0.6, 2],
  'query-unstable': [0.7, 2],
  'notification-missed': [0.3, 1],
  'concealed-names': [1, Infinity],
  throttled: [0.08, 2],
  'server-errors': [0.05, 2],
}

export class WorldDesk implements GraphDesk {
  readonly view: WorldView
  readonly buffers: Buffers
  private readonly ports: EmulatorPorts

  constructor(ports: EmulatorPorts) {
    this.ports = ports
    this.view = new WorldView(ports.world)
    this.buffers = ports.buffers
  }

  strikes(fault: GraphFault, key: string): boolean {
    const [chance, most] = ODDS[fault]
    return this.ports.world.faults.strikes(fault, key, chance, most)
  }

  newGuid(): string {
    return randomUUID()
  }

  /** Of the tenant's time: a quarter of a second of this machine's. */
  retryAfterSeconds(): number {
    return Math.max(1, Math.round(this.ports.world.clock.rate / 4))
  }

  licenceIsGone(): void {
    this.ports.world.faults.strike('licence-lost')
  }

  deleted(items: number): void {
    this.ports.world.faults.strike('deleted-items', items)
  }

  seen(items: readonly MailboxItem[]): void {
    for (const { fault } of items) if (fault !== null) this.ports.world.faults.strike(fault)
  }

  served(service: string, records: number): void {
    this.ports.ledger.serve(service, records)
  }
}

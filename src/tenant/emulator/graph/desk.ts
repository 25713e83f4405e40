// What every Graph interface works with: the tenant, the faults that may strike, and the count of what was served.
import type { Buffers } from '../buffers.ts'
import type { MailboxItem, TenantView } from './tenant-view.ts'

/** Faults that are Graph's own; those of the connection (resets, slow answers …) strike before a request gets here. */
export type GraphFault =
  | 'filter-refused'
  | 'small-pages'
  | 'query-truncated'
  | 'query-unstable'
  | 'notification-missed'
  | 'concealed-names'
  | 'page-loops'
  | 'expired-links'
  // Of a request within a batch; outside of one they strike before it gets here.
  | 'throttled'
  | 'server-errors'

export interface GraphDesk {
  readonly view: TenantView
  readonly buffers: Buffers
  /** Whether the fault is on and strikes this request; counts it if so. Bounded: the same key is spared in the end. */
  strikes(fault: GraphFault, key: string): boolean
  /** A guid that no other request gets; the same again in another run with the same seed. */
  newGuid(): string
  /** How long whoever is throttled is told to wait. */
  retryAfterSeconds(): number
  served(service: string, records: number): void
  /** Somebody asked for a history that closed with its licence. */
  licenceIsGone(): void
  /** So many that were there once were not served, since their person deleted them. */
  deleted(items: number): void
  /** These went out: whatever fault made them what they are has struck. */
  seen(items: readonly MailboxItem[]): void
}

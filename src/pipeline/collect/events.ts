/**
 * What a collector did, for the log of a service: codes and counts. Never text of a record, the name of a person, an
 * address with what it asks, or a secret.
 */
export interface CollectEvent {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: CollectEventName
  readonly tenant?: string
  readonly feed?: string
  /** Why, or what about: a code of an error, a notice or a loss. */
  readonly code?: string
  readonly counts?: Readonly<Record<string, number>>
}

type CollectEventName =
  | 'started'
  | 'stopped'
  /** A feed has looked for what there is. */
  | 'planned'
  /** Records are on disk, and what they were fetched for is done. */
  | 'recorded'
  | 'lost'
  | 'refused'
  /** One thing could not be fetched, or planned: it is tried again. */
  | 'failed'
  /** The feed as a whole is refused: nothing is asked of it for a while. */
  | 'paused'
  | 'noticed'
  | 'closed'
  | 'coverage'
  | 'trouble'
  | 'recovered'

export type Tell = (event: CollectEvent) => void

/** A line of the log. */
export function logLine({ counts, ...event }: CollectEvent, at: Date): string {
  return JSON.stringify({ at: at.toISOString(), ...event, ...counts })
}

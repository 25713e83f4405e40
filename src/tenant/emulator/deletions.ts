import type { Faults } from './faults.ts'
import type { TenantEvent } from './event-day.ts'

const HOUR_MS = 3_600_000
const SHARE = 0.01

/**
 * When a person deletes what they said or were answered: with the fault `deleted-items` one item in a hundred, some
 * hours to a day after it was made. Infinity: it stays.
 */
export function deletedAt(
  faults: Faults,
  { person, session, id, occurredAt }: TenantEvent,
): number {
  if (!faults.hits('deleted-items', `${person} ${session} ${id}`, SHARE)) return Infinity
  return occurredAt + 4 * HOUR_MS + (occurredAt % (20 * HOUR_MS))
}

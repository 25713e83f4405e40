/** The calendar quarter of a retention start, `2026-q1`, by which segments expire together. */
function periodOf(isoTime: string): string {
  const month = Number(isoTime.slice(5, 7))
  return `${isoTime.slice(0, 4)}-q${Math.floor((month - 1) / 3) + 1}`
}

// Before Copilot and after any clock that can be right: such a time is broken and would scatter records over a
// hundred segments, so the time of receipt decides.
const EARLIEST = '2015'
const LATEST = '2100'

/** The period of a record: its own time, else (absent, or absurd) that of its receipt. */
export function retentionPeriod(occurredAt: string | null, receivedAt: string): string {
  if (occurredAt === null || occurredAt < EARLIEST || occurredAt >= LATEST)
    return periodOf(receivedAt)
  return periodOf(occurredAt)
}

// A clock that runs a little apart from another machine's is no news.
const TOLERANCE_MS = 60_000

/** A sentence when this machine's clock is behind the last entry of a log; null when it is not. */
export function clockWarning(last: string, now: Date): string | null {
  const behindMs = Date.parse(last) - now.getTime()
  if (!(behindMs > TOLERANCE_MS)) return null
  return `The clock of this machine says ${now.toISOString()}, but the archive was last written at ${last}: check the clock; Daybook goes on, and the times of receipt follow this clock`
}

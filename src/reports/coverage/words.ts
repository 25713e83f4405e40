import type { DayStatus } from './judge.ts'

export const STATUS_WORDS: Readonly<Record<DayStatus, string>> = {
  captured: 'captured',
  none: 'no activity, with evidence',
  gap: 'gap, with its reason',
  unknown: 'unknown yet',
}

const DAY_MS = 86_400_000

/** Half-open days as people say them: `2026-03-02`, or `2026-03-02 to 2026-03-05`, the last included. */
export function windowText(from: string, to: string): string {
  const last = new Date(Date.parse(to) - DAY_MS).toISOString().slice(0, 10)
  return last === from ? from : `${from} to ${last}`
}

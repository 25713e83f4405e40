import type { Random } from '../history/random.ts'
import type { Lateness } from './options.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const between = (random: Random, from: number, to: number): number =>
  Math.floor(from + random.float() * (to - from))

/**
 * How long after it happened a record becomes available. `usual`: 80 % within an hour, 95 % in a day, 99.8 % in two, all
 * in seven (complaints 12); `slow`: nearly all after two to three days (brief 004); `prompt`: minutes.
 */
export function latenessOf(profile: Lateness, random: Random): number {
  if (profile === 'prompt') return between(random, 2 * MINUTE_MS, 20 * MINUTE_MS)
  const share = random.float()
  if (profile === 'slow') {
    return share < 0.03
      ? between(random, HOUR_MS, 2 * DAY_MS)
      : between(random, 2 * DAY_MS, 3 * DAY_MS)
  }
  if (share < 0.8) return between(random, 5 * MINUTE_MS, HOUR_MS)
  if (share < 0.95) return between(random, HOUR_MS, DAY_MS)
  if (share < 0.998) return between(random, DAY_MS, 2 * DAY_MS)
  return between(random, 2 * DAY_MS, 6.8 * DAY_MS)
}

/** Later than `prompt` ever is. */
export const isLate = (ms: number): boolean => ms > 60 * MINUTE_MS

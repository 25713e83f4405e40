const DAY_MS = 86_400_000

/** Which day the corpus puts how many records on. */
export interface Calendar {
  readonly firstDayMs: number
  readonly days: number
  /** Records that originate on each day, repeats and versions of them included; sums to the wanted number. */
  readonly quotas: readonly number[]
  /** Indices of the days that have any. */
  readonly active: readonly number[]
}

// With fewer records than this a day is too short to look like one: fewer days then, evenly spread.
const FEWEST_A_DAY = 100
const WEEKEND = 0.15
const GROWTH = 0.8

/** Working days are busier than week-ends, and use grows over the year. */
export function makeCalendar(records: number, firstDayMs: number, days: number): Calendar {
  const count = Math.max(1, Math.min(days, Math.floor(records / FEWEST_A_DAY)))
  const active = Array.from({ length: count }, (_, n) => Math.floor(((n + 0.5) * days) / count))
  const weights = active.map((day) => {
    if (count < days) return 1
    const weekday = new Date(firstDayMs + day * DAY_MS).getUTCDay()
    return (weekday === 0 || weekday === 6 ? WEEKEND : 1) * (1 + (GROWTH * day) / days)
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const quotas = Array.from({ length: days }, () => 0)
  let sum = 0
  let given = 0
  active.forEach((day, n) => {
    sum += weights[n] ?? 0
    const upTo = n === count - 1 ? records : Math.round((records * sum) / total)
    quotas[day] = upTo - given
    given = upTo
  })
  return { firstDayMs, days, quotas, active }
}

// Share of the day's use by hour, UTC; the last hour is left out so that a conversation ends on its day.
const HOURS = [1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 20, 17, 15, 18, 20, 18, 15, 12, 8, 6, 4, 3, 2]
const HOURS_TOTAL = HOURS.reduce((sum, hour) => sum + hour, 0)

/** The millisecond of the day at which `share` (0 … 1) of its use has passed. */
export function timeOfDay(share: number): number {
  let left = Math.min(Math.max(share, 0), 0.999_999) * HOURS_TOTAL
  for (let hour = 0; hour < HOURS.length; hour++) {
    const weight = HOURS[hour] ?? 1
    if (left < weight) return Math.floor((hour + left / weight) * 3_600_000)
    left -= weight
  }
  return HOURS.length * 3_600_000 - 1
}

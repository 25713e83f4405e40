import type { FeedDesk } from '../feed.ts'

/** Queries that run at a time: about ten are granted to a tenant, and others of it search as well. */
const MOST_AT_ONCE = 4
/** Submissions of a UTC day; others of the tenant share the interface. */
const MOST_A_DAY = 100

/** Takes a place for the query of a unit; says why not when there is none. A unit has one place, however often it asks. */
export function takePlace(desk: FeedDesk, unit: string): 'taken' | 'all-running' | 'day-used-up' {
  const others = running(desk).filter((one) => one !== unit)
  if (others.length >= MOST_AT_ONCE) return 'all-running'
  const key = `asked ${desk.now().toISOString().slice(0, 10)}`
  const asked = Number(desk.state(key) ?? 0)
  if (asked >= MOST_A_DAY) return 'day-used-up'
  desk.saveState(key, asked + 1)
  desk.saveState('running', [...others, unit])
  return 'taken'
}

export function leavePlace(desk: FeedDesk, unit: string): void {
  const before = running(desk)
  if (!before.includes(unit)) return
  desk.saveState(
    'running',
    before.filter((one) => one !== unit),
  )
}

function running(desk: FeedDesk): readonly string[] {
  const state = desk.state('running')
  return Array.isArray(state) ? state.map(String) : []
}

import { instant } from './transaction.ts'

export interface Span {
  readonly scope: string
  readonly from: string
  readonly to: string
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Of a span that goes further back, the old part is one window: it was all there at once. */
const GRID_DAYS = 9

/** Feeds whose windows count in contentCreated. */
export const isHourly = (feed: string): boolean => feed === 'management-activity'

const iso = (at: number): string => new Date(at).toISOString()

/** An instant in milliseconds; NaN when it cannot be read. */
export const timeOf = (text: string | null): number => Date.parse(instant(text) ?? '')

/** The window of the grid that holds a moment: hours of contentCreated, days of the time of the event. */
export function windowAt(feed: string, scope: string, at: number): Span {
  const size = isHourly(feed) ? HOUR_MS : DAY_MS
  const from = Math.floor(at / size) * size
  return { scope, from: iso(from), to: iso(from + size) }
}

/** The windows that a listing touches, each with the part of it that was listed. However listings are cut, windows are the same. */
export function* piecesOf(
  feed: string,
  { scope, from, to }: Span,
): Generator<{ readonly window: Span; readonly part: readonly [from: number, to: number] }> {
  let at = timeOf(from)
  const last = timeOf(to)
  if (!isHourly(feed) && last - at > (GRID_DAYS + 1) * DAY_MS) {
    const head = Math.floor(last / DAY_MS) * DAY_MS - GRID_DAYS * DAY_MS
    yield { window: { scope, from: iso(at), to: iso(head) }, part: [at, head] }
    at = head
  }
  while (at < last) {
    const window = windowAt(feed, scope, at)
    const end = timeOf(window.to)
    yield { window, part: [at, Math.min(end, last)] }
    at = end
  }
}

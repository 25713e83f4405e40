import type { Found } from './find-files.ts'

// 2026-03-04, 20260304 or 2026-03, not in the middle of a longer number.
const DATE = /(?<!\d)(20\d{2})(?:-(\d{2})(?:-(\d{2}))?|(\d{2})(\d{2}))(?!\d)/g

/**
 * Puts files in the order of the last date in their paths; those without one keep their places at the front. Exports
 * of several sources are mostly cut by day: what they tell of one exchange then comes together, and is reconciled once
 * instead of being looked up and written again. The order changes no item, only the time it takes.
 */
export async function byDate(found: AsyncIterable<Found>): Promise<readonly Found[]> {
  const dated: { readonly date: string; readonly found: Found }[] = []
  for await (const each of found) dated.push({ date: dateOf(each.path), found: each })
  return dated
    .toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
    .map((each) => each.found)
}

function dateOf(path: string): string {
  const [last] = [...path.matchAll(DATE)].slice(-1)
  if (last === undefined) return ''
  const [, year = '', month, day, plainMonth, plainDay] = last
  return `${year}${month ?? plainMonth ?? ''}${day ?? plainDay ?? ''}`
}

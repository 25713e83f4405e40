import { PROPERTIES } from './properties.ts'
import type { Property } from './property.ts'

const BY_NAME = new Map<string, Property>()
for (const property of PROPERTIES)
  for (const name of [property.name, ...property.aliases]) BY_NAME.set(name, property)

/** The property of a name or alias, in any case. */
export function propertyOf(name: string): Property | undefined {
  return BY_NAME.get(name.toLowerCase())
}

/** The name nearest to a mistyped one, or undefined when nothing is near. */
export function nearestProperty(name: string): string | undefined {
  const typed = name.toLowerCase().slice(0, 40)
  let best: string | undefined
  let least = Math.max(1, Math.floor(typed.length / 2.5)) + 1
  for (const known of BY_NAME.keys()) {
    const distance = distanceOf(typed, known)
    if (distance < least) {
      least = distance
      best = known
    }
  }
  return best
}

/** Edit distance (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

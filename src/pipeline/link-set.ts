import type { Link } from '../interactions/item.ts'
import type { LinkSet } from './protocol.ts'

export function linksFrom({ days, keys }: LinkSet): Link[] {
  return Array.from(keys, (key, at) => ({ day: days[at] ?? 0, key }))
}

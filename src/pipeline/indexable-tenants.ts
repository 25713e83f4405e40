import type { LinkSet, Packed, ToldLinks } from './protocol.ts'
import type { PlannedGroup } from './sequence-plan.ts'

/** What of an archived batch the index is to take of one tenant: sequences `[first, until)`. */
export interface IndexableTenant {
  readonly tenant: string
  readonly first: number
  until: number
  readonly links: LinkSet[]
  readonly told: ToldLinks[]
}

export function indexableTenants(
  groups: readonly PlannedGroup[],
  packed: Packed,
): readonly IndexableTenant[] {
  const tenants = new Map<string, IndexableTenant>()
  for (const [at, { tenant, firstSequence: first, indexes }] of groups.entries()) {
    const entry = tenants.get(tenant) ?? { tenant, first, until: first, links: [], told: [] }
    entry.until = first + indexes.length
    const links = packed.links[at]
    const told = packed.told[at]
    if (links !== undefined) entry.links.push(links)
    if (told !== undefined) entry.told.push(told)
    tenants.set(tenant, entry)
  }
  return [...tenants.values()]
}

import type { Link, Part } from '../interactions/item.ts'
import { RecordLinks } from './record-links.ts'
import { linksFrom } from './link-set.ts'

interface ClusterPorts {
  readonly lookupLinks: (links: readonly Link[]) => Promise<readonly number[]>
  readonly read: (sequences: readonly number[]) => Promise<readonly Part[]>
}

/** A cluster of honest rows is small; one of a hostile file need not be told whole to show one of its items. */
const MAX_PARTS = 10_000

/** The records that hang together with some by links, directly or through others: as the indexer gathers them. */
export async function clusterOf(
  tenant: string,
  own: readonly Part[],
  { lookupLinks, read }: ClusterPorts,
): Promise<readonly Part[]> {
  const known = new Set(own.map(({ sequence }) => sequence))
  const asked = new Set<number>()
  const parts = [...own]
  let open = own
  while (open.length > 0 && parts.length < MAX_PARTS) {
    const links = new RecordLinks()
    for (const { facts } of open) links.add(tenant, facts)
    const fresh = linksFrom(links.set(open.keys())).filter(({ key }) => !asked.has(key))
    for (const { key } of fresh) asked.add(key)
    const found = (await lookupLinks(fresh)).filter((sequence) => !known.has(sequence))
    for (const sequence of found) known.add(sequence)
    open = await read(found.slice(0, MAX_PARTS))
    parts.push(...open)
  }
  return parts
}

import type { Link } from '../interactions/item.ts'
import { linksOf } from '../interactions/link.ts'
import type { LinkRow } from '../query/rows.ts'
import type { OwnedPart } from './held-batch.ts'
import { tenantSalt } from './identity.ts'
import type { LinkSet } from './protocol.ts'

const salts = new Map<string, bigint>()

function saltOf(tenant: string): bigint {
  let salt = salts.get(tenant)
  if (salt === undefined) {
    salt = tenantSalt(tenant)
    salts.set(tenant, salt)
  }
  return salt
}

/** The keys that a record shares with others of its exchange; those of two tenants never meet. */
export function saltedLinks(part: OwnedPart): LinkRow[] {
  const salt = saltOf(part.tenant)
  return linksOf(part.facts).map(({ day, key }) => ({ day, key: key ^ salt, sequence: part.sequence }))
}

/** The distinct keys of some records, packed to be posted. */
export function linkSet(parts: readonly OwnedPart[]): LinkSet {
  const seen = new Set<bigint>()
  const days: number[] = []
  for (const part of parts) {
    for (const { day, key } of saltedLinks(part)) {
      if (seen.has(key)) continue
      seen.add(key)
      days.push(day)
    }
  }
  return { days: Int32Array.from(days), keys: BigUint64Array.from(seen) }
}

export function linksFrom({ days, keys }: LinkSet): Link[] {
  return Array.from(keys, (key, at) => ({ day: days[at] ?? 0, key }))
}

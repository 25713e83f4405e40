import type { IndexStore } from '../../query/index-store.ts'
import type { SourceCoverage } from './dictionary.ts'

/** What each source served, over which time, in the whole archive. */
export async function coverageOf(index: IndexStore): Promise<SourceCoverage[]> {
  const rows = await index.engine.query(
    `SELECT tenant, source, count(), toUnixTimestamp64Milli(min(occurredAt)), toUnixTimestamp64Milli(max(occurredAt))
     FROM records GROUP BY tenant, source ORDER BY tenant, source`,
  )
  return rows.map(([tenant, source, records, first, last]) => ({
    tenant: String(tenant),
    source: String(source),
    records: Number(records),
    first: instant(first),
    last: instant(last),
  }))
}

const instant = (at: unknown): string | null =>
  at === null ? null : new Date(Number(at)).toISOString()

import { decodeLine } from '../archive/line.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { Part } from '../interactions/item.ts'
import { readArchived } from './archived-record.ts'
import type { Contexts } from './protocol.ts'

/** An archived record with what is known of its origin. */
export interface StoredRecord {
  readonly part: Part
  readonly nativeId: string | null
  readonly container: string
  readonly range: readonly [number, number]
  readonly raw: string
  readonly line: Uint8Array
}

/** Reads archived records of a tenant again, ascending; sequences that the archive does not have are left out. */
export async function readStored(
  archives: TenantArchives,
  tenant: string,
  sequences: readonly number[],
  contextsOf: (containers: ReadonlySet<string>) => Contexts,
): Promise<StoredRecord[]> {
  const reader = await archives.reader(tenant)
  await reader.refresh()
  const lines = await reader.read(sequences)
  const records = [...lines]
    .toSorted(([a], [b]) => a - b)
    .map(([, line]) => ({ line, ...decodeLine(line) }))
  // Only of the containers at hand: an archive of years has thousands.
  const contexts = contextsOf(new Set(records.map(({ container }) => container)))
  return records.map(({ line, container, range }) => {
    const { part, raw } = readArchived(line, contexts)
    return { part, nativeId: part.facts.nativeId, container, range, raw, line }
  })
}

import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { ArchiveReader } from '../archive/types.ts'
import type { Prepared, RecordPlace } from './protocol.ts'
import type { Candidate } from './repeats.ts'

/** Where the archived records lie that records of a batch may repeat; null for those of the batch itself. */
export async function candidatePlaces(
  archives: TenantArchives,
  prepared: Prepared,
  pairs: readonly { readonly index: number; readonly candidate: Candidate }[],
): Promise<(RecordPlace | null)[]> {
  const tenantOf = (index: number) => prepared.tenants[prepared.tenantOf[index] ?? 0] ?? ''
  const readers = new Map<string, ArchiveReader>()
  for (const { index, candidate } of pairs) {
    const tenant = tenantOf(index)
    if (candidate.index >= 0 || readers.has(tenant)) continue
    const reader = await archives.reader(tenant)
    await reader.refresh()
    readers.set(tenant, reader)
  }
  const places: (RecordPlace | null)[] = []
  for (const { index, candidate } of pairs) {
    const frame =
      candidate.index >= 0 ? null : await readers.get(tenantOf(index))?.locate(candidate.sequence)
    if (frame === undefined) throw new Error(`record ${candidate.sequence} is not in the archive`)
    places.push(frame === null ? null : { sequence: candidate.sequence, frame })
  }
  return places
}

import type { SegmentRef } from '../archive/types.ts'
import type { Item } from '../interactions/item.ts'
import { reconcile } from '../interactions/reconcile.ts'
import { CodedError } from '../platform/errors.ts'
import type { AppContext, StoredRecord } from './context.ts'

/** Whether a record can be proven now: its segment is sealed and its manifest covered by a signed checkpoint. */
interface ProofState {
  readonly state: 'sealed' | 'recorded'
  readonly segment: string
  readonly logIndex: number | null
}

export interface RecordView {
  readonly tenant: string
  readonly sequence: number
  readonly namespace: string
  readonly nativeId: string | null
  readonly identity: string
  readonly source: string
  readonly file: string | null
  readonly container: string
  readonly range: readonly [number, number]
  readonly receivedAt: string
  readonly occurredAt: string | null
  readonly recordType: string
  readonly operation: string
  readonly unmapped: string | null
  readonly proof: ProofState
  readonly seenAgain: readonly {
    readonly file: string | null
    readonly at: string
    readonly sameBytes: boolean
  }[]
  /** The exact text that was served; only when asked for. */
  readonly raw?: string
  /** The archive's line, without its line feed; only when asked for. */
  readonly line?: string
}

/**
 * An item as it is now, reconciled afresh from the archive's own lines: what a person reads and what the archive proves
 * are one and the same. Throws `INDEX_STALE` when the archive tells another item than the index.
 */
export async function itemOf(
  app: AppContext,
  tenant: string,
  id: string,
  sequences: readonly number[],
): Promise<{ readonly item: Item; readonly records: readonly StoredRecord[] }> {
  const records = await app.readRecords(tenant, sequences)
  const own = records.map(({ part }) => part)
  // Rows may be contradicted by records of other items: only together do they tell what the index was told.
  const isProjected = own.some(({ facts }) => facts.projection !== undefined)
  const parts = isProjected ? await app.clusterOf(tenant, own) : own
  const items = reconcile(parts, { tenantId: tenant })
  const item = items.find((candidate) => candidate.id === id)
  if (item === undefined || item.sequences.length !== records.length) {
    throw new CodedError(
      'INDEX_STALE',
      `The index does not agree with the archive on item ${id}: run "daybook reindex"`,
    )
  }
  return { item, records }
}

export async function recordViews(
  app: AppContext,
  tenant: string,
  records: readonly StoredRecord[],
  include: { readonly raw: boolean; readonly line: boolean },
): Promise<RecordView[]> {
  const reader = await app.archives.reader(tenant)
  return records.map((record) => {
    const { part, container } = record
    const { sequence, facts } = part
    return {
      tenant,
      sequence,
      namespace: facts.namespace,
      nativeId: record.nativeId,
      identity: part.identity,
      source: part.source,
      file: app.catalog.container(container)?.name ?? null,
      container,
      range: record.range,
      receivedAt: part.receivedAt,
      occurredAt: facts.occurredAt,
      recordType: facts.recordType,
      operation: facts.operation,
      unmapped: facts.unmapped,
      proof: proofState(reader.segmentOf(sequence)),
      seenAgain: app.catalog.sightingsOf(tenant, sequence).map((seen) => ({
        file: app.catalog.container(seen.container)?.name ?? null,
        at: seen.seenAt,
        sameBytes: seen.sameBytes,
      })),
      ...(include.raw ? { raw: record.raw } : {}),
      ...(include.line ? { line: Buffer.from(record.line).toString('utf8') } : {}),
    }
  })
}

function proofState(segment: SegmentRef | undefined): ProofState {
  return {
    state: segment?.state === 'sealed' ? 'sealed' : 'recorded',
    segment: segment?.id ?? '',
    logIndex: segment?.logIndex ?? null,
  }
}

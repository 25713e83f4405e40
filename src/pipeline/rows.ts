import { decodeFrame } from '../archive/frames.ts'
import { reconcile } from '../interactions/reconcile.ts'
import { encodeItems, encodeLinks, encodeRecords } from '../query/rows.ts'
import { readArchived } from './archived-record.ts'
import type { HeldBatch, OwnedPart } from './held-batch.ts'
import { linkSet, saltedLinks } from './link-set.ts'
import type { LinkSet, Requests, Rows } from './protocol.ts'

/** Reads earlier records that share a link with the batch; answers with the links that they bring in turn. */
export function extend(batch: HeldBatch, { tenant, places, contexts }: Requests['extend']): LinkSet {
  const added: OwnedPart[] = []
  let name = ''
  let lines: readonly Uint8Array[] = []
  for (const { sequence, frame } of places) {
    if (batch.earlier.has(sequence)) continue
    const wanted = `${frame.offset}:${frame.sealedFile}`
    if (wanted !== name) {
      lines = decodeFrame(frame)
      name = wanted
    }
    const line = lines[sequence - frame.first]
    if (line === undefined) throw new Error(`record ${sequence} is not where the archive says`)
    const { part } = readArchived(line, contexts)
    if (part.tenant !== tenant) continue
    batch.earlier.set(sequence, part)
    added.push(part)
  }
  return linkSet(added)
}

/**
 * Reconciles a batch's records of one tenant with the earlier ones they share links with, and encodes what the index
 * takes. What the earlier ones made by themselves is what the index holds of them now: it is superseded.
 */
export function rows(batch: HeldBatch, { tenant, indexBatch }: Requests['rows']): Rows {
  const parts = batch.parts.filter((part) => part.tenant === tenant)
  const earlier = [...batch.earlier.values()].filter((part) => part.tenant === tenant)
  batch.earlier.clear()
  const items = reconcile([...parts, ...earlier], { tenantId: tenant })
  const before = earlier.length === 0 ? [] : reconcile(earlier, { tenantId: tenant })
  const now = new Set(items.map(({ id }) => id))

  return {
    items: own(encodeItems(items, indexBatch)),
    records: own(encodeRecords(parts.map(recordRow), indexBatch)),
    links: own(encodeLinks(parts.flatMap(saltedLinks), indexBatch)),
    superseded: before.map(({ id }) => ({ id, deleted: !now.has(id) })),
    itemCount: items.length,
  }
}

function recordRow(part: OwnedPart): Parameters<typeof encodeRecords>[0][number] {
  const { facts } = part
  return {
    tenantId: part.tenant,
    sequence: part.sequence,
    namespace: facts.namespace,
    nativeId: facts.nativeId,
    identity: part.identity,
    occurredAt: facts.occurredAt,
    receivedAt: part.receivedAt,
    source: part.source,
    kind: facts.kind,
    recordType: facts.recordType,
    operation: facts.operation,
    version: false,
  }
}

// A small Buffer is a view into a pool that cannot be given away.
function own(buffer: Buffer): Uint8Array {
  return buffer.byteOffset === 0 && buffer.byteLength === buffer.buffer.byteLength ? buffer : Uint8Array.from(buffer)
}

import { decodeFrame } from '../archive/frames.ts'
import { reconcile } from '../interactions/reconcile.ts'
import { RowWriter } from '../query/row-binary.ts'
import { writeItem, writeLink, writeRecord, type RecordRow } from '../query/rows.ts'
import { readArchived } from './archived-record.ts'
import { Components } from './components.ts'
import type { HeldBatch, OwnedPart } from './held-batch.ts'
import type { LinkSet, Requests, Rows } from './protocol.ts'
import { RecordLinks } from './record-links.ts'

/** Reads earlier records that share a link with the batch; answers with the links that they bring in turn. */
export function extend(
  batch: HeldBatch,
  { tenant, places, contexts }: Requests['extend'],
): LinkSet {
  const links = new RecordLinks()
  let added = 0
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
    links.add(tenant, part.facts)
    added += 1
  }
  return links.set(Array.from({ length: added }, (_, at) => at))
}

/** Records reconciled and encoded at once: few enough to die young. */
const AT_ONCE = 32

/**
 * Reconciles a batch's records of one tenant with the earlier ones they share links with, and encodes what the index
 * takes. What the earlier ones made by themselves is what the index holds of them now: it is superseded.
 */
export function rows(batch: HeldBatch, { tenant, indexBatch }: Requests['rows']): Rows {
  const kept = batch.kept(tenant)
  const earlier = [...batch.earlier.values()].filter((part) => part.tenant === tenant)
  batch.earlier.clear()
  const output = new RowOutput(tenant, indexBatch)
  let members: (number | OwnedPart)[] = []
  const flush = () => {
    output.add(batch, members)
    members = []
  }
  for (const group of groupsOf(batch, kept, earlier)) {
    for (const member of group) members.push(member)
    if (members.length >= AT_ONCE) flush()
  }
  flush()
  return output.rows()
}

// Whole clusters: the batch's places and the earlier parts tied to them.
function groupsOf(
  batch: HeldBatch,
  kept: readonly number[],
  earlier: readonly OwnedPart[],
): (number | OwnedPart)[][] {
  const components = new Components()
  const members: (number | OwnedPart)[] = []
  for (const at of kept) {
    const member = components.add()
    members.push(at)
    batch.links.each(at, (_, key) => components.link(member, key))
  }
  const links = new RecordLinks()
  for (const [at, part] of earlier.entries()) {
    const member = components.add()
    members.push(part)
    links.add(part.tenant, part.facts)
    links.each(at, (_, key) => components.link(member, key))
  }
  return components.groups().map((group) => group.map((member) => members[member] ?? 0))
}

/** What a batch's rows are expected to take at first. */
const ROWS_BYTES = 1 << 20

class RowOutput {
  readonly #tenant: string
  readonly #batch: number
  readonly #items = new RowWriter(ROWS_BYTES)
  readonly #records = new RowWriter(ROWS_BYTES)
  readonly #links = new RowWriter(ROWS_BYTES)
  readonly #superseded: { readonly id: string; readonly deleted: boolean }[] = []
  #itemCount = 0

  constructor(tenant: string, batch: number) {
    this.#tenant = tenant
    this.#batch = batch
  }

  add(batch: HeldBatch, members: readonly (number | OwnedPart)[]): void {
    if (members.length === 0) return
    const options = { tenantId: this.#tenant }
    const parts: OwnedPart[] = []
    const earlier: OwnedPart[] = []
    for (const member of members) {
      if (typeof member !== 'number') {
        earlier.push(member)
        continue
      }
      const part = batch.part(member)
      parts.push(part)
      writeRecord(this.#records, recordRow(part), this.#batch)
      batch.links.each(member, (day, key) => {
        writeLink(this.#links, day, key, part.sequence, this.#batch)
      })
    }
    const items = reconcile([...earlier, ...parts], options)
    for (const item of items) writeItem(this.#items, item, this.#batch)
    this.#itemCount += items.length
    if (earlier.length === 0) return
    const now = new Set(items.map(({ id }) => id))
    for (const { id } of reconcile(earlier, options))
      this.#superseded.push({ id, deleted: !now.has(id) })
  }

  rows(): Rows {
    return {
      items: this.#items.take(),
      records: this.#records.take(),
      links: this.#links.take(),
      superseded: this.#superseded,
      itemCount: this.#itemCount,
    }
  }
}

function recordRow(part: OwnedPart): RecordRow {
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

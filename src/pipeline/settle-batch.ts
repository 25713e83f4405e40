import type { Seen } from '../catalog/catalog.ts'
import type { KeyEntry } from '../catalog/repeat-keys.ts'
import type { Sighting } from '../catalog/sightings.ts'
import type { ContainerLedger } from './container-ledger.ts'
import type { Prepared } from './protocol.ts'
import { NEW, REPEATED, VERSION, type Decisions } from './repeats.ts'
import type { PlannedGroup } from './sequence-plan.ts'

/** A batch of which it is known what becomes of every record. */
export interface DecidedBatch {
  readonly prepared: Prepared
  readonly decisions: Decisions
  readonly groups: readonly PlannedGroup[]
  /** By place in the batch; -1 for what is not kept. */
  readonly sequences: Float64Array
  readonly entries: readonly { readonly tenant: string; readonly entry: KeyEntry }[]
}

/** Writes an archived batch into the ledger: counts by container, what was dropped. Answers with what was seen again. */
export function settleBatch(batch: DecidedBatch, ledger: ContainerLedger): readonly Seen[] {
  const { prepared, decisions, sequences } = batch
  const { fates, repeats } = decisions
  const aliases = new Set(decisions.aliases)
  const counts = prepared.containers.map(() => ({
    read: 0,
    added: 0,
    repeated: 0,
    versions: 0,
    notAi: 0,
    unmapped: 0,
  }))
  const sightings = new Map<string, { container: string; tenant: string; list: Sighting[] }>()

  for (let at = 0; at < prepared.count; at += 1) {
    const container = prepared.containerOf[at] ?? 0
    const count = counts[container]
    if (count === undefined) continue
    count.read += 1
    const fate = fates[at]
    if (fate === NEW || fate === VERSION) {
      count.added += 1
      if (fate === VERSION) count.versions += 1
      count.unmapped += prepared.unmapped[at] ?? 0
    } else if (fate === REPEATED) {
      count.repeated += 1
      const candidate = repeats.get(at)
      if (candidate === undefined) continue
      const tenant = prepared.tenants[prepared.tenantOf[at] ?? 0] ?? ''
      const sequence = candidate.index >= 0 ? (sequences[candidate.index] ?? 0) : candidate.sequence
      const name = `${container} ${tenant}`
      const entry = sightings.get(name) ?? {
        container: prepared.containers[container] ?? '',
        tenant,
        list: [],
      }
      entry.list.push({
        sequence,
        differs: aliases.has(at) ? hashBytes(prepared.high[at] ?? 0) : null,
      })
      sightings.set(name, entry)
    } else {
      count.notAi += 1
    }
  }
  for (const [at, count] of counts.entries())
    ledger.count(prepared.containers[at] ?? '', count, count.read)
  for (const { container, kind, count } of prepared.dropped) ledger.drop(container, kind, count)
  return [...sightings.values()]
}

// The first 53 bits of the SHA-256 of the bytes that were seen, as 8 bytes.
function hashBytes(high: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(high))
  return bytes
}

import { intake } from '../interactions/intake.ts'
import type { Facts } from '../interactions/record.ts'
import { contentHash, identityOf, keyOf } from './identity.ts'
import { RecordTally } from './collect/tally.ts'
import { ImportBatch } from './import-batch.ts'
import { retentionPeriod } from './period.ts'
import type { Prepared, Requests } from './protocol.ts'
import { VERDICT_KEEP, VERDICT_NOT_AI } from './protocol.ts'
import { namedTenant, UNASSIGNED } from './tenants.ts'

/** Reads every record of a batch once: its identity, its content hash, its period, its links. */
export function prepare({
  chunks,
  defaultTenant,
  otherTenants,
  receivedAt,
  tally,
}: Requests['prepare']): {
  readonly batch: ImportBatch
  readonly prepared: Prepared
} {
  const batch = new ImportBatch(chunks)
  const { count } = batch
  const tallied = tally ? new RecordTally(count) : null
  batch.tally = tallied
  const fallback = defaultTenant ?? onlyTenant(batch) ?? UNASSIGNED
  const verdicts = new Uint8Array(count)
  const unmapped = new Uint8Array(count)
  const keys = new Float64Array(count)
  const high = new Float64Array(count)
  const low = new Float64Array(count)
  const tenants = new Names(count)
  const periods = new Names(count)
  const containers = new Names(count)
  const dropped = new Map<string, { container: string; kind: string; count: number }>()
  const elsewhere: { at: number; tenant: string; key: number }[] = []
  let rawBytes = 0

  for (let at = 0; at < count; at += 1) {
    const bytes = batch.bytes(at)
    const text = batch.text(at)
    const { facts, notAi } = intake(text, batch.context(at))
    const container = batch.container(at)
    const named = namedTenant(facts.tenantId)
    const tenant = named ?? fallback
    for (const other of named === null ? otherTenants : []) {
      if (other === tenant) continue
      const key = keyOf(identityOf(other, facts.namespace, facts.nativeId, bytes))
      elsewhere.push({ at, tenant: other, key })
    }
    const identity = identityOf(tenant, facts.namespace, facts.nativeId, bytes)
    const content = contentHash(bytes)
    batch.setIdentity(at, identity)
    batch.tenants.push(tenants.set(at, tenant))
    batch.facts.push(facts)
    batch.links.add(tenant, facts)
    periods.set(at, retentionPeriod(facts.occurredAt, receivedAt))
    containers.set(at, container)
    keys[at] = keyOf(identity)
    high[at] = content.high
    low[at] = content.low
    rawBytes += bytes.length
    if (facts.unmapped !== null) unmapped[at] = 1
    if (notAi === null) tallied?.note(at, tenant, { facts, text, container }, batch.arrival(at))
    verdicts[at] = notAi === null ? VERDICT_KEEP : VERDICT_NOT_AI
    if (notAi !== null) {
      const entry = `${container}\0${notAi}`
      const known = dropped.get(entry)
      if (known === undefined) dropped.set(entry, { container, kind: notAi, count: 1 })
      else known.count += 1
    }
  }
  return {
    batch,
    prepared: {
      count,
      verdicts,
      unmapped,
      tenants: tenants.names,
      tenantOf: tenants.of,
      periods: periods.names,
      periodOf: periods.of,
      keys,
      high,
      low,
      containers: containers.names,
      containerOf: containers.of,
      dropped: [...dropped.values()],
      rawBytes,
      elsewhere,
    },
  }
}

// Only for the first batch of an empty folder: its records are read twice.
function onlyTenant(batch: ImportBatch): string | null {
  const named = new Set<string>()
  for (let at = 0; at < batch.count; at += 1) {
    const { tenantId }: Facts = intake(batch.text(at), batch.context(at)).facts
    const tenant = namedTenant(tenantId)
    if (tenant !== null) named.add(tenant)
    if (named.size > 1) return null
  }
  return named.values().next().value ?? null
}

/** A column of few distinct names, as numbers. */
class Names {
  readonly names: string[] = []
  readonly of: Uint16Array
  readonly #numbers = new Map<string, number>()

  constructor(count: number) {
    this.of = new Uint16Array(count)
  }

  /** Answers with the one string that stands for all equal ones. */
  set(at: number, name: string): string {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.names.length
      this.names.push(name)
      this.#numbers.set(name, number)
    }
    this.of[at] = number
    return this.names[number] ?? name
  }
}

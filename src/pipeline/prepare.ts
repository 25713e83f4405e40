import { isAscii, isUtf8 } from 'node:buffer'
import { intake } from '../interactions/intake.ts'
import type { Facts, ReadContext } from '../interactions/record.ts'
import { contentHash, identityOf, identityText, keyOf } from './identity.ts'
import { retentionPeriod } from './period.ts'
import type { PostedChunk, Prepared } from './protocol.ts'
import { VERDICT_KEEP, VERDICT_NOT_AI } from './protocol.ts'
import { namedTenant, UNASSIGNED } from './tenants.ts'

/** One record of a batch, held by the worker until the batch has been archived and indexed. */
export interface BatchRecord {
  readonly bytes: Uint8Array
  /** null: the bytes are not valid UTF-8; they are archived as they are. */
  readonly raw: string | null
  readonly facts: Facts
  readonly tenant: string
  readonly identity: string
  readonly container: string
  readonly start: number
  readonly end: number
  readonly context: ReadContext
}

export interface PreparedBatch {
  readonly records: readonly BatchRecord[]
  readonly prepared: Prepared
}

interface Order {
  readonly chunks: readonly PostedChunk[]
  readonly defaultTenant: string | null
  readonly receivedAt: string
}

/** Reads every record of a batch once: its facts, its identity, its content hash, its period. */
export function prepare({ chunks, defaultTenant, receivedAt }: Order): PreparedBatch {
  const read = chunks.flatMap(readChunk)
  const fallback = defaultTenant ?? onlyTenant(read.map(({ facts }) => facts)) ?? UNASSIGNED

  const count = read.length
  const verdicts = new Uint8Array(count)
  const unmapped = new Uint8Array(count)
  const keys = new Float64Array(count)
  const high = new Float64Array(count)
  const low = new Float64Array(count)
  const tenants = new Names(count)
  const periods = new Names(count)
  const containers = new Names(count)
  const dropped = new Map<string, { container: string; kind: string; count: number }>()
  let rawBytes = 0

  const records = read.map((record, at): BatchRecord => {
    const { facts, bytes, container } = record
    const tenant = namedTenant(facts.tenantId) ?? fallback
    const identity = identityOf(tenant, facts.namespace, facts.nativeId, bytes)
    const content = contentHash(bytes)
    tenants.set(at, tenant)
    periods.set(at, retentionPeriod(facts.occurredAt, receivedAt))
    containers.set(at, container)
    keys[at] = keyOf(identity)
    high[at] = content.high
    low[at] = content.low
    rawBytes += bytes.length
    if (facts.unmapped !== null) unmapped[at] = 1
    verdicts[at] = record.notAi === null ? VERDICT_KEEP : VERDICT_NOT_AI
    if (record.notAi !== null) {
      const entry = `${container}\0${record.notAi}`
      const known = dropped.get(entry)
      if (known === undefined) dropped.set(entry, { container, kind: record.notAi, count: 1 })
      else known.count += 1
    }
    return {
      bytes,
      raw: record.raw,
      facts,
      tenant,
      identity: identityText(identity),
      container,
      start: record.start,
      end: record.end,
      context: record.context,
    }
  })

  return {
    records,
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
    },
  }
}

interface ReadRecord {
  readonly bytes: Uint8Array
  readonly raw: string | null
  readonly facts: Facts
  readonly notAi: string | null
  readonly container: string
  readonly start: number
  readonly end: number
  readonly context: ReadContext
}

function readChunk(chunk: PostedChunk): ReadRecord[] {
  const { container, context, ranges, positions } = chunk
  const buffer = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength)
  // Asked once for the chunk; a single odd byte in it makes every record be asked for itself.
  const ascii = isAscii(buffer)
  const utf8 = ascii || isUtf8(buffer)
  const records: ReadRecord[] = []
  for (let pair = 0; pair + 1 < ranges.length; pair += 2) {
    const from = ranges[pair] ?? 0
    const until = ranges[pair + 1] ?? 0
    const bytes = buffer.subarray(from, until)
    const raw = ascii
      ? buffer.toString('latin1', from, until)
      : utf8 || isUtf8(bytes)
        ? buffer.toString('utf8', from, until)
        : null
    // Text with broken characters is still read as well as can be; the archive keeps its bytes.
    const { facts, notAi } = intake(raw ?? buffer.toString('utf8', from, until), context)
    records.push({
      bytes,
      raw,
      facts,
      notAi,
      container,
      start: positions[pair] ?? 0,
      end: positions[pair + 1] ?? 0,
      context,
    })
  }
  return records
}

function onlyTenant(facts: readonly Facts[]): string | null {
  const named = new Set<string>()
  for (const { tenantId } of facts) {
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

  set(at: number, name: string): void {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.names.length
      this.names.push(name)
      this.#numbers.set(name, number)
    }
    this.of[at] = number
  }
}

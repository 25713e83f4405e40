import { randomFillSync } from 'node:crypto'
import { encodeFrames } from '../archive/frames.ts'
import { encodeLine } from '../archive/line.ts'
import { sourceName } from './archived-record.ts'
import type { HeldBatch, OwnedPart } from './held-batch.ts'
import { linkSet } from './link-set.ts'
import type { BatchRecord } from './prepare.ts'
import type { Packed, Requests } from './protocol.ts'

const SALT_BYTES = 16

/** Makes the archive's lines and frames of a batch's new records. Their own text is let go: the archive has it then. */
export function pack(batch: HeldBatch, { groups, receivedAt }: Requests['pack']): Packed {
  const packed = groups.map(({ tenant, indexes, firstSequence }) => {
    const salts = randomFillSync(Buffer.allocUnsafe(SALT_BYTES * indexes.length))
    const parts: OwnedPart[] = []
    const lines: string[] = []
    for (const [at, index] of indexes.entries()) {
      const record = batch.records[index]
      if (record === undefined) throw new Error(`record ${index} is not in the batch`)
      const sequence = firstSequence + at
      const source = sourceName('export', record.facts.format)
      lines.push(lineOf(record, sequence, source, salts.toString('base64url', SALT_BYTES * at, SALT_BYTES * (at + 1)), receivedAt))
      parts.push({ tenant, sequence, receivedAt, source, identity: record.identity, facts: record.facts })
    }
    return { parts, frames: encodeFrames(lines) }
  })
  batch.records = []
  batch.parts = packed.flatMap(({ parts }) => parts)
  return {
    groups: packed.map(({ frames }) => frames),
    links: packed.map(({ parts }) => linkSet(parts)),
  }
}

function lineOf(record: BatchRecord, sequence: number, source: string, salt: string, receivedAt: string): string {
  const { facts, raw } = record
  return encodeLine({
    tenant: record.tenant,
    sequence,
    namespace: facts.namespace,
    ...(facts.nativeId === null ? {} : { id: facts.nativeId }),
    source,
    container: record.container,
    range: [record.start, record.end],
    receivedAt,
    salt,
    ...(raw === null ? { rawBase64: Buffer.from(record.bytes).toString('base64') } : { raw }),
  })
}

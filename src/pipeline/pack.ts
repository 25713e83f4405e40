import { randomFillSync } from 'node:crypto'
import { encodeFrames } from '../archive/frames.ts'
import { encodeLine } from '../archive/line.ts'
import type { ImportBatch } from './import-batch.ts'
import type { Packed, PackGroup, Requests } from './protocol.ts'

const SALT_BYTES = 16

/** Makes the archive's lines and frames of a batch's new records. */
export function pack(batch: ImportBatch, { groups, receivedAt }: Requests['pack']): Packed {
  batch.receivedAt = receivedAt
  // First the lines: they give the records their sequences.
  const frames = groups.map((group) => encodeFrames(linesOf(batch, group, receivedAt)))
  const { tally } = batch
  const sequenceOf = (at: number) => batch.sequences[at] ?? 0
  return {
    groups: frames,
    links: groups.map(({ indexes }) => batch.links.set(indexes)),
    told: groups.map(({ indexes }) => batch.links.told(indexes, sequenceOf)),
    tallies:
      tally === null
        ? []
        : groups.map(({ tenant, indexes }) => tally.of(tenant, indexes, sequenceOf)),
  }
}

// One after the other, as they are packed: a batch's lines together would outlive the young generation.
function* linesOf(
  batch: ImportBatch,
  { tenant, indexes, firstSequence }: PackGroup,
  receivedAt: string,
): Generator<string> {
  const salts = randomFillSync(Buffer.allocUnsafe(SALT_BYTES * indexes.length))
  for (const [offset, at] of indexes.entries()) {
    const sequence = firstSequence + offset
    batch.sequences[at] = sequence
    const facts = batch.facts[at]
    const id = facts?.nativeId ?? null
    const raw = batch.raw(at)
    yield encodeLine({
      tenant,
      sequence,
      namespace: facts?.namespace ?? 'audit',
      ...(id === null ? {} : { id }),
      source: batch.source(at),
      container: batch.container(at),
      range: batch.range(at),
      receivedAt,
      salt: salts.toString('base64url', SALT_BYTES * offset, SALT_BYTES * (offset + 1)),
      ...(raw === null ? { rawBase64: Buffer.from(batch.bytes(at)).toString('base64') } : { raw }),
    })
  }
}

import { randomFillSync } from 'node:crypto'
import { encodeFrames } from '../archive/frames.ts'
import { encodeLine } from '../archive/line.ts'
import type { ImportBatch } from './import-batch.ts'
import type { Packed, Requests } from './protocol.ts'

const SALT_BYTES = 16

/** Makes the archive's lines and frames of a batch's new records. */
export function pack(batch: ImportBatch, { groups, receivedAt }: Requests['pack']): Packed {
  batch.receivedAt = receivedAt
  const packed = groups.map(({ tenant, indexes, firstSequence }) => {
    const salts = randomFillSync(Buffer.allocUnsafe(SALT_BYTES * indexes.length))
    const lines: string[] = []
    for (const [offset, at] of indexes.entries()) {
      const sequence = firstSequence + offset
      batch.sequences[at] = sequence
      const id = batch.nativeIds[at] ?? null
      const raw = batch.raw(at)
      lines.push(
        encodeLine({
          tenant,
          sequence,
          namespace: batch.namespaces[at] ?? 'audit',
          ...(id === null ? {} : { id }),
          source: batch.source(at),
          container: batch.container(at),
          range: batch.range(at),
          receivedAt,
          salt: salts.toString('base64url', SALT_BYTES * offset, SALT_BYTES * (offset + 1)),
          ...(raw === null
            ? { rawBase64: Buffer.from(batch.bytes(at)).toString('base64') }
            : { raw }),
        }),
      )
    }
    return { frames: encodeFrames(lines), links: batch.links.set(indexes) }
  })
  return { groups: packed.map(({ frames }) => frames), links: packed.map(({ links }) => links) }
}

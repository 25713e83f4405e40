import { decodeFrame } from '../archive/frames.ts'
import { readArchived } from './archived-record.ts'
import type { OwnedPart } from './held-batch.ts'
import { contentHash, keyOf } from './identity.ts'
import { linkSet } from './link-set.ts'
import type { Loaded, Requests } from './protocol.ts'

/** Reads archived records again, to index them or to remember their keys. */
export function load({ frames, contexts }: Requests['load']): { records: readonly OwnedPart[]; loaded: Loaded } {
  const records: OwnedPart[] = []
  const keys: number[] = []
  const high: number[] = []
  const low: number[] = []
  for (const { frame, from, until } of frames) {
    for (const [at, line] of decodeFrame(frame).entries()) {
      const sequence = frame.first + at
      if (sequence < from || sequence >= until) continue
      const { part, identity, bytes } = readArchived(line, contexts)
      const content = contentHash(bytes)
      records.push(part)
      keys.push(keyOf(identity))
      high.push(content.high)
      low.push(content.low)
    }
  }
  return {
    records,
    loaded: {
      count: records.length,
      sequences: Float64Array.from(records, ({ sequence }) => sequence),
      keys: Float64Array.from(keys),
      high: Float64Array.from(high),
      low: Float64Array.from(low),
      links: linkSet(records),
    },
  }
}

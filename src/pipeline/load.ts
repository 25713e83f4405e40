import { decodeFrame } from '../archive/frames.ts'
import { readArchived } from './archived-record.ts'
import type { HeldBatch, OwnedPart } from './held-batch.ts'
import { contentHash, keyOf } from './identity.ts'
import type { Loaded, Requests } from './protocol.ts'
import { RecordLinks } from './record-links.ts'

/** Archived records of one tenant, to be indexed (again). */
class LoadedBatch implements HeldBatch {
  readonly parts: OwnedPart[] = []
  readonly links = new RecordLinks()
  readonly earlier = new Map<number, OwnedPart>()

  kept(): readonly number[] {
    return [...this.parts.keys()]
  }

  release(): void {
    this.parts.length = 0
  }

  part(at: number): OwnedPart {
    const part = this.parts[at]
    if (part === undefined) throw new Error(`record ${at} is not in the batch`)
    return part
  }
}

/** Reads archived records again, to index them or to remember their keys. */
export function load({ frames, contexts }: Requests['load']): {
  readonly batch: HeldBatch
  readonly loaded: Loaded
} {
  const batch = new LoadedBatch()
  const sequences: number[] = []
  const keys: number[] = []
  const high: number[] = []
  const low: number[] = []
  for (const { frame, from, until } of frames) {
    for (const [at, line] of decodeFrame(frame).entries()) {
      const sequence = frame.first + at
      if (sequence < from || sequence >= until) continue
      const { part, identity, bytes } = readArchived(line, contexts)
      const content = contentHash(bytes)
      batch.parts.push(part)
      batch.links.add(part.tenant, part.facts)
      sequences.push(sequence)
      keys.push(keyOf(identity))
      high.push(content.high)
      low.push(content.low)
    }
  }
  return {
    batch,
    loaded: {
      count: sequences.length,
      sequences: Float64Array.from(sequences),
      keys: Float64Array.from(keys),
      high: Float64Array.from(high),
      low: Float64Array.from(low),
      links: batch.links.set(sequences.keys()),
      told: batch.links.told(sequences.keys(), (at) => sequences[at] ?? 0),
    },
  }
}

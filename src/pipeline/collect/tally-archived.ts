import { decodeFrame } from '../../archive/frames.ts'
import type { Tally } from '../../catalog/collect/measures.ts'
import { readArchived } from '../archived-record.ts'
import type { Requests } from '../protocol.ts'
import { RecordTally } from './tally.ts'

/** Counts records that are archived, in a worker: those that were recorded without having been counted. */
export function tallyArchived({ tenant, frames, contexts }: Requests['tally']): Tally {
  const total = frames.reduce((sum, { from, until }) => sum + until - from, 0)
  const tally = new RecordTally(total)
  const sequences: number[] = []
  for (const { frame, from, until } of frames) {
    for (const [offset, line] of decodeFrame(frame).entries()) {
      const sequence = frame.first + offset
      if (sequence < from || sequence >= until) continue
      const { part, bytes, container } = readArchived(line, contexts)
      const text = Buffer.from(bytes).toString('utf8')
      // How late it came cannot be told any more: the archive does not say since when somebody waited for it.
      tally.note(sequences.length, tenant, { facts: part.facts, text, container }, null)
      sequences.push(sequence)
    }
  }
  return tally.of(tenant, sequences.keys(), (at) => sequences[at] ?? 0)
}

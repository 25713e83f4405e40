import { decodeFrame } from '../archive/frames.ts'
import type { FrameRef } from '../archive/types.ts'
import { semanticForm } from '../interactions/semantic-form.ts'
import { readArchived } from './archived-record.ts'
import { identityText } from './identity.ts'
import type { ImportBatch } from './import-batch.ts'
import type { Comparison, ComparePair, Requests } from './protocol.ts'

/**
 * Tells repeats from versions: two records of one identity whose bytes differ are the same when their semantic forms
 * are (spine, section 2). A record under the same key but of another identity is neither.
 */
export function compare(
  batch: ImportBatch,
  { pairs, contexts }: Requests['compare'],
): Comparison[] {
  const frames = new Map<string, readonly Uint8Array[]>()
  const forms = new Map<number, string>()
  const linesOf = (frame: FrameRef) => {
    const name = `${frame.offset}:${frame.sealedFile}`
    let lines = frames.get(name)
    if (lines === undefined) {
      // A few frames are enough: the pairs come in the order of their places.
      if (frames.size > 64) frames.clear()
      lines = decodeFrame(frame)
      frames.set(name, lines)
    }
    return lines
  }
  const formOf = (at: number) => {
    let form = forms.get(at)
    if (form === undefined) {
      form = semanticForm(batch.text(at), batch.context(at))
      forms.set(at, form)
    }
    return form
  }

  const one = ({ index, place, earlier }: ComparePair): Comparison => {
    if (place === null) {
      if (batch.identity(earlier) !== batch.identity(index)) return 'other-identity'
      return formOf(index) === formOf(earlier) ? 'same' : 'different'
    }
    const line = linesOf(place.frame)[place.sequence - place.frame.first]
    if (line === undefined)
      throw new Error(`record ${place.sequence} is not where the archive says`)
    const archived = readArchived(line, contexts)
    if (identityText(archived.identity) !== batch.identity(index)) return 'other-identity'
    return semanticForm(archived.raw, archived.context) === formOf(index) ? 'same' : 'different'
  }

  const byPlace = [...pairs.keys()].toSorted(
    (a, b) => (pairs[a]?.place?.sequence ?? -1) - (pairs[b]?.place?.sequence ?? -1),
  )
  const results: Comparison[] = Array.from({ length: pairs.length }, () => 'different')
  for (const at of byPlace) {
    const pair = pairs[at]
    if (pair !== undefined) results[at] = one(pair)
  }
  return results
}

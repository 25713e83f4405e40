import type { Engine } from './engine.ts'
import type { Condition } from './kql/compile.ts'

// A phrase is found by reading the texts that have all its words. A list of the newest needs few of them where the
// phrase is frequent, all of them where it is rare: so they are read step by step, newest first.

export type Order = 'newest' | 'oldest'

/** Parts, of about as many rows each, that the rows to be read are cut into. */
export const STEPS = 16

/** Fewer rows than this are read at once: a step more costs more than they do. */
const FEW = 2_000

/** Times (epoch milliseconds) that cut the rows of a condition into STEPS parts, in the order of the list; none where they are few. */
export async function cutsOf(
  engine: Engine,
  { where, params }: Condition,
  order: Order,
): Promise<readonly number[]> {
  const levels = Array.from({ length: STEPS - 1 }, (_, at) => {
    const step = order === 'newest' ? STEPS - 1 - at : at + 1
    return String(step / STEPS)
  })
  const [row] = await engine.query(
    `SELECT count(), arrayMap(x -> toUnixTimestamp64Milli(x), quantilesExact(${levels.join(', ')})(occurredAt)) FROM items WHERE ${where}`,
    params,
  )
  const [rows, cuts] = row ?? []
  return Number(rows) < FEW || !Array.isArray(cuts) ? [] : cuts.map(Number)
}

/**
 * Up to which part is read next, when `found` of `wanted` were found in the first `done`: as far as these let expect
 * the rest, and a half more. What little would remain is read along.
 */
export function nextCut(done: number, found: number, wanted: number): number {
  if (done === 0) return 1
  const steps =
    found === 0 ? done * 3 : Math.max(1, Math.ceil((1.5 * done * (wanted - found)) / found))
  const next = done + steps
  return next > STEPS * 0.7 ? STEPS : next
}

import { concat } from './bytes.ts'

/** The byte that ends a line. */
export const LINE_FEED = 10

/** The lines of a file without their line feeds; undefined in place of one that is longer than a limit. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array | undefined> {
  let begun: Uint8Array[] = []
  let length = 0
  const take = (): Uint8Array | undefined => {
    const line = length > limit ? undefined : concat(...begun)
    begun = []
    length = 0
    return line
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      begun.push(chunk.subarray(from, at))
      length += at - from
      yield take()
      from = at + 1
    }
    length += chunk.length - from
    // What is beyond the limit is passed over, not kept.
    if (length <= limit) begun.push(chunk.subarray(from))
  }
  if (length > 0) yield take()
}

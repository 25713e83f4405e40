import type { ReadContext } from '../interactions/record.ts'
import type { Chunk } from '../sources/source.ts'
import type { ContainerLedger } from './container-ledger.ts'
import type { PostedChunk } from './protocol.ts'

/** Chunks as a worker takes them, under Daybook's ids of their containers; columns of CSV containers go into `contexts`. */
export function postChunks(
  chunks: readonly Chunk[],
  ledger: ContainerLedger,
  contexts: Record<string, ReadContext>,
): readonly PostedChunk[] {
  return chunks.map(({ container: source, context, bytes, ranges, positions }) => {
    const container = ledger.take(source, ranges.length / 2)
    if (context.columns !== undefined) contexts[container] = context
    const { origin } = source
    return {
      container,
      context,
      origin: origin?.name ?? 'export',
      arrival: origin ?? null,
      bytes,
      ranges,
      positions,
    }
  })
}

/** What of posted chunks moves to the worker instead of being copied. */
export function buffersOf(posted: readonly PostedChunk[]): ArrayBuffer[] {
  const buffers = posted.flatMap(({ bytes, ranges, positions }) => [
    bytes.buffer,
    ranges.buffer,
    positions.buffer,
  ])
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer)
}

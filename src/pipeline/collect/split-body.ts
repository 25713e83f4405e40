import { createHash } from 'node:crypto'
import { tableContext } from '../../sources/export-files/container-context.ts'
import { guessEncoding } from '../../sources/export-files/encoding.ts'
import { JsonSplitter } from '../../sources/export-files/json-splitter.ts'
import { NestedSplitter } from '../../sources/export-files/nested-splitter.ts'
import type { Part, Records, Splitter } from '../../sources/export-files/splitter.ts'
import type { Body } from '../../sources/feed.ts'
import type { Chunk, Container, ContainerEnd, SourceError } from '../../sources/source.ts'

export type BodyEvent =
  | { readonly type: 'chunk'; readonly chunk: Chunk; readonly isFirst: boolean }
  | { readonly type: 'fault'; readonly fault: SourceError }
  | { readonly type: 'end'; readonly ends: readonly ContainerEnd[]; readonly bytes: number }

/** A chunk is about as large; a body of any size needs a few of them in memory. */
const LIMITS = { chunkBytes: 1 << 20, maxRecordBytes: 64 << 20 }

/**
 * Splits the body of an answer into its records as it comes, by the shape that the interface is known to serve. When
 * its connection breaks, what was whole before is handed on and ended, and the error thrown.
 */
export async function* splitBody(
  { name, shape, context, bytes }: Body,
  origin: NonNullable<Container['origin']>,
  nextId: () => string,
): AsyncGenerator<BodyEvent> {
  const isTable = shape === 'telemetry-tables'
  const splitter: Splitter = isTable
    ? new NestedSplitter(LIMITS, 'tables')
    : new JsonSplitter(LIMITS)
  let container: Container = {
    id: nextId(),
    name,
    shape,
    encoding: 'utf-8',
    header: null,
    context,
    origin,
  }
  let markBytes = -1
  const ended: { container: Container; records: number }[] = []
  let records = 0
  let isFirst = true
  const hash = createHash('sha256')
  let size = 0

  function* events(parts: readonly Part[]): Generator<BodyEvent> {
    for (const part of parts) {
      if (part.kind === 'records') {
        records += part.ranges.length / 2
        yield { type: 'chunk', chunk: chunkOf(container, part, Math.max(0, markBytes)), isFirst }
        isFirst = false
      } else if (part.kind === 'columns') {
        if (part.text === container.header) continue
        if (records > 0) ended.push({ container, records })
        records = 0
        isFirst = true
        container = {
          ...container,
          id: nextId(),
          name: ended.length === 0 ? name : `${name}#${ended.length + 1}`,
          header: part.text,
          context: { ...container.context, ...tableContext(part.text) },
        }
      } else {
        const { code, offset, message } = part
        yield {
          type: 'fault',
          fault: { file: name, offset: offset + Math.max(0, markBytes), code, message },
        }
      }
    }
  }

  let broken: { readonly error: unknown } | null = null
  try {
    for await (const piece of bytes) {
      hash.update(piece)
      size += piece.length
      if (markBytes < 0) {
        const guess = guessEncoding(piece)
        markBytes = guess.encoding === 'utf-8-bom' ? guess.markBytes : 0
        if (markBytes > 0) container = { ...container, encoding: guess.encoding }
        yield* events(splitter.push(piece.subarray(markBytes)))
      } else yield* events(splitter.push(piece))
    }
  } catch (error) {
    broken = { error }
  }
  const rest = splitter.end()
  // What a broken connection cut off is no fault of the body.
  yield* events(broken === null ? rest : rest.filter(({ kind }) => kind !== 'problem'))
  if (records > 0) ended.push({ container, records })
  const digest = { size, sha256: hash.digest('hex') }
  yield {
    type: 'end',
    ends: ended.map((each) => ({ ...each, unpacked: digest, file: digest })),
    bytes: size,
  }
  if (broken !== null) throw broken.error
}

function chunkOf(container: Container, { bytes, ranges, base }: Records, markBytes: number): Chunk {
  const positions = new Float64Array(ranges.length)
  for (const [at, offset] of ranges.entries()) positions[at] = markBytes + base + offset
  return { container, context: container.context, bytes, ranges, positions }
}

import type { ReadContext, RecordFormat } from '../../interactions/record.ts'
import type { Chunk, Container } from '../source.ts'
import type { PositionMap } from './encoding.ts'
import { isEscapedObject } from './escaped-text.ts'
import { keySignature } from './object-keys.ts'
import { shapeAt } from './object-shape.ts'
import type { Records } from './splitter.ts'

const MAX_SIGNATURES = 10_000

/**
 * Makes the chunks of one container. Files may hold records of several formats: each record is looked at, and a chunk holds
 * records of one format only. What is no known record gets the container's format: it is kept and will be called unmapped.
 */
export class ChunkMaker {
  readonly #container: Container
  readonly #positions: PositionMap
  readonly #formats = new Map<number, RecordFormat>()
  readonly #contexts = new Map<RecordFormat, ReadContext>()

  constructor(container: Container, positions: PositionMap) {
    this.#container = container
    this.#positions = positions
    this.#contexts.set(container.context.format, container.context)
  }

  chunks(records: Records): Chunk[] {
    const { bytes, ranges, base } = records
    const positions = new Float64Array(ranges.length)
    for (let i = 0; i < ranges.length; i += 1) {
      positions[i] = this.#positions.positionOf(base + (ranges[i] ?? 0))
    }
    const main = this.#container.context
    if (main.columns !== undefined) return [this.#chunk(main, bytes, ranges, positions)]

    const formats: RecordFormat[] = []
    let isMixed = false
    for (let i = 0; i < ranges.length; i += 2) {
      const format = this.#formatOf(bytes, ranges[i] ?? 0, ranges[i + 1] ?? 0)
      if (format !== formats[0] && formats.length > 0) isMixed = true
      formats.push(format)
    }
    const first = formats[0] ?? main.format
    if (!isMixed) return [this.#chunk(this.#contextOf(first), bytes, ranges, positions)]
    return [...new Set(formats)].map((format) => this.#pick(records, positions, formats, format))
  }

  #formatOf(bytes: Uint8Array, start: number, end: number): RecordFormat {
    if (isEscapedObject(bytes, start, end)) return this.#told(bytes, start, end)
    const signature = keySignature(bytes, start, end)
    const known = this.#formats.get(signature)
    if (known !== undefined) return known
    const format = this.#told(bytes, start, end)
    if (this.#formats.size >= MAX_SIGNATURES) this.#formats.clear()
    this.#formats.set(signature, format)
    return format
  }

  #told(bytes: Uint8Array, start: number, end: number): RecordFormat {
    const shape = shapeAt(bytes, start, end)
    return shape?.kind === 'record' ? shape.format : this.#container.context.format
  }

  #contextOf(format: RecordFormat): ReadContext {
    const known = this.#contexts.get(format)
    if (known !== undefined) return known
    const context = { format }
    this.#contexts.set(format, context)
    return context
  }

  #chunk(
    context: ReadContext,
    bytes: Uint8Array<ArrayBuffer>,
    ranges: Uint32Array<ArrayBuffer>,
    positions: Float64Array<ArrayBuffer>,
  ): Chunk {
    return { container: this.#container, context, bytes, ranges, positions }
  }

  /** The records of one format, copied together: two chunks cannot own the same bytes. */
  #pick(
    records: Records,
    positions: Float64Array,
    formats: readonly RecordFormat[],
    format: RecordFormat,
  ): Chunk {
    const picked = formats.flatMap((each, i) => (each === format ? [i] : []))
    const ranges = new Uint32Array(picked.length * 2)
    const places = new Float64Array(picked.length * 2)
    let size = 0
    for (const i of picked) {
      size += (records.ranges[2 * i + 1] ?? 0) - (records.ranges[2 * i] ?? 0)
    }
    const bytes = new Uint8Array(size)
    let to = 0
    for (const [n, i] of picked.entries()) {
      const record = records.bytes.subarray(records.ranges[2 * i], records.ranges[2 * i + 1])
      bytes.set(record, to)
      ranges[2 * n] = to
      to += record.length
      ranges[2 * n + 1] = to
      places[2 * n] = positions[2 * i] ?? 0
      places[2 * n + 1] = positions[2 * i + 1] ?? 0
    }
    return this.#chunk(this.#contextOf(format), bytes, ranges, places)
  }
}

import { isAscii, isUtf8 } from 'node:buffer'
import { servedText } from '../platform/served-text.ts'
import type { Facts, ReadContext } from '../interactions/record.ts'
import { release } from '../platform/release.ts'
import { sourceName } from './archived-record.ts'
import type { HeldBatch, OwnedPart } from './held-batch.ts'
import type { Arrival, RecordTally } from './collect/tally.ts'
import type { PostedChunk } from './protocol.ts'
import { RecordLinks } from './record-links.ts'

const IDENTITY_BYTES = 16

interface OpenChunk extends PostedChunk {
  readonly buffer: Buffer
  /** null: not valid UTF-8 as a whole. */
  readonly encoding: 'latin1' | 'utf8' | null
}

/** The records of an import's batch as they came in: their bytes stay in the chunks that were posted. */
export class ImportBatch implements HeldBatch {
  readonly count: number
  readonly links = new RecordLinks()
  /** Counts, if they were asked for. */
  tally: RecordTally | null = null
  readonly earlier = new Map<number, OwnedPart>()
  readonly tenants: string[] = []
  /** What each record says. */
  readonly facts: Facts[] = []
  /** -1 until the record is packed; stays so for what is not kept. */
  readonly sequences: Float64Array
  receivedAt = ''
  readonly #chunks: readonly OpenChunk[]
  readonly #chunkOf: Uint16Array
  readonly #pairOf: Uint32Array
  readonly #identities: Buffer

  constructor(chunks: readonly PostedChunk[]) {
    this.#chunks = chunks.map((chunk) => {
      const buffer = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength)
      // Asked once for the chunk; a single odd byte in it makes every record be asked for itself.
      const encoding = isAscii(buffer)
        ? ('latin1' as const)
        : isUtf8(buffer)
          ? ('utf8' as const)
          : null
      return { ...chunk, buffer, encoding }
    })
    this.count = chunks.reduce((sum, { ranges }) => sum + ranges.length / 2, 0)
    this.#chunkOf = new Uint16Array(this.count)
    this.#pairOf = new Uint32Array(this.count)
    this.#identities = Buffer.alloc(this.count * IDENTITY_BYTES)
    this.sequences = new Float64Array(this.count).fill(-1)
    let at = 0
    for (const [number, { ranges }] of chunks.entries()) {
      for (let pair = 0; pair + 1 < ranges.length; pair += 2) {
        this.#chunkOf[at] = number
        this.#pairOf[at] = pair
        at += 1
      }
    }
  }

  #chunk(at: number): OpenChunk {
    const chunk = this.#chunks[this.#chunkOf[at] ?? 0]
    if (chunk === undefined) throw new Error(`record ${at} is not in the batch`)
    return chunk
  }

  bytes(at: number): Uint8Array {
    const { buffer, ranges } = this.#chunk(at)
    const pair = this.#pairOf[at] ?? 0
    return buffer.subarray(ranges[pair], ranges[pair + 1])
  }

  /** The record's text; null when its bytes are not valid UTF-8: they are archived as they are. */
  raw(at: number): string | null {
    const { buffer, ranges, encoding } = this.#chunk(at)
    const pair = this.#pairOf[at] ?? 0
    const from = ranges[pair] ?? 0
    const until = ranges[pair + 1] ?? 0
    if (encoding !== null) return buffer.toString(encoding, from, until)
    return isUtf8(buffer.subarray(from, until)) ? buffer.toString('utf8', from, until) : null
  }

  /** The record's text as well as it can be read. */
  text(at: number): string {
    return this.raw(at) ?? servedText(this.bytes(at))
  }

  context(at: number): ReadContext {
    return this.#chunk(at).context
  }

  container(at: number): string {
    return this.#chunk(at).container
  }

  range(at: number): readonly [number, number] {
    const { positions } = this.#chunk(at)
    const pair = this.#pairOf[at] ?? 0
    return [positions[pair] ?? 0, positions[pair + 1] ?? 0]
  }

  arrival(at: number): Arrival | null {
    return this.#chunk(at).arrival
  }

  setIdentity(at: number, identity: Buffer): void {
    identity.copy(this.#identities, at * IDENTITY_BYTES, 0, IDENTITY_BYTES)
  }

  identity(at: number): string {
    return this.#identities.toString('hex', at * IDENTITY_BYTES, (at + 1) * IDENTITY_BYTES)
  }

  source(at: number): string {
    const { origin, context } = this.#chunk(at)
    return sourceName(origin, context.format)
  }

  release(): void {
    release(this.#chunks.map(({ bytes }) => bytes))
    this.facts.length = 0
  }

  kept(tenant: string): readonly number[] {
    const kept: number[] = []
    for (let at = 0; at < this.count; at += 1) {
      if ((this.sequences[at] ?? -1) >= 0 && this.tenants[at] === tenant) kept.push(at)
    }
    return kept.toSorted((a, b) => (this.sequences[a] ?? 0) - (this.sequences[b] ?? 0))
  }

  part(at: number): OwnedPart {
    const facts = this.facts[at]
    if (facts === undefined) throw new Error(`record ${at} is not in the batch`)
    return {
      tenant: this.tenants[at] ?? '',
      sequence: this.sequences[at] ?? -1,
      receivedAt: this.receivedAt,
      source: this.source(at),
      identity: this.identity(at),
      facts,
    }
  }
}

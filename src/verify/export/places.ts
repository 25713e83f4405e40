import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { readPart, sizeOf } from '../../platform/files.ts'
import { isObject } from '../../platform/json-object.ts'
import type { ExportFindings } from './findings.ts'
import { isCount, isRecordFile, isRowsFile, LINES } from './package-manifest.ts'

/** Where a proof says that its record lies. */
export type Place =
  | { readonly file: string; readonly line: number }
  | { readonly file: string; readonly offset: number; readonly length: number }
  | { readonly file: string }

/** A text of the archive is at most 64 MiB in JSON. */
const MAX_TEXT = 65 * 1024 * 1024
const WINDOW = 4 * 1024 * 1024
const LINE_FEED = 10

export function parsePlace(value: unknown): Place | undefined {
  if (!isObject(value)) return undefined
  const { file, line, offset, length } = value
  if (typeof file !== 'string') return undefined
  if (file === LINES) return isCount(line) && line > 0 ? { file, line } : undefined
  if (isRowsFile(file))
    return isCount(offset) && isCount(length) && length > 0 ? { file, offset, length } : undefined
  return isRecordFile(file) ? { file } : undefined
}

/** The exact texts of a package, found by their places; remembers which of them were. */
export class Places {
  readonly #root: string
  readonly #files: ReadonlySet<string>
  readonly #whole = new Set<string>()
  /** Per file of rows: where a row begins, and its length. */
  readonly #rows = new Map<string, Map<number, number>>()
  readonly #sizes = new Map<string, number>()
  /** Where each line of records.jsonl ends. */
  #ends: Float64Array = new Float64Array(0)
  #used: Uint8Array = new Uint8Array(0)
  #window: { readonly file: string; readonly from: number; readonly bytes: Buffer } | null = null

  private constructor(root: string, files: ReadonlySet<string>) {
    this.#root = root
    this.#files = files
  }

  static async open(root: string, files: ReadonlySet<string>): Promise<Places> {
    const places = new Places(root, files)
    if (files.has(LINES)) {
      places.#ends = await lineEnds(join(root, LINES))
      places.#used = new Uint8Array(places.#ends.length)
    }
    return places
  }

  get lines(): number {
    return this.#ends.length
  }

  /** The bytes at a place, and whether it was asked for before; undefined when it is not there. */
  take(place: Place): { readonly bytes: Buffer; readonly again: boolean } | undefined {
    if (!this.#files.has(place.file)) return undefined
    const { bytes, again } = this.#take(place)
    return bytes && { bytes, again }
  }

  #take(place: Place): { readonly bytes: Buffer | undefined; readonly again: boolean } {
    if ('line' in place) {
      const end = this.#ends[place.line - 1]
      if (end === undefined) return { bytes: undefined, again: false }
      const again = this.#used[place.line - 1] === 1
      this.#used[place.line - 1] = 1
      const start = place.line === 1 ? 0 : (this.#ends[place.line - 2] ?? 0) + 1
      return { bytes: this.#read(place.file, start, end - start), again }
    }
    if ('offset' in place) {
      const { file, offset, length } = place
      const rows = this.#rows.get(file) ?? new Map<number, number>()
      this.#rows.set(file, rows)
      const again = rows.has(offset)
      const bytes = this.#read(file, offset, length)
      if (bytes !== undefined) rows.set(offset, length)
      return { bytes, again }
    }
    const again = this.#whole.has(place.file)
    this.#whole.add(place.file)
    return { bytes: this.#read(place.file, 0, this.#sizeOf(place.file)), again }
  }

  /** Step 7: every text is the place of a proof. */
  reportUnproven(findings: ExportFindings): void {
    const free = this.#used.indexOf(0)
    if (free >= 0) {
      const count = this.#used.reduce((sum, used) => sum + (used === 0 ? 1 : 0), 0)
      const more = count === 1 ? '' : `, and of ${count - 1} others`
      findings.add(
        `${LINES}#${free + 1}`,
        'RECORD_UNPROVEN',
        `there is no proof of this line${more}`,
      )
    }
    for (const path of this.#files) {
      if (isRecordFile(path) && !this.#whole.has(path))
        findings.add(path, 'RECORD_UNPROVEN', 'there is no proof of this record')
      if (!isRowsFile(path)) continue
      const stray = this.#strayByte(path)
      if (stray !== undefined)
        findings.add(path, 'RECORD_UNPROVEN', `there is no proof of what begins at byte ${stray}`)
    }
  }

  /** Where something stands in a file of rows that is neither the header line, a row, nor the line feed behind one. */
  #strayByte(path: string): number | undefined {
    const rows = [...(this.#rows.get(path) ?? [])].toSorted(([a], [b]) => a - b)
    const size = this.#sizeOf(path)
    let at = this.#headerEnd(path, size)
    for (const [offset, length] of rows) {
      if (offset !== at) return at
      at = offset + length
      if (this.#read(path, at, 1)?.[0] !== LINE_FEED) return at
      at += 1
    }
    return at === size ? undefined : at
  }

  /** Behind the first line feed that stands outside quotes. */
  #headerEnd(path: string, size: number): number {
    const head = this.#read(path, 0, Math.min(size, WINDOW)) ?? Buffer.alloc(0)
    let quoted = false
    for (const [at, byte] of head.entries()) {
      if (byte === 0x22) quoted = !quoted
      else if (byte === LINE_FEED && !quoted) return at + 1
    }
    return size
  }

  #sizeOf(file: string): number {
    const size = this.#sizes.get(file) ?? sizeOf(join(this.#root, file))
    this.#sizes.set(file, size)
    return size
  }

  #read(file: string, offset: number, length: number): Buffer | undefined {
    if (length > MAX_TEXT) return undefined
    const window = this.#window
    const inside =
      window?.file === file &&
      offset >= window.from &&
      offset + length <= window.from + window.bytes.length
    if (window !== null && inside)
      return window.bytes.subarray(offset - window.from, offset - window.from + length)
    const rest = Math.max(0, Math.min(WINDOW, this.#sizeOf(file) - offset))
    const bytes = readPart(join(this.#root, file), offset, Math.max(length, rest))
    this.#window = { file, from: offset, bytes }
    return bytes.length < length ? undefined : bytes.subarray(0, length)
  }
}

async function lineEnds(file: string): Promise<Float64Array> {
  let ends = new Float64Array(1024)
  let count = 0
  let offset = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    if (!(chunk instanceof Buffer)) continue
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) {
      if (count === ends.length) {
        const grown = new Float64Array(count * 2)
        grown.set(ends)
        ends = grown
      }
      ends[count] = offset + at
      count += 1
    }
    offset += chunk.length
  }
  return ends.subarray(0, count)
}

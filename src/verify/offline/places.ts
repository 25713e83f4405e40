import { concat } from './bytes.ts'
import type { Findings } from './findings.ts'
import { isCount, isObject } from './json.ts'
import { LINE_FEED } from './lines.ts'
import { Numbers, NumberSet } from './numbers.ts'
import { type PackageFile, wholeOf } from './package-file.ts'
import { RECORDS } from './package-manifest.ts'
import { RangeReader } from './range-reader.ts'

// docs/spec/export-format.md sections 4 and 5: where the exact text of a record lies, and that every text is proven once.

/** The longest line of an archive: no record is longer. */
const MAX_RECORD = 64 * 1024 * 1024
const MAX_HEADER = 1024 * 1024

/** Where a proof says that its record lies. */
export type Place =
  | { readonly kind: 'line'; readonly line: number }
  | {
      readonly kind: 'rows'
      readonly file: string
      readonly offset: number
      readonly length: number
    }
  | { readonly kind: 'file'; readonly file: string }

/** Reads a place; undefined when it is none. */
export function parsePlace(value: unknown): Place | undefined {
  if (!isObject(value)) return undefined
  const { file, line, offset, length } = value
  if (typeof file !== 'string') return undefined
  if (file === RECORDS) return isCount(line) && line > 0 ? { kind: 'line', line } : undefined
  if (isRows(file))
    return isCount(offset) && isCount(length) && length > 0
      ? { kind: 'rows', file, offset, length }
      : undefined
  return isSingle(file) ? { kind: 'file', file } : undefined
}

const isRows = (file: string): boolean => /^rows-\d{1,9}\.csv$/.test(file)
const isSingle = (file: string): boolean => file.startsWith('records/')

/** The rows of one CSV file that proofs have named. */
class Rows {
  readonly starts = new NumberSet()
  private readonly from = new Numbers()
  private readonly to = new Numbers()

  /** A row with the line feed behind it. */
  add(offset: number, length: number): void {
    this.from.push(offset)
    this.to.push(offset + length + 1)
  }

  /** Where the rows, laid one after the other from `start` on, first leave something out. */
  firstGap(start: number): number {
    const inOrder = this.from
      .indexes()
      .toSorted((a, b) => (this.from.at(a) ?? 0) - (this.from.at(b) ?? 0))
    let next = start
    for (const index of inOrder) {
      if (this.from.at(index) !== next) return next
      next = this.to.at(index) ?? next
    }
    return next
  }
}

/** The texts of a package: gives the text at a place, and remembers which were asked for. */
export class Places {
  private readonly files: ReadonlyMap<string, PackageFile>
  private readonly recordEnds: Numbers
  private readonly lines: Uint8Array
  private readonly readers = new Map<string, RangeReader>()
  private readonly rows = new Map<string, Rows>()
  private readonly singles = new Set<string>()

  constructor(files: ReadonlyMap<string, PackageFile>, recordEnds: Numbers) {
    this.files = files
    this.recordEnds = recordEnds
    this.lines = new Uint8Array(recordEnds.length)
  }

  /**
   * The bytes of a record; undefined when there is no such place, `again` when another proof has named it.
   * Throws PackageError when it cannot be read.
   */
  async take(place: Place): Promise<Uint8Array | 'again' | undefined> {
    if (place.kind === 'line') return this.takeLine(place.line)
    if (place.kind === 'rows') return this.takeRow(place.file, place.offset, place.length)
    const file = this.files.get(place.file)
    if (file === undefined) return undefined
    if (this.singles.has(place.file)) return 'again'
    this.singles.add(place.file)
    return wholeOf(file, MAX_RECORD)
  }

  private async takeLine(line: number): Promise<Uint8Array | 'again' | undefined> {
    const end = this.recordEnds.at(line - 1)
    const start = line === 1 ? 0 : (this.recordEnds.at(line - 2) ?? 0) + 1
    if (end === undefined) return undefined
    if (this.lines[line - 1] === 1) return 'again'
    this.lines[line - 1] = 1
    return this.range(RECORDS, start, end - start)
  }

  private async takeRow(
    file: string,
    offset: number,
    length: number,
  ): Promise<Uint8Array | 'again' | undefined> {
    const rows = this.rows.get(file) ?? new Rows()
    this.rows.set(file, rows)
    if (!rows.starts.add(offset)) return 'again'
    const ended = await this.range(file, offset, length + 1)
    // Without a line feed behind it, it is not known to be a whole row.
    if (ended?.[length] === LINE_FEED) rows.add(offset, length)
    return ended?.subarray(0, length) ?? this.range(file, offset, length)
  }

  /** Reports every text that no proof has named. */
  async checkComplete(listed: readonly string[], findings: Findings): Promise<void> {
    const unproven = this.lines.reduce((sum, proven) => sum + (proven === 0 ? 1 : 0), 0)
    if (unproven > 0) {
      const first = this.lines.indexOf(0) + 1
      findings.add(
        'RECORD_UNPROVEN',
        unproven === 1
          ? `Line ${first} of ${RECORDS} has no proof.`
          : `${unproven} lines of ${RECORDS} have no proof, the first is line ${first}.`,
        { file: RECORDS },
      )
    }
    for (const path of listed) {
      const file = this.files.get(path)
      if (file === undefined) continue
      if (isSingle(path) && !this.singles.has(path))
        findings.add('RECORD_UNPROVEN', `${path} has no proof.`, { file: path })
      if (isRows(path)) await this.checkRows(path, file, findings)
    }
  }

  async close(): Promise<void> {
    for (const reader of this.readers.values()) await reader.close()
  }

  private async checkRows(path: string, file: PackageFile, findings: Findings): Promise<void> {
    const next = (this.rows.get(path) ?? new Rows()).firstGap(await headerEnd(file))
    if (next < file.size)
      findings.add('RECORD_UNPROVEN', `What begins at byte ${next} of ${path} has no proof.`, {
        file: path,
      })
  }

  private async range(
    path: string,
    offset: number,
    length: number,
  ): Promise<Uint8Array | undefined> {
    const file = this.files.get(path)
    if (file === undefined || length > MAX_RECORD + 1) return undefined
    const reader = this.readers.get(path) ?? new RangeReader(file)
    this.readers.set(path, reader)
    return reader.read(offset, length)
  }
}

/** Where the rows of a CSV file begin: behind the first line feed that is not in quotes. */
async function headerEnd(file: PackageFile): Promise<number> {
  let head: Uint8Array = new Uint8Array(0)
  for await (const chunk of file.chunks()) {
    head = concat(head, chunk)
    if (head.length > MAX_HEADER) break
  }
  let quoted = false
  for (const [at, byte] of head.entries()) {
    if (byte === 0x22) quoted = !quoted
    if (byte === LINE_FEED && !quoted) return at + 1
  }
  return head.length
}

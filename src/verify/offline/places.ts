import { concat } from './bytes.ts'
import type { Findings } from './findings.ts'
import { isCount, isObject } from './json.ts'
import { LINE_FEED } from './lines.ts'
import { Numbers } from './numbers.ts'
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
    return isCount(offset) && isCount(length) ? { kind: 'rows', file, offset, length } : undefined
  return isSingle(file) ? { kind: 'file', file } : undefined
}

const isRows = (file: string): boolean => /^rows-\d{1,9}\.csv$/.test(file)
const isSingle = (file: string): boolean => file.startsWith('records/')

/** The texts of a package: gives the text at a place, and remembers which were asked for. */
export class Places {
  private readonly files: ReadonlyMap<string, PackageFile>
  private readonly recordEnds: Numbers
  private readonly lines: Uint8Array
  private readonly readers = new Map<string, RangeReader>()
  private readonly rows = new Map<string, { readonly starts: Numbers; readonly ends: Numbers }>()
  private readonly singles = new Set<string>()

  constructor(files: ReadonlyMap<string, PackageFile>, recordEnds: Numbers) {
    this.files = files
    this.recordEnds = recordEnds
    this.lines = new Uint8Array(recordEnds.length)
  }

  /** The bytes of a record; undefined when there is no such place. Throws PackageError when it cannot be read. */
  async read(place: Place): Promise<Uint8Array | undefined> {
    if (place.kind === 'line') {
      const end = this.recordEnds.at(place.line - 1)
      const start = place.line === 1 ? 0 : (this.recordEnds.at(place.line - 2) ?? 0) + 1
      return end === undefined ? undefined : this.range(RECORDS, start, end - start)
    }
    if (place.kind === 'rows') {
      // With the line feed behind it: only such a range is a whole row.
      const row = await this.range(place.file, place.offset, place.length + 1)
      return row?.[place.length] === LINE_FEED ? row.subarray(0, -1) : undefined
    }
    const file = this.files.get(place.file)
    return file && (await wholeOf(file, MAX_RECORD))
  }

  /** Notes that a proof names this place; false when another one has named it. */
  claim(place: Place): boolean {
    if (place.kind === 'line') {
      const before = this.lines[place.line - 1]
      this.lines[place.line - 1] = 1
      // A line that is not there is another finding.
      return before !== 1
    }
    if (place.kind === 'rows') {
      const rows = this.rows.get(place.file) ?? { starts: new Numbers(), ends: new Numbers() }
      this.rows.set(place.file, rows)
      rows.starts.push(place.offset)
      rows.ends.push(place.offset + place.length)
      return true
    }
    const before = this.singles.has(place.file)
    this.singles.add(place.file)
    return !before
  }

  /** Reports every text that no proof has named. */
  async checkComplete(findings: Findings): Promise<void> {
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
    for (const [path, file] of this.files) {
      if (isSingle(path) && !this.singles.has(path))
        findings.add('RECORD_UNPROVEN', `${path} has no proof.`, { file: path })
      if (isRows(path)) await this.checkRows(path, file, findings)
    }
  }

  async close(): Promise<void> {
    for (const reader of this.readers.values()) await reader.close()
  }

  private async checkRows(path: string, file: PackageFile, findings: Findings): Promise<void> {
    const { starts, ends } = this.rows.get(path) ?? { starts: new Numbers(), ends: new Numbers() }
    const inOrder = starts.indexes().toSorted((a, b) => (starts.at(a) ?? 0) - (starts.at(b) ?? 0))
    let next = await headerEnd(file)
    for (const index of inOrder) {
      const start = starts.at(index) ?? 0
      if (start < next)
        findings.add('PROOF_REPEATED', `Two proofs name the bytes at ${start} of ${path}.`, {
          file: path,
        })
      if (start > next)
        findings.add('RECORD_UNPROVEN', `The bytes ${next} to ${start} of ${path} have no proof.`, {
          file: path,
        })
      next = Math.max(next, (ends.at(index) ?? 0) + 1)
    }
    if (next < file.size)
      findings.add('RECORD_UNPROVEN', `${path} has no proof from byte ${next} on.`, { file: path })
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

/** The header of a CSV, and where its rows begin. */
export interface CsvHeader {
  /** The exact line, without byte order mark and line end. */
  readonly line: string
  readonly columns: readonly string[]
  readonly delimiter: string
  /** The file ends in the middle of it: inside a quoted name, or behind a delimiter. */
  readonly isCut: boolean
  /** Its first byte, and the byte behind its line end. */
  readonly start: number
  readonly end: number
}

const QUOTE = 0x22
const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * Reads the header line at the beginning of a UTF-8 text, or at `from`: behind PowerShell 5.1's `#TYPE` line, Excel's `sep=` line and
 * blank lines. Null when the line is not complete. The delimiter is the one of `,`, `;`, tab and `|` that stands there most often.
 */
export function readCsvHeader(head: Uint8Array, isWhole: boolean, from = 0): CsvHeader | null {
  let start = from
  for (;;) {
    const line = lineAt(head, start, isWhole)
    if (line === null) return null
    const text = Buffer.from(head.subarray(start, line.end)).toString('utf8')
    const isPreamble = text.startsWith('#TYPE') || /^"?sep=.?"?$/i.test(text)
    if (text.trim() !== '' && !isPreamble) {
      const delimiter = delimiterOf(text)
      const columns = cellsOf(text, delimiter)
      const { next: end } = line
      const isLast = line.end === line.next
      const isCut = isLast && (text.split('"').length % 2 === 0 || text.endsWith(delimiter))
      return { line: text, columns, delimiter, isCut, start, end }
    }
    if (line.next >= head.length) return null
    start = line.next
  }
}

type Line = { readonly end: number; readonly next: number }

function lineAt(head: Uint8Array, start: number, isWhole: boolean): Line | null {
  let isQuoted = false
  for (let at = start; at < head.length; at += 1) {
    const byte = head[at]
    if (byte === QUOTE) isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (byte === NEWLINE) return { end: at, next: at + 1 }
    else if (byte === RETURN) {
      if (at + 1 === head.length && !isWhole) return null
      if (head[at + 1] === NEWLINE) return { end: at, next: at + 2 }
      return { end: at, next: at + 1 }
    }
  }
  return isWhole ? { end: head.length, next: head.length } : null
}

function delimiterOf(line: string): string {
  const bare = line.replace(/"[^"]*"/g, '')
  const counts = [',', ';', '\t', '|'].map((mark) => ({ mark, count: bare.split(mark).length }))
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).mark
}

function cellsOf(line: string, delimiter: string): readonly string[] {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (const mark of line.replace(/^\uFEFF/, '')) {
    if (mark === '"') isQuoted = !isQuoted
    else if (mark === delimiter && !isQuoted) {
      cells.push(cell.trim())
      cell = ''
    } else cell += mark
  }
  cells.push(cell.trim())
  return cells
}

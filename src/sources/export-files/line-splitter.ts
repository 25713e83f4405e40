import { Splitter } from './splitter.ts'

const NEWLINE = 0x0a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const COMMA = 0x2c
const QUOTE = 0x22
const BACKSLASH = 0x5c
const JOINT = new Uint8Array([CLOSE_BRACE, OPEN_BRACE])

/**
 * Splits NDJSON: each line is a record, its bytes without the blanks around it. A line that cannot be one object is
 * still kept if it begins like one ("what cannot be understood is archived all the same"), and reported; reading goes on
 * with the next line. Several objects on one line are a record each.
 */
export class LineSplitter extends Splitter {
  #joint = -2

  protected scan(): void {
    const seen = this.bytes.subarray(0, this.length)
    const text = Buffer.from(seen.buffer, seen.byteOffset, seen.length)
    this.#joint = -2
    for (;;) {
      const end = seen.indexOf(NEWLINE, this.position)
      if (end < 0) break
      const start = this.recordStart < 0 ? this.position : this.recordStart
      if (this.isSkipping) this.isSkipping = false
      else this.#line(text, start, end, true)
      this.recordStart = -1
      this.position = end + 1
    }
    if (this.recordStart < 0 && !this.isSkipping && this.position < this.length) {
      this.recordStart = this.position
    }
    this.position = this.length
  }

  protected finish(): void {
    if (this.recordStart < 0) return
    const seen = this.bytes.subarray(0, this.length)
    this.#joint = -2
    this.#line(
      Buffer.from(seen.buffer, seen.byteOffset, seen.length),
      this.recordStart,
      this.length,
      false,
    )
    this.recordStart = -1
  }

  #line(text: Buffer, lineStart: number, lineEnd: number, isTerminated: boolean): void {
    let start = lineStart
    let end = lineEnd
    let hasNul = false
    while (start < end && (isBlank(text, start) || isMark(text, start))) {
      if (text[start] === 0) hasNul = true
      start += isMark(text, start) ? 3 : 1
    }
    while (end > start && (isBlank(text, end - 1) || text[end - 1] === COMMA)) {
      if (text[end - 1] === 0) hasNul = true
      end -= 1
    }
    if (hasNul) {
      this.problem(
        'FILE_BROKEN',
        lineStart,
        'NUL bytes stand between the records: the file was probably not written to its end',
      )
    }
    if (start >= end) return
    if (text[start] !== OPEN_BRACE) {
      this.problem(
        'ELEMENT_NOT_A_RECORD',
        start,
        'this line does not begin with a JSON object; it was left out',
      )
    } else if (text[end - 1] !== CLOSE_BRACE || (!isTerminated && isOpen(text, start, end))) {
      if (isTerminated) {
        this.record(start, end)
        this.problem(
          'FILE_BROKEN',
          start,
          'this line is not a whole JSON object; it was kept as it is, and the lines behind it were read',
        )
      } else {
        this.problem(
          'FILE_TRUNCATED',
          start,
          `the file ends at byte ${this.base + this.length}, inside the record that begins here: fetch it again; the records before it were read`,
        )
      }
    } else if (this.#hasJoint(text, start, end)) this.#objects(text, start, end)
    else this.record(start, end)
  }

  /** Does `}{` stand in the line? One search serves many lines. */
  #hasJoint(text: Buffer, start: number, end: number): boolean {
    if (this.#joint !== -1 && this.#joint < start) this.#joint = text.indexOf(JOINT, start)
    return this.#joint >= 0 && this.#joint < end
  }

  /** Objects joined on one line; if they do not come out evenly the line is one record. */
  #objects(text: Buffer, start: number, end: number): void {
    const ends: number[] = []
    let depth = 0
    for (let at = start; at < end; at += 1) {
      const byte = text[at]
      if (byte === QUOTE) {
        at += 1
        while (at < end && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1
      } else if (byte === OPEN_BRACE) depth += 1
      else if (byte === CLOSE_BRACE) {
        depth -= 1
        if (depth === 0) {
          ends.push(at + 1)
          if (at + 1 < end && text[at + 1] !== OPEN_BRACE) depth = -1
        }
        if (depth < 0) break
      }
    }
    if (depth !== 0 || ends.at(-1) !== end) {
      this.record(start, end)
      return
    }
    let from = start
    for (const to of ends) {
      this.record(from, to)
      from = to
    }
  }
}

/** A line that is cut off may end in a brace all the same: are more opened than closed? */
function isOpen(text: Buffer, start: number, end: number): boolean {
  let depth = 0
  for (let at = start; at < end; at += 1) {
    const byte = text[at]
    if (byte === QUOTE) {
      at += 1
      while (at < end && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1
    } else if (byte === OPEN_BRACE) depth += 1
    else if (byte === CLOSE_BRACE) depth -= 1
  }
  return depth > 0
}

/** Blanks and control characters. */
function isBlank(text: Buffer, at: number): boolean {
  return (text[at] ?? 0) <= 0x20
}

/** A byte order mark between joined files. */
function isMark(text: Buffer, at: number): boolean {
  return text[at] === 0xef && text[at + 1] === 0xbb && text[at + 2] === 0xbf
}

import type { Nest } from './object-shape.ts'
import { Splitter } from './splitter.ts'
import type { SplitterLimits } from './splitter.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** Brackets deeper than this are counted, but not compared with what opened them. */
const MAX_KINDS = 512
/** Pages and lists in each other. */
const MAX_FRAMES = 16
/** A key and the blanks behind it are shorter; what is not is no page. */
const MAX_KEY_BYTES = 4_096

/** What is open: a list of pages, a page, the list that holds the records. */
type Kind = 'pages' | 'page' | 'records'
/** `level`: how many keys of the path lead here. */
type Frame = { readonly kind: Kind; readonly level: number }
/** What the value that is being read is. */
type Use = 'record' | 'text' | 'columns' | 'dropped'

/**
 * Finds the exact bytes of records that lie further inside: behind the keys of a path, `{"Records": [{…}]}` or
 * `{"Records": {…}}` of Activity Explorer, also as JSON in a text; or in the tables of Application Insights,
 * `{"tables": [{"columns": […], "rows": [[…]]}]}`. Several such pages may stand in a list or after each other.
 * A row's columns are handed out before it, if they stand before it.
 */
export class NestedSplitter extends Splitter {
  readonly #nest: Nest
  readonly #frames: Frame[] = []
  #mode: 'between' | 'value' | 'lost' = 'between'
  #use: Use = 'dropped'
  #depth = 0
  #isInString = false
  readonly #kinds = new Uint8Array(MAX_KINDS)
  #isInGarbage = false
  /** True once rows have begun: their columns, if any were seen, are known. */
  sawRows = false

  constructor(limits: SplitterLimits, nest: Nest) {
    super(limits)
    this.#nest = nest
  }

  /** The record that is cut off at the end of what has been read so far; null if there is none. */
  get unfinished(): Uint8Array | null {
    if (this.recordStart < 0 || this.#use !== 'record') return null
    return this.bytes.slice(this.recordStart, this.length)
  }

  protected scan(): void {
    while (this.position < this.length && this.#mode !== 'lost') {
      if (this.#mode === 'value') this.#scanValue()
      else if (!this.#scanBetween()) return
    }
    if (this.#mode === 'lost') this.position = Math.max(this.position, this.length)
  }

  protected finish(): void {
    if (this.#mode === 'lost') return
    const end = this.base + this.length
    if (this.#mode === 'value' && this.#use === 'text' && !this.isSkipping) {
      this.cutText(this.recordStart)
    } else if (this.#mode === 'value' && this.#use === 'record' && !this.isSkipping) {
      this.problem(
        'FILE_TRUNCATED',
        this.recordStart,
        `the file ends at byte ${end}, inside the record that begins here: fetch it again; the records before it were read`,
      )
    } else if (this.#mode === 'value' || this.#frames.length > 0) {
      this.problem(
        'FILE_TRUNCATED',
        this.length,
        'the file ends before its page is closed, so records may be missing: fetch it again',
      )
    }
    this.recordStart = -1
  }

  /** Between values. False: more bytes are needed to go on. */
  #scanBetween(): boolean {
    const { bytes, length } = this
    while (this.position < length) {
      const at = this.position
      const byte = bytes[at] ?? 0
      const frame = this.#frames.at(-1)
      if (byte <= 0x20 || byte === COMMA) this.position = at + 1
      else if (frame?.kind === 'page') {
        if (byte === CLOSE_BRACE) this.#close(at)
        else if (byte !== QUOTE) return this.#lose(at)
        else return this.#key(at, frame.level)
      } else if (byte === CLOSE_BRACKET && frame !== undefined) this.#close(at)
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.#isInGarbage = false
        return this.#element(at, byte, frame)
      } else this.#garbage(at, byte)
      if (this.#mode !== 'between') return true
    }
    return true
  }

  #close(at: number): void {
    this.#frames.pop()
    this.#isInGarbage = false
    this.position = at + 1
  }

  #open(at: number, kind: Kind, level: number): true {
    if (this.#frames.length >= MAX_FRAMES) return this.#begin(at, 'dropped')
    this.#frames.push({ kind, level })
    this.position = at + 1
    return true
  }

  /** An object or list that stands in a list, or at the outside. */
  #element(at: number, byte: number, frame: Frame | undefined): true {
    if (frame?.kind === 'records') {
      const isRow = byte === OPEN_BRACE || this.#nest === 'tables'
      return isRow ? this.#begin(at, 'record') : this.#open(at, 'records', frame.level)
    }
    return this.#open(at, byte === OPEN_BRACE ? 'page' : 'pages', frame?.level ?? 0)
  }

  /** A key of a page, and where its value begins. */
  #key(at: number, level: number): boolean {
    const { bytes } = this
    const limit = Math.min(this.length, at + MAX_KEY_BYTES)
    let end = at + 1
    while (end < limit && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1
    let value = skipBlanks(bytes, end + 1, limit)
    const hasColon = value < limit && bytes[value] === COLON
    if (hasColon) value = skipBlanks(bytes, value + 1, limit)
    if (value >= limit) {
      if (limit === this.length) return false
      return this.#lose(at)
    }
    if (!hasColon) return this.#lose(value)
    const key = Buffer.from(bytes.subarray(at + 1, end))
      .toString('latin1')
      .toLowerCase()
    if (this.#nest === 'tables') return this.#partOfTables(key, value)
    return this.#valueAt(key, this.#nest, level, value)
  }

  #valueAt(key: string, path: readonly string[], level: number, at: number): true {
    const byte = this.bytes[at] ?? 0
    const isList = byte === OPEN_BRACKET
    const wanted = path[level]
    if (wanted !== '*' && wanted !== key) {
      // A list of pages that a script wrapped once more.
      return key === 'value' && isList ? this.#open(at, 'pages', level) : this.#begin(at, 'dropped')
    }
    const isLast = level === path.length - 1
    if (isList) return this.#open(at, isLast ? 'records' : 'pages', level + 1)
    if (byte === OPEN_BRACE) {
      return isLast ? this.#begin(at, 'record') : this.#open(at, 'page', level + 1)
    }
    return this.#begin(at, isLast && byte === QUOTE && wanted !== '*' ? 'text' : 'dropped')
  }

  /** Tables may lie in whatever: what has rows is one. */
  #partOfTables(key: string, at: number): true {
    const byte = this.bytes[at] ?? 0
    if (byte === OPEN_BRACE) return this.#open(at, 'page', 0)
    if (byte !== OPEN_BRACKET) return this.#begin(at, 'dropped')
    if (key === 'columns') return this.#begin(at, 'columns')
    if (key !== 'rows') return this.#open(at, 'pages', 0)
    this.sawRows = true
    return this.#open(at, 'records', 0)
  }

  #begin(at: number, use: Use): true {
    this.#mode = 'value'
    this.#use = use
    this.#depth = 0
    this.#isInString = false
    this.recordStart = use === 'dropped' ? -1 : at
    this.position = at
    return true
  }

  #garbage(at: number, byte: number): void {
    this.position = at + 1
    const isMark = byte === 0xef || byte === 0xbb || byte === 0xbf
    if (byte === QUOTE && this.#frames.at(-1)?.kind === 'records') {
      this.#begin(at, 'text')
      return
    }
    if (byte === QUOTE) this.#begin(at, 'dropped')
    if (this.#isInGarbage || isMark) return
    this.#isInGarbage = true
    this.problem(
      'ELEMENT_NOT_A_RECORD',
      at,
      'something other than a record stands here; it was left out',
    )
  }

  /** To the end of the value or of the bytes. */
  #scanValue(): void {
    const { bytes, length } = this
    let at = this.position
    while (at < length) {
      if (this.#isInString) {
        while (at < length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
        if (at >= length) break
        at += 1
        this.#isInString = false
        if (this.#depth === 0) return this.#end(at)
        continue
      }
      const byte = bytes[at] ?? 0
      if (byte === QUOTE) this.#isInString = true
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (this.#depth < MAX_KINDS) this.#kinds[this.#depth] = byte + 2
        this.#depth += 1
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.#depth === 0) return this.#end(at)
        this.#depth -= 1
        if (this.#depth < MAX_KINDS && this.#kinds[this.#depth] !== byte) {
          this.#lose(at)
          return
        }
        if (this.#depth === 0) return this.#end(at + 1)
      } else if (byte === COMMA && this.#depth === 0) return this.#end(at)
      at += 1
    }
    this.position = at
  }

  #end(end: number): void {
    if (this.recordStart >= 0 && !this.isSkipping) {
      if (this.#use === 'record') this.record(this.recordStart, end)
      else if (this.#use === 'columns') this.columns(this.recordStart, end)
      else this.wholeText(this.recordStart, end)
    }
    this.#mode = 'between'
    this.position = end
    this.recordStart = -1
    this.isSkipping = false
  }

  /** Nothing can be told from here on. */
  #lose(at: number): true {
    this.recordStart = -1
    this.isSkipping = false
    this.#mode = 'lost'
    this.problem(
      'FILE_BROKEN',
      at,
      'the brackets or keys of this page do not match: what follows was left out',
    )
    return true
  }
}

function skipBlanks(bytes: Uint8Array, from: number, limit: number): number {
  let at = from
  while (at < limit && (bytes[at] ?? 0) <= 0x20) at += 1
  return at
}

import { pageStart } from './page-head.ts'
import { Splitter } from './splitter.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const COMMA = 0x2c
const NEWLINE = 0x0a

/** How deep lists of lists are looked into: `[[{…}]]`, as scripts that join blobs write them. */
const MAX_LISTS = 4
/** Brackets deeper than this are counted, but not compared with what opened them. */
const MAX_KINDS = 512

type Mode = 'between' | 'value' | 'lost'
/** What a value that is being read is. */
type Use = 'record' | 'text' | 'dropped' | 'page-rest'

/**
 * Finds the exact bytes of each record in JSON text: elements of lists, of the `value` list of Graph pages, and objects
 * that follow each other with or without line ends. A state machine over bytes: it compares brackets and skips strings,
 * but does not look at what a record says; whether it is valid JSON is for the parser.
 */
export class JsonSplitter extends Splitter {
  #mode: Mode = 'between'
  #use: Use = 'record'
  #depth = 0
  #isInString = false
  readonly #kinds = new Uint8Array(MAX_KINDS)
  /** The lists around the present position, outermost first. */
  readonly #lists: ('list' | 'page')[] = []
  /** What stood last in the innermost list. */
  #last: 'start' | 'value' | 'comma' | 'garbage' = 'start'
  #isInGarbage = false
  #retryAtLength = 0
  #isAtEnd = false
  /** True once a list, or a page, has begun: what an empty file of that shape is recognised by. */
  sawList = false
  sawPage = false

  protected scan(): void {
    while (this.position < this.length) {
      if (this.#mode === 'value') this.#scanValue()
      else if (this.#mode === 'lost') {
        if (!this.#findNextLine()) return
      } else if (!this.#scanBetween()) return
    }
  }

  /** The record that is cut off at the end of what has been read so far; null if there is none. */
  get unfinished(): Uint8Array | null {
    if (this.#mode === 'value' && this.#use !== 'record') return null
    return this.recordStart < 0 ? null : this.bytes.subarray(this.recordStart, this.length)
  }

  /** A record or a list is still open. */
  get isUnfinished(): boolean {
    return this.#mode === 'value' || this.#lists.length > 0
  }

  protected finish(): void {
    this.#isAtEnd = true
    this.scan()
    const end = this.base + this.length
    if (this.#mode === 'lost' || (this.isSkipping && this.#mode === 'value')) return
    if (this.#mode === 'value' && this.#use === 'record') {
      this.problem(
        'FILE_TRUNCATED',
        this.recordStart,
        `the file ends at byte ${end}, inside the record that begins here: fetch it again; the records before it were read`,
      )
      this.recordStart = -1
    } else if (this.#mode === 'value' && this.#use === 'text') {
      this.cutText(this.recordStart)
      this.recordStart = -1
    } else if (this.#mode === 'value' || this.#lists.length > 0) {
      this.problem(
        'FILE_TRUNCATED',
        this.length,
        'the file ends before its list is closed, so records may be missing: fetch it again',
      )
    }
  }

  /** Between records. False: more bytes are needed to go on. */
  #scanBetween(): boolean {
    const { bytes, length } = this
    while (this.position < length) {
      const at = this.position
      const byte = bytes[at] ?? 0
      if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1e) {
        this.position = at + 1
      } else if (byte === OPEN_BRACE) {
        if (!this.#open(at)) return false
        return true
      } else if (byte === OPEN_BRACKET) {
        if (this.#lists.length >= MAX_LISTS) return this.#drop(at, 'lists are nested too deeply')
        this.#beginElement(at)
        this.#lists.push('list')
        this.#last = 'start'
        this.sawList = true
        this.position = at + 1
      } else if (byte === CLOSE_BRACKET && this.#lists.length > 0) {
        this.#closeList(at)
        return true
      } else if (byte === COMMA) {
        this.#comma(at)
      } else if (byte === QUOTE) {
        this.#beginElement(at)
        this.recordStart = this.isSkipping ? -1 : at
        this.#beginValue('text')
        return true
      } else this.#garbage(at, byte)
    }
    return true
  }

  /** An object begins: a page whose `value` list holds the records, or a record. False: cannot tell yet. */
  #open(at: number): boolean {
    if (this.#lists.length < MAX_LISTS && !this.#lists.includes('page')) {
      if (!this.#isAtEnd && this.length - at < this.#retryAtLength) {
        this.recordStart = at
        return false
      }
      const start = pageStart(this.bytes, at, this.length)
      if (start === 'unknown' && !this.#isAtEnd) {
        // Twice as much before the next try, or a long head in tiny pieces would take quadratic time.
        this.#retryAtLength = 2 * (this.length - at)
        this.recordStart = at
        return false
      }
      this.#retryAtLength = 0
      if (typeof start === 'number') {
        this.#beginElement(at)
        this.recordStart = -1
        this.#lists.push('page')
        this.#last = 'start'
        this.sawPage = true
        this.position = start
        return true
      }
    }
    this.#beginElement(at)
    this.recordStart = this.isSkipping ? -1 : at
    this.#beginValue('record')
    return true
  }

  #beginElement(at: number): void {
    this.#isInGarbage = false
    if (this.#last === 'value' && this.#lists.length > 0) {
      this.problem('FILE_BROKEN', at, 'a comma is missing before this element; it was read')
    }
    this.#last = 'value'
  }

  #beginValue(use: Use): void {
    this.#mode = 'value'
    this.#use = use
    this.#depth = 0
    this.#isInString = false
  }

  #drop(at: number, why: string): true {
    this.#beginElement(at)
    this.problem('ELEMENT_NOT_A_RECORD', at, `${why}; it was left out`)
    this.#beginValue('dropped')
    return true
  }

  #comma(at: number): void {
    this.#isInGarbage = false
    if ((this.#last === 'start' || this.#last === 'comma') && this.#lists.length > 0) {
      this.problem('FILE_BROKEN', at, 'a comma stands here without an element before it')
    }
    this.#last = 'comma'
    this.position = at + 1
  }

  #closeList(at: number): void {
    this.#isInGarbage = false
    if (this.#last === 'comma') {
      this.problem('FILE_BROKEN', at, 'a comma stands at the end of the list')
    }
    const list = this.#lists.pop()
    this.#last = 'value'
    this.position = at + 1
    if (list === 'page') {
      this.#beginValue('page-rest')
      this.#depth = 1
      this.#kinds[0] = CLOSE_BRACE
    }
  }

  #garbage(at: number, byte: number): void {
    this.position = at + 1
    // A byte order mark in the middle of joined files is no content.
    const isMark = byte === 0xef || (byte === 0xbb && at > 0) || byte === 0xbf
    if (this.#isInGarbage || isMark) return
    this.#isInGarbage = true
    this.#last = 'garbage'
    this.problem(
      'ELEMENT_NOT_A_RECORD',
      at,
      this.#lists.length > 0
        ? 'something other than a JSON object stands in the list; it was left out'
        : 'something other than a JSON object stands here; it was left out',
    )
  }

  /** The hot loop: to the end of the value or of the bytes. */
  #scanValue(): void {
    const { bytes, length } = this
    const kinds = this.#kinds
    let at = this.position
    let depth = this.#depth
    let isInString = this.#isInString
    while (at < length) {
      if (isInString) {
        while (at < length) {
          const byte = bytes[at]
          if (byte === QUOTE) break
          at += byte === BACKSLASH ? 2 : 1
        }
        if (at >= length) break
        at += 1
        isInString = false
        if (depth === 0) return this.#endValue(at)
      }
      while (at < length) {
        const byte = bytes[at] ?? 0
        at += 1
        if (byte === QUOTE) {
          isInString = true
          break
        }
        if (byte < OPEN_BRACKET) continue
        if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
          if (depth < MAX_KINDS) kinds[depth] = byte + 2
          depth += 1
        } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
          depth -= 1
          if (depth < MAX_KINDS && kinds[depth] !== byte) return this.#lose(at - 1)
          if (depth === 0) return this.#endValue(at)
        }
      }
    }
    this.position = at
    this.#depth = depth
    this.#isInString = isInString
  }

  #endValue(end: number): void {
    this.#mode = 'between'
    this.position = end
    if (this.isSkipping || this.recordStart < 0) this.isSkipping = false
    else if (this.#use === 'record') this.record(this.recordStart, end)
    else if (this.#use === 'text') this.wholeText(this.recordStart, end)
    this.recordStart = -1
    this.#last = 'value'
  }

  /** Brackets do not match: from here on nothing can be told until a line begins with a record. */
  #lose(at: number): void {
    const start =
      this.recordStart >= 0
        ? ` in the record that begins at byte ${this.base + this.recordStart}`
        : ''
    this.recordStart = -1
    this.isSkipping = false
    this.position = at
    this.#mode = 'lost'
    this.problem(
      'FILE_BROKEN',
      at,
      `the brackets do not match${start}: what follows was left out up to the next line that begins with a record`,
    )
  }

  /** After a break: on to a line that begins with `{` in its first column. False: none so far. */
  #findNextLine(): boolean {
    const { bytes, length } = this
    const seen = bytes.subarray(0, length)
    for (let at = seen.indexOf(NEWLINE, this.position); ; at = seen.indexOf(NEWLINE, at + 1)) {
      if (at < 0 || at + 1 >= length) {
        // The line end itself is kept, so that the next piece can complete it.
        this.position = at < 0 ? length : at
        return false
      }
      if (bytes[at + 1] === OPEN_BRACE) {
        this.position = at + 1
        this.#mode = 'between'
        this.#last = 'start'
        return true
      }
    }
  }
}

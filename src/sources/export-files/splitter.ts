import type { SourceErrorCode } from '../source.ts'
import { objectsInText } from './escaped-text.ts'

/** Some whole records: `ranges` are start,end pairs into `bytes`, which begins at byte `base` of the text. */
export interface Records {
  readonly kind: 'records'
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly ranges: Uint32Array<ArrayBuffer>
  readonly base: number
}

/** What could not be split, at byte `offset` of the text. */
export interface Problem {
  readonly kind: 'problem'
  readonly code: SourceErrorCode
  readonly offset: number
  readonly message: string
}

/** The columns of the records that follow, as exact text: a query's answer names them beside its rows. */
interface Columns {
  readonly kind: 'columns'
  readonly text: string
}

export type Part = Records | Problem | Columns

export interface SplitterLimits {
  /** About how many bytes one `Records` holds. */
  readonly chunkBytes: number
  readonly maxRecordBytes: number
}

/** A file of garbage must not become a list of a million errors. */
const MAX_PROBLEMS = 100
const FIRST_BUFFER_BYTES = 1 << 16

/**
 * Takes a text in pieces of any size and gives back the records in it, and what is wrong with it, in order.
 * Subclasses find where records begin and end; this class keeps the bytes.
 */
export abstract class Splitter {
  /** Bytes taken in and not yet handed out: `bytes[0 .. length)`; `bytes[0]` is byte `base` of the text. */
  protected bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BUFFER_BYTES)
  protected length = 0
  protected base: number
  /** The next byte to look at. It may lie one behind `length`, after an escape at the very end. */
  protected position = 0
  /** Where the record being read begins; -1 between records. Bytes from here on are kept. */
  protected recordStart = -1
  /** The record being read is too large: its end is looked for, its bytes are dropped. */
  protected isSkipping = false
  readonly #limits: SplitterLimits
  #ranges = new Uint32Array(256)
  #count = 0
  #out: Part[] = []
  #problems = 0

  constructor(limits: SplitterLimits, base = 0) {
    this.#limits = limits
    this.base = base
  }

  /** Looks at `bytes[position .. length)` and reports what it finds through `record` and `problem`. */
  protected abstract scan(): void
  /** The text is over: reports what is left. */
  protected abstract finish(): void

  push(piece: Uint8Array): Part[] {
    this.#append(piece)
    this.scan()
    this.#release()
    return this.#takeOut()
  }

  end(): Part[] {
    this.finish()
    this.#flush(this.length)
    if (this.#problems > MAX_PROBLEMS) {
      this.#out.push({
        kind: 'problem',
        code: 'FILE_BROKEN',
        offset: this.base + this.length,
        message: `${this.#problems - MAX_PROBLEMS} more errors like these were found in this file`,
      })
    }
    return this.#takeOut()
  }

  /** `bytes[start .. end)` is a record. */
  protected record(start: number, end: number): void {
    if (this.#count * 2 === this.#ranges.length) {
      const larger = new Uint32Array(this.#ranges.length * 2)
      larger.set(this.#ranges)
      this.#ranges = larger
    }
    this.#ranges[this.#count * 2] = start
    this.#ranges[this.#count * 2 + 1] = end
    this.#count += 1
  }

  /**
   * `bytes[start .. end)` is the inside of a JSON string: the objects written in it are records. Tells where one begins
   * that the text does not end (-1: none); null when the text holds none.
   */
  protected textRecords(start: number, end: number): number | null {
    const found = objectsInText(this.bytes, start, Math.min(end, this.length))
    if (found === null) return null
    const { ranges, openAt } = found
    for (let i = 0; i < ranges.length; i += 2) this.record(ranges[i] ?? 0, ranges[i + 1] ?? 0)
    return openAt
  }

  /** The same of a whole string, `bytes[start .. end)` with its quotes; what is no record is reported. */
  protected wholeText(start: number, end: number): void {
    const open = this.textRecords(start + 1, end - 1)
    if (open === null) {
      const message = 'a text stands where a record should; it was left out'
      this.problem('ELEMENT_NOT_A_RECORD', start, message)
    } else if (open >= 0) {
      const message = 'the text that stands for records ends inside the one that begins here'
      this.problem('ELEMENT_NOT_A_RECORD', open, message)
    }
  }

  /** The same of a string that begins at `start` and that the file does not end. */
  protected cutText(start: number): void {
    const open = this.textRecords(start + 1, this.length) ?? -1
    this.problem(
      'FILE_TRUNCATED',
      open < 0 ? start : open,
      `the file ends at byte ${this.base + this.length}, inside a text that holds records: fetch it again; those before this place were read`,
    )
  }

  /** `at`: index into `bytes`. */
  protected problem(code: SourceErrorCode, at: number, message: string): void {
    this.#problems += 1
    if (this.#problems > MAX_PROBLEMS) return
    this.#emit()
    this.#out.push({ kind: 'problem', code, offset: this.base + at, message })
  }

  /** `bytes[start .. end)` names the columns of what follows. */
  protected columns(start: number, end: number): void {
    this.#emit()
    const text = Buffer.from(this.bytes.subarray(start, end)).toString('utf8')
    this.#out.push({ kind: 'columns', text })
  }

  #takeOut(): Part[] {
    const out = this.#out
    this.#out = []
    return out
  }

  /** Where the bytes that are still needed begin. */
  #keepFrom(): number {
    return this.recordStart >= 0 ? this.recordStart : Math.min(this.position, this.length)
  }

  #append(piece: Uint8Array): void {
    if (this.length + piece.length > this.bytes.length) {
      this.#flush(this.#keepFrom())
      if (this.length + piece.length > this.bytes.length) {
        const larger = new Uint8Array(Math.max(this.length + piece.length, this.bytes.length * 2))
        larger.set(this.bytes.subarray(0, this.length))
        this.bytes = larger
      }
    }
    this.bytes.set(piece, this.length)
    this.length += piece.length
  }

  #release(): void {
    const keepFrom = this.#keepFrom()
    if (this.#count > 0 && keepFrom >= this.#limits.chunkBytes) this.#flush(keepFrom)
    if (this.recordStart >= 0 && this.length - this.recordStart > this.#limits.maxRecordBytes) {
      this.problem(
        'RECORD_TOO_LARGE',
        this.recordStart,
        `the record that begins here is larger than ${this.#limits.maxRecordBytes} bytes and was left out`,
      )
      this.isSkipping = true
      this.recordStart = -1
      this.#flush(this.#keepFrom())
    } else if (this.isSkipping) this.#flush(this.#keepFrom())
  }

  /** Hands out the records so far without moving the bytes behind them. */
  #emit(): void {
    if (this.#count === 0) return
    const end = this.#ranges[this.#count * 2 - 1] ?? 0
    this.#out.push({
      kind: 'records',
      bytes: this.bytes.slice(0, end),
      ranges: this.#ranges.slice(0, this.#count * 2),
      base: this.base,
    })
    this.#count = 0
  }

  /** Hands out the records so far and drops everything before `keepFrom`. */
  #flush(keepFrom: number): void {
    const tail = this.length - keepFrom
    // A well-filled buffer is given away whole; copying it would cost as much as scanning it.
    if (this.#count > 0 && keepFrom * 2 > this.bytes.length) {
      const ranges = this.#ranges.slice(0, this.#count * 2)
      this.#out.push({
        kind: 'records',
        bytes: this.bytes.subarray(0, keepFrom),
        ranges,
        base: this.base,
      })
      this.#count = 0
      // After one huge record the buffer need not stay huge.
      const usual = Math.min(this.bytes.length, 2 * this.#limits.chunkBytes)
      const next = new Uint8Array(Math.max(usual, tail, FIRST_BUFFER_BYTES))
      next.set(this.bytes.subarray(keepFrom, this.length))
      this.bytes = next
    } else {
      this.#emit()
      this.bytes.copyWithin(0, keepFrom, this.length)
    }
    this.base += keepFrom
    this.length = tail
    this.position -= keepFrom
    if (this.recordStart >= 0) this.recordStart -= keepFrom
  }
}

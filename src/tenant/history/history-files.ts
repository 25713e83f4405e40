// The three shapes that a tenant's history is exported in. Each writer fills one file at a time and hands it on
// when it is full, so memory stays flat whatever the size of a day.
import type { WrittenRecord } from './audit-record.ts'
import type { Bytes } from './bytes.ts'
import type { Random } from './random.ts'

/** Receives a finished file; `bytes` are valid during the call only. */
export type FileSink = (path: string, bytes: Uint8Array) => void

/** The portal's exact header line. */
const PURVIEW_HEADER =
  'RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames'

const PAGE_ITEMS = 1_000
const CSV_ROWS = 5_000
const NEWLINE = 10
const COMMA = 44
const CLOSING = 93
const two = (n: number): string => String(n).padStart(2, '0')
const number = (n: number): string => String(n).padStart(4, '0')

/** Blobs of the Management Activity API: arrays of 1,000 to 5,000 records, some as lines, a few indented. */
export class ManagementBlobs {
  private readonly out: Bytes
  private files = 0
  private records = 0
  private limit = 0
  private lines = false
  private indented = false
  private readonly sink: FileSink
  private readonly date: string
  private readonly random: Random

  /** `random` decides about sizes and spelling only; it must be this writer's own. */
  constructor(sink: FileSink, date: string, out: Bytes, random: Random) {
    this.out = out
    this.sink = sink
    this.date = date
    this.random = random
  }

  add(record: Uint8Array): void {
    if (this.records === 0) this.begin()
    else this.out.byte(this.lines ? NEWLINE : COMMA)
    this.out.append(record)
    this.records += 1
    if (this.records >= this.limit) this.finish()
  }

  finish(): void {
    if (this.records === 0) return
    this.out.byte(this.lines ? NEWLINE : CLOSING)
    const path = `management/${this.date}/audit-general-${number(this.files)}.json`
    if (this.indented) {
      const records: unknown = JSON.parse(Buffer.from(this.out.view()).toString())
      this.sink(path, Buffer.from(JSON.stringify(records, null, 2)))
    } else this.sink(path, this.out.view())
    this.files += 1
    this.records = 0
  }

  private begin(): void {
    this.limit = 1_000 + this.random.below(4_001)
    const spelling = this.random.below(40)
    this.lines = spelling < 6
    this.indented = spelling === 39
    this.out.clear()
    if (!this.lines) this.out.ascii('[')
  }
}

/** Pages of Graph's getAllEnterpriseInteractions. */
export class GraphPages {
  private readonly out: Bytes
  private files = 0
  private items = 0
  private readonly sink: FileSink
  private readonly date: string

  constructor(sink: FileSink, date: string, out: Bytes) {
    this.out = out
    this.sink = sink
    this.date = date
  }

  add(item: Uint8Array): void {
    if (this.items === 0) {
      this.out.clear()
      this.out.ascii(
        '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#Collection(microsoft.graph.aiInteraction)","value":[',
      )
    } else this.out.byte(COMMA)
    this.out.append(item)
    this.items += 1
    if (this.items >= PAGE_ITEMS) this.finish()
  }

  finish(): void {
    if (this.items === 0) return
    this.out.ascii(']}')
    this.sink(`graph/${this.date}/interactions-${number(this.files)}.json`, this.out.view())
    this.files += 1
    this.items = 0
  }
}

/** Exports of the Purview portal; the spelling of CreationDate changed over the years, both occur. */
export class PurviewCsv {
  private readonly out: Bytes
  private files = 0
  private rows = 0
  private readonly sink: FileSink
  private readonly date: string

  constructor(sink: FileSink, date: string, out: Bytes) {
    this.out = out
    this.sink = sink
    this.date = date
  }

  add(record: Uint8Array, written: WrittenRecord, userId: string): void {
    if (this.rows === 0) {
      this.out.clear()
      this.out.ascii(`${PURVIEW_HEADER}\r\n`)
    }
    const { id, atMs, recordType, operation } = written
    const created = this.files % 3 === 1 ? americanTime(atMs) : portalTime(atMs)
    this.out.ascii(`${id},${created},${recordType},${operation},${userId},"`)
    this.out.csvQuoted(record)
    this.out.ascii('",,\r\n')
    this.rows += 1
    if (this.rows >= CSV_ROWS) this.finish()
  }

  finish(): void {
    if (this.rows === 0) return
    const month = this.date.slice(0, 7)
    this.sink(`purview/${month}/audit-${this.date}-${number(this.files)}.csv`, this.out.view())
    this.files += 1
    this.rows = 0
  }
}

// With the trailing blank that the portal writes.
function portalTime(ms: number): string {
  return `"${new Date(ms).toISOString().slice(0, 19)}.0000000Z "`
}

function americanTime(ms: number): string {
  const at = new Date(ms)
  const hour = at.getUTCHours()
  return `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()} ${hour % 12 === 0 ? 12 : hour % 12}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}`
}

import { hash } from 'node:crypto'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { ContentType, EventDay, TenantEvent } from './event-day.ts'
import type { FaultName, Faults } from './faults.ts'
import type { EmulatorOptions } from './options.ts'

/** A content blob of the Management Activity API. */
export interface Blob {
  readonly id: string
  readonly contentType: ContentType
  /** Tenant time, milliseconds. */
  readonly created: number
  /** When a listing shows it first; later than `created` for one that comes out of order. */
  readonly appears: number
  readonly expires: number
  readonly offset: number
  readonly length: number
  /** How often the filling of the day stands behind its records. */
  readonly fillings: number
  readonly events: readonly TenantEvent[]
  readonly faults: readonly FaultName[]
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const EXPIRY_MS = 7 * DAY_MS
/** A blob is closed at the latest after that. */
const BLOB_MS = 20 * MINUTE_MS
/** A huge one holds so many times as many records, if they come within two hours. */
const HUGE = 20
const HUGE_MS = 120 * MINUTE_MS
const OUT_OF_ORDER = 0.3

const [OPEN, COMMA, CLOSE] = [0x5b, 0x2c, 0x5d]
const END = Buffer.of(CLOSE)

/** The blobs that became available on one day: events of up to eight days, by content type. */
export class BlobDay {
  readonly blobs: readonly Blob[]
  readonly #byType: ReadonlyMap<ContentType, readonly Blob[]>
  readonly #byId: ReadonlyMap<string, Blob>
  readonly #file: number
  /** A megabyte or so of records that are not about AI, each behind a comma. */
  readonly #filling: Buffer

  constructor(
    ports: { readonly options: EmulatorOptions; readonly faults: Faults; readonly folder: string },
    /** Midnight of the day. */
    dayMs: number,
    days: readonly EventDay[],
  ) {
    this.#file = openSync(`${ports.folder}/blobs-${dayMs}.bin`, 'w+')
    const available = days.flatMap((day) =>
      day.events
        .filter(
          ({ kind, availableAt }) =>
            kind !== 'interaction' && availableAt >= dayMs && availableAt < dayMs + DAY_MS,
        )
        .map((event) => ({ event, day })),
    )
    this.#filling = fillingOf(ports.options, available)
    available.sort((a, b) => a.event.availableAt - b.event.availableAt)
    const blobs: Blob[] = []
    let size = 0
    for (const [contentType, entries] of Map.groupBy(available, ({ event }) => event.content)) {
      for (const [number, group] of groups(entries, ports).entries()) {
        const body = bodyOf(group)
        writeSync(this.#file, body)
        const events = group.map(({ event }) => event)
        const lies = { offset: size, length: body.length }
        blobs.push(this.#blob(ports, contentType, dayMs, number, events, lies))
        size += body.length
      }
    }
    this.blobs = blobs.toSorted((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1))
    this.#byType = Map.groupBy(this.blobs, ({ contentType }) => contentType)
    this.#byId = new Map(this.blobs.map((blob) => [blob.id, blob]))
  }

  /** Those of a content type, oldest first. */
  of(type: ContentType): readonly Blob[] {
    return this.#byType.get(type) ?? []
  }

  find(id: string): Blob | undefined {
    return this.#byId.get(id)
  }

  /** Reads a whole blob into a buffer that is long enough; the part that holds it. */
  read({ offset, length }: Blob, into: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    readSync(this.#file, into, 0, length, offset)
    return into.subarray(0, length)
  }

  /** The bytes of a blob, a piece at a time. */
  *bytes({ offset, length, fillings }: Blob): Generator<Buffer> {
    const own = length - fillings * this.#filling.length
    const records = fillings === 0 ? own : own - END.length
    for (let done = 0; done < records; done += 1 << 20) {
      const buffer = Buffer.allocUnsafe(Math.min(1 << 20, records - done))
      readSync(this.#file, buffer, 0, buffer.length, offset + done)
      yield buffer
    }
    for (let n = 0; n < fillings; n += 1) yield this.#filling
    if (fillings > 0) yield END
  }

  close(): void {
    closeSync(this.#file)
  }

  #blob(
    { faults, options }: { readonly faults: Faults; readonly options: EmulatorOptions },
    contentType: ContentType,
    dayMs: number,
    number: number,
    events: readonly TenantEvent[],
    { offset, length }: Pick<Blob, 'offset' | 'length'>,
  ): Blob {
    const created = events.at(-1)?.availableAt ?? dayMs
    const id = contentId(contentType, created, number)
    const isGeneral = contentType === 'Audit.General'
    // One blob a week, the first on the eve of the start, is past its expiry before any listing shows it.
    const isGone =
      isGeneral &&
      faults.isOn('expired-blobs') &&
      number === 3 &&
      (dayMs / DAY_MS) % 7 === (Math.floor(options.start.getTime() / DAY_MS) - 1) % 7
    const isDisordered = isGeneral && faults.hits('out-of-order', id, OUT_OF_ORDER)
    const struck: FaultName[] = events.flatMap(({ fault }) => (fault === null ? [] : [fault]))
    if (isDisordered) struck.push('out-of-order')
    if (isGeneral && isHuge(faults, number)) struck.push('huge-blobs')
    const wanted = isGeneral && isHuge(faults, number) ? (options.hugeBlobBytes ?? 0) : 0
    const filling = this.#filling.length
    const fillings = filling === 0 ? 0 : Math.max(0, Math.ceil((wanted - length) / filling))
    return {
      id,
      contentType,
      created,
      appears: created + (isGone ? 20 * MINUTE_MS : isDisordered ? 50 * MINUTE_MS : 0),
      expires: isGone ? created + 10 * MINUTE_MS : created + EXPIRY_MS,
      offset,
      length: length + fillings * filling,
      fillings,
      events,
      faults: struck,
    }
  }
}

function bodyOf(group: readonly Entry[]): Buffer {
  const body = Buffer.allocUnsafe(group.reduce((sum, { event }) => sum + event.length + 1, 1))
  let at = 0
  for (const { event, day } of group) {
    // In front of the first is no comma.
    body[at] = at === 0 ? OPEN : COMMA
    day.read(event, body, at + 1)
    at += event.length + 1
  }
  body[at] = CLOSE
  return body
}

const isHuge = (faults: Faults, number: number): boolean =>
  faults.isOn('huge-blobs') && number === 5

function fillingOf({ hugeBlobBytes = 0 }: EmulatorOptions, entries: readonly Entry[]): Buffer {
  const noise = entries.filter(({ event }) => event.kind === 'noise')
  if (hugeBlobBytes === 0 || noise.length === 0) return Buffer.alloc(0)
  const parts: Buffer[] = []
  for (let size = 0, n = 0; size < Math.min(1 << 20, hugeBlobBytes); n += 1) {
    const entry = noise[n % noise.length]
    if (entry === undefined) break
    const bytes = entry.day.bytes(entry.event)
    parts.push(Buffer.of(COMMA), bytes)
    size += bytes.length + 1
  }
  return Buffer.concat(parts)
}

type Entry = { readonly event: TenantEvent; readonly day: EventDay }

function groups(
  entries: readonly Entry[],
  { options, faults }: { readonly options: EmulatorOptions; readonly faults: Faults },
): Entry[][] {
  const made: Entry[][] = []
  let current: Entry[] = []
  for (const entry of entries) {
    const first = current[0]
    const huge = isHuge(faults, made.length)
    const most = options.blobRecords * (huge ? HUGE : 1)
    const longest = huge ? HUGE_MS : BLOB_MS
    const isOver =
      first !== undefined && entry.event.availableAt - first.event.availableAt > longest
    if (current.length >= most || isOver) {
      made.push(current)
      current = []
    }
    current.push(entry)
  }
  if (current.length > 0) made.push(current)
  return made
}

/**
 * `20260302101500005825$20260302101500005825$audit_general$Audit_General`: the moment, and a number. Those of SharePoint
 * have another form, which names the hour: `177249…$177249…$…spo2026030210$…$04`.
 */
function contentId(contentType: ContentType, created: number, number: number): string {
  const moment = new Date(created).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  if (contentType === 'Audit.SharePoint') {
    const hex = hash('sha256', `${created} ${number}`)
    const stamp = `${Math.floor(created / 1_000)}${hex.replaceAll(/\D/g, '').slice(0, 2)}`
    return `${stamp}$${stamp}$${hex.slice(0, 32)}spo${moment.slice(0, 10)}$${hex.slice(32)}$04`
  }
  const stamp = `${moment}${String(number).padStart(6, '0')}`
  const name = contentType.replace('.', '_')
  return `${stamp}$${stamp}$${name.toLowerCase()}$${name}`
}

/** Midnight of the day that a content id names; null for an id of another form. */
export function dayOfContentId(id: string): number | null {
  const found =
    /^(\d{4})(\d\d)(\d\d)\d{12}\$\d{20}\$audit_[a-z]+\$Audit_[A-Za-z]+$/.exec(id) ??
    /^\d{12}\$\d{12}\$[0-9a-f]{32}spo(\d{4})(\d\d)(\d\d)\d\d\$[0-9a-f]{32}\$04$/.exec(id)
  return found === null ? null : Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]))
}

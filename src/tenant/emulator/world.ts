import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCalendar, type Calendar } from '../history/calendar.ts'
import { makeWorld, type World as Makers } from '../history/story.ts'
import { BlobDay, dayOfContentId, type Blob } from './blobs.ts'
import { EmulatedClock } from './clock.ts'
import { Closures } from './closures.ts'
import { EventDay, type ContentType, type TenantEvent } from './event-day.ts'
import { Faults } from './faults.ts'
import type { EmulatorOptions } from './options.ts'
import { peopleOf, smallCast, type EmulatedPerson } from './people.ts'

const DAY_MS = 86_400_000
/** Days from an event until it is available, at most; and for how many days a history is planned ahead. */
const LONGEST_DAYS = 7
const PLANNED_DAYS = 400
/** Who reads again this long afterwards (of this machine's time) has recorded it: whoever was killed before that is another client. */
const RECORDED_MS = 1_200

const TENANT_ID = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'

/** A content blob that somebody may read. */
interface FoundBlob {
  readonly blob: Blob
  /** In pieces, of whatever size it is. */
  readonly bytes: () => Iterable<Buffer>
  /** The whole of it, in a buffer that is long enough. */
  readonly read: (into: Buffer<ArrayBuffer>) => Uint8Array<ArrayBuffer>
}

/** What happens in the tenant. A pure function of the options; the clock only decides how much of it can be seen. */
export class World {
  readonly tenantId = TENANT_ID
  readonly options: EmulatorOptions
  readonly clock: EmulatedClock
  readonly faults: Faults
  readonly closures = new Closures()
  readonly people: readonly EmulatedPerson[]
  readonly makers: Makers
  /** Midnight of the first day that has anything. */
  readonly firstDayMs: number
  readonly #calendar: Calendar
  /** Of files that go with the tenant. */
  readonly folder: string
  readonly #events = new Map<number, EventDay>()
  readonly #blobs = new Map<number, BlobDay>()
  /** When a client first read a person's history to its end. */
  readonly #readings = new Map<string, number>()
  readonly #ended = new Map<number, number>()

  constructor(options: EmulatorOptions) {
    this.options = options
    this.clock = new EmulatedClock(options.start, options.rate)
    this.faults = new Faults(options.seed, options.faults)
    const cast = smallCast(options, this.tenantId)
    this.makers = makeWorld(options.seed, cast)
    this.people = peopleOf(cast, options, this.faults)
    this.firstDayMs =
      Math.floor(options.start.getTime() / DAY_MS) * DAY_MS - options.backlogDays * DAY_MS
    this.#calendar = {
      ...makeCalendar(options.recordsPerDay * PLANNED_DAYS, this.firstDayMs, PLANNED_DAYS),
      quotas: Array.from({ length: PLANNED_DAYS }, () => options.recordsPerDay),
    }
    this.folder = mkdtempSync(join(tmpdir(), 'daybook-tenant-'))
  }

  /** A client was answered the last page of a person's whole history. Each process is one, with a token of its own. */
  readToEnd(objectId: string, client: string): void {
    const person = this.people.find((one) => one.objectId === objectId)
    const notice = person?.licenceNotice ?? null
    if (person === undefined || notice === null || this.now() < notice) return
    const key = `${person.index} ${client}`
    const first = this.#readings.get(key)
    if (first === undefined) this.#readings.set(key, Date.now())
    else if (Date.now() - first >= RECORDED_MS && !this.#ended.has(person.index))
      this.#ended.set(person.index, this.now())
  }

  /** When a person's licence went; null: it is there still, or there never was one. */
  licenceEnded({ index }: EmulatedPerson): number | null {
    return this.#ended.get(index) ?? null
  }

  isLicensed(person: EmulatedPerson): boolean {
    return person.isLicensed && !this.#ended.has(person.index)
  }

  now(): number {
    return this.clock.now()
  }

  /** Blobs of a span of contentCreated that a listing shows now, oldest first. */
  listed(contentType: ContentType, from: number, to: number): Blob[] {
    const now = this.now()
    const found: Blob[] = []
    for (let day = midnight(from); day < Math.min(to, now); day += DAY_MS) {
      for (const blob of this.#blobDay(day)?.of(contentType) ?? [])
        if (
          blob.created >= from &&
          blob.created < to &&
          blob.appears <= now &&
          !this.closures.holds(contentType, blob.created)
        )
          found.push(blob)
    }
    return found
  }

  blob(id: string): FoundBlob | null {
    const day = dayOfContentId(id)
    const blobs = day === null ? undefined : this.#blobDay(day)
    const blob = blobs?.find(id)
    if (blobs === undefined || blob === undefined || blob.created > this.now()) return null
    if (this.closures.holds(blob.contentType, blob.created)) return null
    return { blob, bytes: () => blobs.bytes(blob), read: (into) => blobs.read(blob, into) }
  }

  /** Everything of the day of a moment; undefined before the first day. */
  eventDayOf(ms: number): EventDay | undefined {
    return this.#eventDay(midnight(ms))
  }

  /** Every event of the days up to a moment, day by day, with the blobs of that day. */
  *eventsUntil(until: number): Generator<TenantEvent> {
    for (let day = this.firstDayMs; day <= until; day += DAY_MS)
      yield* this.#eventDay(day)?.events ?? []
  }

  *blobsUntil(until: number): Generator<Blob> {
    for (let day = this.firstDayMs; day <= until; day += DAY_MS)
      yield* this.#blobDay(day)?.blobs ?? []
  }

  close(): void {
    for (const day of [...this.#events.values(), ...this.#blobs.values()]) day.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #eventDay(dayMs: number): EventDay | undefined {
    const number = (dayMs - this.firstDayMs) / DAY_MS
    if (number < 0 || number >= PLANNED_DAYS) return undefined
    let day = this.#events.get(number)
    if (day === undefined) {
      day = new EventDay(
        {
          options: this.options,
          makers: this.makers,
          calendar: this.#calendar,
          people: this.people,
          faults: this.faults,
          folder: this.folder,
        },
        number,
      )
      this.#events.set(number, day)
    }
    return day
  }

  #blobDay(dayMs: number): BlobDay | undefined {
    if (dayMs < this.firstDayMs || dayMs >= this.firstDayMs + PLANNED_DAYS * DAY_MS)
      return undefined
    let day = this.#blobs.get(dayMs)
    if (day === undefined) {
      const days = Array.from({ length: LONGEST_DAYS + 1 }, (_, back) =>
        this.#eventDay(dayMs - (LONGEST_DAYS - back) * DAY_MS),
      ).filter((one) => one !== undefined)
      day = new BlobDay(
        { options: this.options, faults: this.faults, folder: this.folder },
        dayMs,
        days,
      )
      this.#blobs.set(dayMs, day)
    }
    return day
  }
}

const midnight = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS

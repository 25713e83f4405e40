import { hash } from 'node:crypto'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { writeAuditRecord, writeRuntimeTwin } from '../history/audit-record.ts'
import type { Calendar } from '../history/calendar.ts'
import { makeText, writeInteraction } from '../history/interaction-item.ts'
import { writeNoise } from '../history/noise-record.ts'
import { Random } from '../history/random.ts'
import { sessionsOf, type Serving, type Session, type Turn } from '../history/session.ts'
import { writeSpecialRecord } from '../history/special-record.ts'
import { tell, type Story, type World as Makers } from '../history/story.ts'
import type { FaultName, Faults } from './faults.ts'
import { isLate, latenessOf } from './lateness.ts'
import type { EmulatorOptions } from './options.ts'
import type { EmulatedPerson } from './people.ts'
import { hasRepeatedLink, withRepeatedLink } from './odd-links.ts'
import { futureRecord, withFutureField } from './future.ts'

export type ContentType =
  | 'Audit.AzureActiveDirectory'
  | 'Audit.Exchange'
  | 'Audit.SharePoint'
  | 'Audit.General'
  | 'DLP.All'

/** One serving of a record: which, when it happened, when it can be had, and where its bytes lie. */
export interface TenantEvent {
  readonly kind: 'audit' | 'interaction' | 'noise'
  /** Of kinds that come as content. */
  readonly content: ContentType
  readonly id: string
  readonly session: string
  readonly person: number
  /** Of interactions, the last part of their appClass; '' for the rest. */
  readonly appClass: string
  /** An item that a person wrote, not one that answers. */
  readonly isPrompt: boolean
  readonly occurredAt: number
  readonly availableAt: number
  /** 1, or 2 for the changed content. */
  readonly version: number
  /** What it is a serving of: the same number for each serving of one version to one person. */
  readonly offer: number
  readonly sha256: string
  readonly offset: number
  readonly length: number
  /** The fault that made this serving what it is. */
  readonly fault: FaultName | null
}

export interface EventDayPorts {
  readonly options: EmulatorOptions
  readonly makers: Makers
  readonly calendar: Calendar
  readonly people: readonly EmulatedPerson[]
  readonly faults: Faults
  readonly folder: string
}

const NOISE_SHARE = 0.15
const NEW_FIELD = 0.01
const NEW_TYPE = 0.004
const HOUR_MS = 3_600_000
/** Written at once. */
const PENDING_BYTES = 4 << 20
const NOTHING = Buffer.alloc(0)
/** More than are ever made. */
const OFFERS_OF_A_DAY = 1 << 24
/** Later than anybody looks. */
const NEVER_MS = 2_000 * 24 * HOUR_MS

const VARIANT_FAULT: Readonly<Partial<Record<Serving['variant'], FaultName>>> = {
  repeat: 'repeats',
  reordered: 'reordered-arrays',
  annotated: 'reordered-arrays',
  version: 'changed-content',
}

/** Everything that happened on one day, in the order in which it was made; the bytes lie in a file. */
export class EventDay {
  readonly events: TenantEvent[] = []
  readonly #ports: EventDayPorts
  readonly #file: number
  readonly #random = new Random()
  readonly #offers = new Map<string, number>()
  #nextOffer: number
  #size = 0
  #pending = Buffer.allocUnsafeSlow(PENDING_BYTES)
  #pendingBytes = 0

  constructor(ports: EventDayPorts, day: number) {
    this.#ports = ports
    this.#file = openSync(`${ports.folder}/day-${day}.bin`, 'w+')
    this.#nextOffer = day * OFFERS_OF_A_DAY
    this.#make(day)
    this.#offers.clear()
    this.#flush()
    this.#pending = NOTHING
  }

  bytes(event: TenantEvent): Buffer {
    const buffer = Buffer.allocUnsafe(event.length)
    this.read(event, buffer, 0)
    return buffer
  }

  /** Reads the bytes of an event into a buffer, from a place in it on. */
  read({ offset, length }: TenantEvent, into: Buffer, at: number): void {
    readSync(this.#file, into, at, length, offset)
  }

  close(): void {
    closeSync(this.#file)
  }

  #make(day: number): void {
    const { makers, calendar, faults, options } = this.#ports
    const plans = new Random()
    for (const session of sessionsOf(makers.seed, makers.cast, calendar, day, plans)) {
      for (const turn of session.turns) {
        const story = tell(makers, session, turn)
        for (const serving of turn.servings) this.#serve(session, turn, story, serving)
      }
    }
    const quota = calendar.quotas[day] ?? 0
    const dayMs = calendar.firstDayMs + day * 24 * HOUR_MS
    for (let n = 0; n < Math.round(quota * NOISE_SHARE); n += 1) {
      makers.buffers.record.clear()
      writeNoise(makers.buffers.record, makers, day, dayMs, n)
      const bytes = viewed(makers.buffers.record.view())
      this.#random.seed(options.seed, day, n, 0x6e)
      this.#add(bytes, {
        kind: 'noise',
        content: contentOf(bytes),
        id: '',
        session: '',
        person: 0,
        appClass: '',
        isPrompt: false,
        occurredAt: dayMs + n,
        version: 1,
        fault: null,
      })
    }
    if (!faults.isOn('new-record-types')) return
    for (let n = 0; n < Math.ceil(quota * NEW_TYPE); n += 1) {
      this.#random.seed(options.seed, day, n, 0x6e74)
      const occurredAt = dayMs + this.#random.below(24 * HOUR_MS)
      const { id, bytes } = futureRecord(this.#random, makers.cast, occurredAt)
      const content = 'Audit.General'
      const common = {
        kind: 'audit' as const,
        content,
        session: '',
        person: 0,
        appClass: '',
        isPrompt: false,
        version: 1,
      } as const
      this.#add(bytes, { ...common, id, occurredAt, fault: 'new-record-types' })
    }
  }

  #serve(session: Session, turn: Turn, story: Story, serving: Serving): void {
    const { makers, faults, people, options } = this.#ports
    const { part, variant } = serving
    const fault = VARIANT_FAULT[variant] ?? null
    if (fault !== null && !faults.isOn(fault)) return
    const isText = part !== 'audit' && part !== 'runtime'
    const person = people[session.member]
    if (person?.hasMailbox === false) return
    if (isText && (person === undefined || !person.isLicensed)) return
    const { record } = makers.buffers
    record.clear()
    if (isText) makeText(makers, session, turn, story, part)
    const written =
      part === 'runtime'
        ? writeRuntimeTwin(record, makers, session, turn, story, variant)
        : part !== 'audit'
          ? writeInteraction(record, makers, session, turn, story, part, variant)
          : session.kind === 'special'
            ? writeSpecialRecord(record, makers, session, turn, variant)
            : writeAuditRecord(record, makers, session, turn, story, variant)
    let bytes = viewed(record.view())
    if (isText && part !== 'prompt' && hasRepeatedLink(written.id))
      bytes = withRepeatedLink(bytes, story.requestId)
    let struck = fault
    const key = `${written.id} ${story.threadId}`
    if (!isText && faults.hits('new-fields', key, NEW_FIELD)) {
      bytes = withFutureField(bytes)
      struck ??= 'new-fields'
    }
    this.#random.seed(
      options.seed,
      session.day,
      session.number,
      0x1a7e + turn.number * 64 + PARTS.indexOf(part) * 8,
    )
    const event = {
      kind: isText ? ('interaction' as const) : ('audit' as const),
      content: 'Audit.General' as const,
      id: written.id,
      session: isText ? story.threadId : '',
      appClass: isText ? session.surface.appClass : '',
      isPrompt: part === 'prompt',
      occurredAt: written.atMs,
      version: variant === 'version' ? 2 : 1,
      fault: struck,
    }
    const nth = variant === 'original' ? 0 : VARIANTS.indexOf(variant)
    this.#add(bytes, { ...event, person: session.member }, nth)
    // What is said in a meeting lies in the history of whoever takes part.
    const other = (session.member + 1 + (session.number % 3)) % people.length
    if (isText && story.context?.type === 'TeamsMeeting' && hasHistory(people[other]))
      this.#add(bytes, { ...event, person: other }, nth)
  }

  #add(
    bytes: Buffer,
    event: Omit<TenantEvent, 'availableAt' | 'offer' | 'sha256' | 'offset' | 'length'>,
    variant = 0,
  ): void {
    const { options, faults, people } = this.#ports
    const profile = faults.isOn('late') ? options.lateness : 'prompt'
    let delay = latenessOf(profile, this.#random)
    // Another serving of the same record comes some time after the first.
    if (variant > 0) delay += (variant + this.#random.float()) * 2 * HOUR_MS
    let availableAt = event.occurredAt + Math.min(delay, 6.9 * 24 * HOUR_MS)
    const person = people[event.person]
    let { fault } = event
    const notice = event.kind === 'interaction' ? (person?.licenceNotice ?? null) : null
    if (notice !== null && availableAt > notice) {
      if (event.occurredAt >= notice) return
      availableAt = notice + NEVER_MS
      fault = 'licence-lost'
    } else if (fault === null && isLate(delay)) fault = 'late'
    const sha256 = hash('sha256', bytes, 'hex')
    this.events.push({
      ...event,
      fault,
      availableAt,
      offer: this.#offerOf(event),
      sha256,
      offset: this.#size,
      length: bytes.length,
    })
    this.#size += bytes.length
    if (this.#pendingBytes + bytes.length > PENDING_BYTES) this.#flush()
    if (bytes.length > PENDING_BYTES) writeSync(this.#file, bytes)
    else this.#pendingBytes += bytes.copy(this.#pending, this.#pendingBytes)
  }

  #offerOf({
    kind,
    person,
    session,
    id,
    version,
  }: Pick<TenantEvent, 'kind' | 'person' | 'session' | 'id' | 'version'>): number {
    const key =
      kind === 'interaction' ? `${person} ${session} ${id} ${version}` : `${id} ${version}`
    const known = id === '' ? undefined : this.#offers.get(key)
    if (known !== undefined) return known
    const offer = this.#nextOffer
    this.#nextOffer += 1
    this.#offers.set(key, offer)
    return offer
  }

  #flush(): void {
    if (this.#pendingBytes > 0) writeSync(this.#file, this.#pending, 0, this.#pendingBytes)
    this.#pendingBytes = 0
  }
}

/** The same bytes, as a buffer: until the next record is written. */
const viewed = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

const hasHistory = (person: EmulatedPerson | undefined): boolean =>
  person?.isLicensed === true && person.hasMailbox

const PARTS = ['audit', 'runtime', 'prompt', 'answer', 'second-answer'] as const
const VARIANTS = ['original', 'repeat', 'reordered', 'annotated', 'version'] as const

function contentOf(noise: Buffer): ContentType {
  if (noise.includes('"Workload":"AzureActiveDirectory"')) return 'Audit.AzureActiveDirectory'
  if (noise.includes('"Workload":"Exchange"')) return 'Audit.Exchange'
  return 'Audit.SharePoint'
}

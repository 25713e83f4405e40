import { bucketOf, type SeenKind, type Tally } from '../../catalog/collect/measures.ts'
import { signsOf, type Sign } from '../../interactions/blind-spot-signs.ts'
import { placesToldBy } from '../../interactions/places-told.ts'
import { parsedRecord } from '../../interactions/fields.ts'
import type { Facts } from '../../interactions/record.ts'
import { epochMs } from '../../interactions/times.ts'

/** How a chunk of collected records came: what their lateness is measured by. */
export interface Arrival {
  /** When they became available (contentCreated and the like); null: the source does not say. */
  readonly availableAt: string | null
  /** Of such records, only those that happened since then tell how late they come: before, nobody was there to receive them. */
  readonly liveSince: string | null
}

/** A record as it is counted. */
export interface Noted {
  readonly facts: Facts
  readonly text: string
  readonly container: string
}

interface Person {
  readonly user: string
  readonly day: string
  readonly isText: boolean
  readonly at: string
}

interface Seen {
  readonly kind: SeenKind
  readonly name: string
}

/** A worker's memory of names that were reported already: a tree of the fields, by tenant. */
interface Known {
  readonly fields: Map<string, FieldTree>
  readonly values: Set<string>
  readonly places: Set<string>
}
interface FieldTree extends Map<string, FieldTree> {}

const MAX_DEPTH = 4
/** Objects whose keys are data, not fields, must not fill the tables. */
const MAX_FIELDS = 400
const MAX_VALUES = 20_000
const MAX_NAME = 200

const known = new Map<string, Known>()

function knownOf(tenant: string): Known {
  let entry = known.get(tenant)
  if (entry === undefined) {
    entry = { fields: new Map(), values: new Set(), places: new Set() }
    known.set(tenant, entry)
  }
  return entry
}

/** Counts, in the worker that reads them, what is kept of a batch: nothing here goes through the records a second time. */
export class RecordTally {
  readonly #people: (Person | undefined)[]
  readonly #late: ({ readonly measure: string; readonly bucket: number } | undefined)[]
  readonly #containers: string[]
  readonly #signs = new Map<number, readonly Sign[]>()
  readonly #places = new Map<number, Tally['places']>()
  /** Names met first in this batch, by tenant. */
  readonly #seen = new Map<string, { readonly at: number; readonly seen: readonly Seen[] }[]>()

  constructor(count: number) {
    this.#people = Array.from({ length: count })
    this.#late = Array.from({ length: count })
    this.#containers = Array.from({ length: count }, () => '')
  }

  note(
    at: number,
    tenant: string,
    { facts, text, container }: Noted,
    arrival: Arrival | null,
  ): void {
    this.#containers[at] = container
    this.#notePerson(at, facts)
    if (arrival !== null) this.#noteLateness(at, facts, arrival)
    const signs = signsOf(facts, text)
    if (signs.length > 0) this.#signs.set(at, signs)
    const places = freshPlaces(knownOf(tenant), facts)
    if (places.length > 0) this.#places.set(at, places)
    const fresh = newNames(knownOf(tenant), facts, text)
    if (fresh.length === 0) return
    const memory = knownOf(tenant)
    // At once, or every record of the first batches would name all of its fields.
    const seen = fresh.filter(({ kind, name }) => remember(memory, kind, name))
    const list = this.#seen.get(tenant)
    if (list === undefined) this.#seen.set(tenant, [{ at, seen }])
    else list.push({ at, seen })
  }

  /** Of the records that were kept; `sequenceOf` tells where. */
  of(tenant: string, indexes: Iterable<number>, sequenceOf: (at: number) => number): Tally {
    const activity = new Map<
      string,
      { -readonly [K in keyof Tally['activity'][number]]: Tally['activity'][number][K] }
    >()
    const lateness = new Map<string, { measure: string; bucket: number; count: number }>()
    const seen: { kind: SeenKind; name: string; sequence: number }[] = []
    const signs: Tally['signs'][number][] = []
    const places: Tally['places'][number][] = []
    const kept = new Map<string, number>()
    for (const at of indexes) {
      places.push(...(this.#places.get(at) ?? []))
      for (const sign of this.#signs.get(at) ?? [])
        signs.push({ ...sign, sequence: sequenceOf(at) })
      const container = this.#containers[at] ?? ''
      kept.set(container, (kept.get(container) ?? 0) + 1)
      const person = this.#people[at]
      if (person !== undefined) {
        const key = `${person.day} ${person.user}`
        const entry = activity.get(key)
        const [audit, texts] = person.isText ? [0, 1] : [1, 0]
        if (entry === undefined) {
          activity.set(key, { user: person.user, day: person.day, audit, texts, lastAt: person.at })
        } else {
          entry.audit += audit
          entry.texts += texts
          if (person.at > entry.lastAt) entry.lastAt = person.at
        }
      }
      const late = this.#late[at]
      if (late !== undefined) {
        const key = `${late.bucket} ${late.measure}`
        const entry = lateness.get(key)
        if (entry === undefined) lateness.set(key, { ...late, count: 1 })
        else entry.count += 1
      }
    }
    // Of a record that is not kept as well: what it repeats has the same names.
    const [first = 0] = indexes
    for (const { at, seen: names } of this.#seen.get(tenant) ?? []) {
      const sequence = Math.max(sequenceOf(at), 0) || sequenceOf(first)
      seen.push(...names.map((each) => ({ ...each, sequence })))
    }
    this.#seen.delete(tenant)
    return {
      activity: [...activity.values()],
      lateness: [...lateness.values()],
      seen,
      signs,
      places,
      kept: [...kept].map(([container, count]) => ({ container, count })),
    }
  }

  #notePerson(at: number, { namespace, kind, occurredAt, user, custodian }: Facts): void {
    const isText = namespace === 'interaction'
    if (occurredAt === null || (!isText && (namespace !== 'audit' || kind !== 'interaction')))
      return
    const who = custodian ?? user
    const name = who?.objectId ?? who?.upn ?? null
    if (name === null) return
    this.#people[at] = {
      user: name.toLowerCase(),
      day: occurredAt.slice(0, 10),
      isText,
      at: occurredAt,
    }
  }

  #noteLateness(at: number, facts: Facts, { availableAt, liveSince }: Arrival): void {
    const { occurredAt, namespace, workload } = facts
    if (occurredAt === null || availableAt === null) return
    if (liveSince !== null && occurredAt < liveSince) return
    const seconds = (Date.parse(availableAt) - epochMs(occurredAt)) / 1_000
    if (!Number.isFinite(seconds)) return
    const measure = `event ${namespace === 'audit' ? workload.slice(0, 60) || 'unnamed' : namespace}`
    this.#late[at] = { measure, bucket: bucketOf(seconds) }
  }
}

/** Of a record that is not kept as well: what it repeats named the same. */
function freshPlaces({ places }: Known, facts: Facts): Tally['places'] {
  const told = placesToldBy(facts).filter(({ kind, key }) => !places.has(`${kind} ${key}`))
  if (told.length === 0) return []
  if (places.size > MAX_VALUES) places.clear()
  const who = facts.custodian ?? facts.user
  const person = who?.objectId ?? who?.upn ?? ''
  for (const { kind, key } of told) places.add(`${kind} ${key}`)
  return told.map((place) => ({ ...place, person }))
}

function newNames(memory: Known, facts: Facts, text: string): Seen[] {
  const fresh: Seen[] = []
  const value = (kind: SeenKind, name: string | null) => {
    if (name === null || name === '' || memory.values.has(`${kind} ${name}`)) return
    fresh.push({ kind, name: name.slice(0, MAX_NAME) })
  }
  value('record-type', facts.recordType === '' ? null : facts.recordType)
  value('operation', facts.operation === '' ? null : facts.operation)
  value('surface', facts.servedSurface)
  const { namespace } = facts
  if (namespace !== 'audit' && namespace !== 'interaction') return fresh
  const fields = parsedRecord(text)
  if (fields !== null) newFields(memory.fields.get(namespace), fields, `${namespace}:`, 1, fresh)
  return fresh
}

function newFields(
  tree: FieldTree | undefined,
  value: object,
  path: string,
  depth: number,
  fresh: Seen[],
): void {
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[]) {
      if (typeof each === 'object' && each !== null) newFields(tree, each, path, depth, fresh)
    }
    return
  }
  if (tree !== undefined && tree.size >= MAX_FIELDS) return
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const branch = tree?.get(key)
    if (branch === undefined && fresh.length < MAX_FIELDS)
      fresh.push({ kind: 'field', name: `${path}${key}`.slice(0, MAX_NAME) })
    if (depth < MAX_DEPTH && typeof inner === 'object' && inner !== null)
      newFields(branch, inner, `${path}${key}.`, depth + 1, fresh)
  }
}

/** False: this worker has reported it before. */
function remember(memory: Known, kind: SeenKind, name: string): boolean {
  if (kind !== 'field') {
    if (memory.values.has(`${kind} ${name}`) || memory.values.size >= MAX_VALUES) return false
    memory.values.add(`${kind} ${name}`)
    return true
  }
  const colon = name.indexOf(':')
  let tree = memory.fields
  let isNew = false
  for (const part of [name.slice(0, colon), ...name.slice(colon + 1).split('.')]) {
    let branch = tree.get(part)
    if (branch === undefined) {
      if (tree.size >= MAX_FIELDS) return false
      branch = new Map()
      tree.set(part, branch)
      isNew = true
    }
    tree = branch
  }
  return isNew
}

import type { Item } from './item.ts'
import { compare, eitherFlag, type Told } from './merge-told.ts'
import type { Facts, Flag } from './record.ts'

type TextField =
  | 'surface'
  | 'sessionId'
  | 'requestId'
  | 'conversationId'
  | 'correlationId'
  | 'operation'
  | 'recordType'
  | 'workload'
  | 'clientIp'
  | 'region'
  | 'locale'
  | 'unmapped'
  | 'text'
  | 'nativeId'

const NONE: readonly never[] = []

/**
 * Collects the fields of one item and, in the same pass, the records each comes from. A field that comes from all
 * records of the item is not noted, which is most of them: see `provenanceOf`.
 */
export class Provenance {
  readonly #tellings: readonly Told[]
  /** What the only record says: most items are of one, and then there is nothing to compare or to note. */
  readonly #only: Facts | null
  readonly #noted: Record<string, readonly number[]> = {}
  /** Sequences of the field being collected. */
  #current: number[] = []
  /** Lists already noted: most fields come from the same few. */
  #lists: number[][] | null = null

  /** `tellings`: by authority. */
  constructor(tellings: readonly Told[]) {
    this.#tellings = tellings
    this.#only = tellings.length === 1 ? (tellings[0]?.facts ?? null) : null
  }

  get noted(): Readonly<Record<string, readonly number[]>> {
    return this.#noted
  }

  /** The records of which `isFrom` is true. */
  note(field: string, isFrom: (told: Told) => boolean): void {
    if (this.#tellings.length === 1) return
    for (const told of this.#tellings) if (isFrom(told)) this.#current.push(told.sequence)
    this.#close(field)
  }

  noteOne(field: string, sequence: number): void {
    if (this.#tellings.length === 1) return
    this.#current.push(sequence)
    this.#close(field)
  }

  /** The value of the first record that has one; from all that say the same. */
  first(field: string, key: TextField): string | null {
    if (this.#only !== null) return this.#only[key] || null
    let value: string | null = null
    for (const told of this.#tellings) {
      const said = told.facts[key]
      if (said === null || said === '' || (value !== null && value !== said)) continue
      value = said
      this.#current.push(told.sequence)
    }
    this.#close(field)
    return value
  }

  /** Every value, each once, in the order of authority. */
  inOrder(field: string, key: TextField): readonly string[] {
    if (this.#only !== null) {
      const said = this.#only[key]
      return said === null || said === '' ? NONE : [said]
    }
    let first: string | null = null
    let values: Set<string> | null = null
    for (const told of this.#tellings) {
      const said = told.facts[key]
      if (said === null || said === '') continue
      this.#current.push(told.sequence)
      if (first === null) first = said
      else if (said !== first) (values ??= new Set([first])).add(said)
    }
    this.#close(field)
    if (values !== null) return [...values]
    return first === null ? NONE : [first]
  }

  all(field: string, key: TextField): readonly string[] {
    const values = this.inOrder(field, key)
    return values.length > 1 ? values.toSorted(compare) : values
  }

  /** Every value of a list, each once, sorted. */
  union(field: string, key: 'plugins' | 'labels'): readonly string[] {
    let values: Set<string> | null = null
    for (const told of this.#tellings) {
      const said = told.facts[key]
      if (said.length === 0) continue
      values ??= new Set()
      for (const value of said) values.add(value)
      this.#current.push(told.sequence)
    }
    this.#close(field)
    if (values === null) return NONE
    return values.size > 1 ? [...values].toSorted(compare) : [...values]
  }

  /** Every value of a list, the first of those with the same key, in the order of authority. */
  distinct<T>(
    field: string,
    listOf: (facts: Facts) => readonly T[],
    keyOf: (value: T) => string,
  ): readonly T[] {
    if (this.#only !== null && listOf(this.#only).length < 2) return listOf(this.#only)
    let values: Map<string, T> | null = null
    for (const { facts, sequence } of this.#tellings) {
      const list = listOf(facts)
      if (list.length === 0) continue
      this.#current.push(sequence)
      values ??= new Map()
      for (const value of list) {
        const key = keyOf(value)
        if (!values.has(key)) values.set(key, value)
      }
    }
    this.#close(field)
    return values === null ? NONE : [...values.values()]
  }

  /** True if any says so, false if at least one denies it; from those that say what counts. */
  flag(field: string, saidBy: (facts: Facts) => Flag): Flag {
    if (this.#only !== null) return saidBy(this.#only)
    let value: Flag = null
    for (const { facts } of this.#tellings) value = eitherFlag(value, saidBy(facts))
    if (value !== null) this.note(field, ({ facts }) => saidBy(facts) === value)
    return value
  }

  #close(field: string): void {
    const sequences = this.#current
    if (sequences.length === 0) return
    if (sequences.length === this.#tellings.length) {
      sequences.length = 0
      return
    }
    if (sequences.length > 1) sequences.sort((a, b) => a - b)
    this.#lists ??= []
    let list = this.#lists.find((known) => isSame(known, sequences))
    if (list === undefined) {
      list = sequences
      this.#lists.push(list)
      this.#current = []
    } else sequences.length = 0
    this.#noted[field] = list
  }
}

/** Which records each field of an item comes from, for every field that has a value. Times are those of one record. */
export function provenanceOf(item: Item): Readonly<Record<string, readonly number[]>> {
  const spelled: Record<string, readonly number[]> = {}
  for (const [field, value] of Object.entries(item)) {
    if (OWN_FIELDS.has(field) || value === null || value === '') continue
    if (Array.isArray(value) && value.length === 0) continue
    if (field === 'occurredAt' && item.timeBasis === 'received') continue
    spelled[field] = item.provenance[field] ?? item.sequences
  }
  return spelled
}

/** What is said about the item, not by its records. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'tenantId',
  'timeBasis',
  'receivedAt',
  'credits',
  'sources',
  'sequences',
  'versions',
  'findings',
  'joins',
  'provenance',
])

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}

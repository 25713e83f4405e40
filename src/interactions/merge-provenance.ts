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

/** Collects a field's value and, in the same pass, the records it comes from. */
export class Provenance {
  readonly #tellings: readonly Told[]
  readonly #from: Record<string, number[]> = {}

  constructor(tellings: readonly Told[]) {
    this.#tellings = tellings
  }

  add(field: string, told: Told): void {
    const sequences = this.#from[field]
    if (sequences === undefined) this.#from[field] = [told.sequence]
    else if (sequences.at(-1) !== told.sequence) sequences.push(told.sequence)
  }

  note(field: string, sequences: number[]): void {
    if (sequences.length > 0) this.#from[field] = sequences
  }

  /** The value of the first record that has one; from all that say the same. */
  first(field: string, key: TextField): string | null {
    let value: string | null = null
    for (const told of this.#tellings) {
      const said = told.facts[key]
      if (said === null || said === '' || (value !== null && value !== said)) continue
      value = said
      this.add(field, told)
    }
    return value
  }

  /** Every value, each once, in the order of authority. */
  inOrder(field: string | null, key: TextField): string[] {
    let values: Set<string> | null = null
    for (const told of this.#tellings) {
      const said = told.facts[key]
      if (said === null || said === '') continue
      values ??= new Set()
      values.add(said)
      if (field !== null) this.add(field, told)
    }
    return values === null ? [] : [...values]
  }

  all(field: string | null, key: TextField): string[] {
    const values = this.inOrder(field, key)
    return values.length > 1 ? values.toSorted(compare) : values
  }

  union(field: string, key: 'plugins' | 'labels'): string[] {
    let values: Set<string> | null = null
    for (const told of this.#tellings) {
      const said = told.facts[key]
      if (said.length === 0) continue
      values ??= new Set()
      for (const value of said) values.add(value)
      this.add(field, told)
    }
    return values === null ? [] : [...values].toSorted(compare)
  }

  /** True if any says so, false if at least one denies it; from those that say what counts. */
  flag(field: string, saidBy: (facts: Facts) => Flag): Flag {
    let value: Flag = null
    for (const told of this.#tellings) value = eitherFlag(value, saidBy(told.facts))
    if (value === null) return null
    for (const told of this.#tellings) if (saidBy(told.facts) === value) this.add(field, told)
    return value
  }

  done(): Readonly<Record<string, readonly number[]>> {
    if (this.#tellings.length > 1)
      for (const sequences of Object.values(this.#from)) sequences.sort((a, b) => a - b)
    return this.#from
  }
}

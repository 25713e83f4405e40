import type { Facts } from '../interactions/record.ts'
import { eachHashedLink } from '../interactions/link.ts'
import { LINK_KEYS } from '../interactions/link-hash.ts'
import { tenantSalt } from './identity.ts'
import type { LinkSet, ToldLinks } from './protocol.ts'

const salts = new Map<string, number>()

function saltOf(tenant: string): number {
  let salt = salts.get(tenant)
  if (salt === undefined) {
    salt = tenantSalt(tenant)
    salts.set(tenant, salt)
  }
  return salt
}

/** The keys that records share with others of their exchange, record by record, packed: they are many. */
export class RecordLinks {
  /** Where each record's links begin; one more entry at the end. */
  readonly #starts: number[] = [0]
  readonly #days: number[] = []
  readonly #keys: number[] = []

  /** Adds the links of the next record. Those of two tenants never meet. */
  add(tenant: string, facts: Facts): void {
    const salt = saltOf(tenant)
    eachHashedLink(facts, (day, key) => {
      this.#days.push(day)
      this.#keys.push((key + salt) % LINK_KEYS)
    })
    this.#starts.push(this.#days.length)
  }

  /** Calls `visit` for each link of record `at`. */
  each(at: number, visit: (day: number, key: number) => void): void {
    const until = this.#starts[at + 1] ?? 0
    for (let link = this.#starts[at] ?? 0; link < until; link += 1) {
      visit(this.#days[link] ?? 0, this.#keys[link] ?? 0)
    }
  }

  /** The distinct links of some records, to be looked up. */
  set(records: Iterable<number>): LinkSet {
    const seen = new Map<number, number>()
    for (const at of records) this.each(at, (day, key) => seen.set(key, day))
    return { days: Int32Array.from(seen.values()), keys: Float64Array.from(seen.keys()) }
  }

  /** Each link of some records with the record's sequence. */
  told(records: Iterable<number>, sequenceOf: (record: number) => number): ToldLinks {
    const keys: number[] = []
    const sequences: number[] = []
    for (const at of records) {
      const sequence = sequenceOf(at)
      this.each(at, (_, key) => {
        keys.push(key)
        sequences.push(sequence)
      })
    }
    return { keys: Float64Array.from(keys), sequences: Float64Array.from(sequences) }
  }
}

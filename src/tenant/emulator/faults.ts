import { hash } from 'node:crypto'

/** What can go wrong at Microsoft's, each by itself; docs/reference/emulated-tenant.md says what each does. */
export const FAULTS = [
  'late',
  'repeats',
  'reordered-arrays',
  'changed-content',
  'out-of-order',
  'throttled',
  'forbidden-storm',
  'server-errors',
  'resets',
  'truncated',
  'slow',
  'token-expiry',
  'expired-blobs',
  'expired-links',
  'page-loops',
  'huge-blobs',
  'clock-skew',
  'new-fields',
  'new-record-types',
  'licence-lost',
  'deleted-items',
  'subscription-disabled',
  'filter-refused',
  'small-pages',
  'query-truncated',
  'query-unstable',
  'notification-missed',
  'concealed-names',
] as const
export type FaultName = (typeof FAULTS)[number]

/** Of interfaces that nobody has to ask: they are counted once somebody did. */
const OF_SOME: ReadonlySet<FaultName> = new Set([
  'query-truncated',
  'query-unstable',
  'notification-missed',
  'concealed-names',
])

/** Which faults are on, and how often each struck. */
export class Faults {
  readonly #seed: number
  readonly #struck = new Map<FaultName, number>()
  readonly #attempts = new Map<string, number>()
  readonly #asked = new Set<FaultName>()
  on: ReadonlySet<FaultName>

  constructor(seed: number, on: ReadonlySet<FaultName>) {
    this.#seed = seed
    this.on = on
  }

  isOn(name: FaultName): boolean {
    return this.on.has(name)
  }

  strike(name: FaultName, times = 1): void {
    this.#struck.set(name, (this.#struck.get(name) ?? 0) + times)
  }

  /** Whether a fault of the history hits this thing: a pure function of seed, fault and key. Not counted. */
  hits(name: FaultName, key: string, chance: number): boolean {
    return this.on.has(name) && this.#draw(name, key) < chance
  }

  /**
   * Whether a fault of the wire strikes this request; counted. The first attempts at a thing are hit or not by chance, a
   * later one never: whoever tries again gets through.
   */
  strikes(name: FaultName, key: string, chance: number, most = 1): boolean {
    if (!this.on.has(name)) return false
    this.#asked.add(name)
    const id = `${name} ${key}`
    const attempt = this.#attempts.get(id) ?? 0
    if (attempt >= most) return false
    this.#attempts.set(id, attempt + 1)
    if (this.#draw(name, `${key} ${attempt}`) >= chance) return false
    this.strike(name)
    return true
  }

  /** How often each fault that is on struck. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      FAULTS.filter(
        (name) => this.on.has(name) && (this.#asked.has(name) || !OF_SOME.has(name)),
      ).map((name) => [name, this.#struck.get(name) ?? 0]),
    )
  }

  #draw(name: string, key: string): number {
    return hash('sha256', `${this.#seed} ${name} ${key}`, 'buffer').readUInt32LE(0) / 2 ** 32
  }
}

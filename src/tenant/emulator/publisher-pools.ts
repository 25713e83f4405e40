/** Whose pool everybody shares who does not name a publisher. */
export const NO_PUBLISHER = '00000000-0000-0000-0000-000000000000'

const MINUTE_MS = 60_000
/** Of the pool without a publisher, what others of the tenant's applications leave. */
const LEFT_BY_OTHERS = 0.5

/** Requests to the Management Activity API, counted by publisher and minute of the tenant (interface reference a). */
export class PublisherPools {
  readonly #perMinute: number
  readonly #used = new Map<string, number>()
  #minute = Number.NaN

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  /** False: the pool is spent until the next minute begins. */
  take(publisher: string, now: number): boolean {
    const minute = Math.floor(now / MINUTE_MS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#used.clear()
    }
    const pool = publisher.toLowerCase()
    const used = (this.#used.get(pool) ?? 0) + 1
    this.#used.set(pool, used)
    return used <= this.#perMinute * (pool === NO_PUBLISHER ? LEFT_BY_OTHERS : 1)
  }
}

/** The tenant's time: starts anywhere, and may run faster than this machine's. */
export class EmulatedClock {
  rate: number
  #epoch: number
  #startedAt = Date.now()

  constructor(start: Date, rate: number) {
    this.rate = rate
    this.#epoch = start.getTime()
  }

  /** Milliseconds since 1970, tenant time. */
  now(): number {
    return this.#epoch + (Date.now() - this.#startedAt) * this.rate
  }

  /** Jumps forward. Returns false for a moment that has passed already. */
  advanceTo(moment: number): boolean {
    if (!(moment > this.now())) return false
    this.#epoch = moment
    this.#startedAt = Date.now()
    return true
  }

  /** Runs at another rate from now on. */
  changeRate(rate: number): void {
    this.#epoch = this.now()
    this.#startedAt = Date.now()
    this.rate = rate
  }

  /** How others follow it: tenant time = epoch + (their clock − startedAt) × rate. */
  published(): { readonly epoch: string; readonly startedAt: number; readonly rate: number } {
    return {
      epoch: new Date(this.#epoch).toISOString(),
      startedAt: this.#startedAt,
      rate: this.rate,
    }
  }
}

/** What the emulator counts by itself, so that a test need not ask Daybook. */
export class Ledger {
  readonly #requests = new Map<string, number>()
  readonly #served = new Map<string, number>()

  count(surface: string, status: number): void {
    const key = `${surface} ${status}`
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1)
  }

  /** Records that left through an interface, however often. */
  serve(surface: string, records: number): void {
    this.#served.set(surface, (this.#served.get(surface) ?? 0) + records)
  }

  served(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#served)
  }

  requests(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#requests].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

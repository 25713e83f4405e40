import type { Clock } from '../clock.ts'
import { CloudError } from './cloud-error.ts'
import type { ScopeUsage } from './cloud-client.ts'

const MINUTE_MS = 60_000
/** So many failures in a row, and the scope is left alone for a while. */
const BREAK_AFTER = 12
const BREAK_MS = 60_000
/** What being throttled takes from the rate, and what a minute without gives back. */
const SLOWER = 0.7
const FASTER = 1.1
const LEAST_SHARE = 0.05

/** One throttling scope: how many requests a minute, how many at once, and whether it is answered at all. */
export class Budget {
  readonly name: string
  readonly #clock: Clock
  readonly #perMinute: number
  readonly #atOnce: number
  #share = 1
  #tokens: number
  #filledAt: number
  #running = 0
  #waiting: (() => void)[] = []
  #pausedUntil = 0
  #failures = 0
  #openUntil = 0
  #recent: number[] = []
  #slowedAt = 0
  readonly #usage = { requests: 0, throttled: 0, failed: 0, waitedMs: 0 }

  constructor(name: string, clock: Clock, perMinute: number, atOnce: number) {
    this.name = name
    this.#clock = clock
    this.#perMinute = perMinute
    this.#atOnce = atOnce
    this.#tokens = perMinute / 10
    this.#filledAt = clock.now().getTime()
  }

  /** Waits for a place and answers what gives it back. Throws CIRCUIT_OPEN while the scope is left alone. */
  async enter(signal: AbortSignal): Promise<() => void> {
    const asked = this.#now()
    this.#throwIfOpen()
    while (this.#running >= this.#atOnce) await this.#place(signal)
    this.#running += 1
    try {
      for (;;) {
        signal.throwIfAborted()
        const wait = Math.max(this.#pausedUntil - this.#now(), this.#missing())
        if (wait <= 0) break
        await this.#clock.sleep(wait, signal)
      }
      this.#throwIfOpen()
    } catch (error) {
      this.#leave()
      throw error
    }
    this.#tokens -= 1
    this.#usage.requests += 1
    this.#usage.waitedMs += this.#now() - asked
    this.#recent.push(this.#now())
    let isIn = true
    return () => {
      if (isIn) this.#leave()
      isIn = false
    }
  }

  succeeded(): void {
    this.#failures = 0
    this.#openUntil = 0
    if (this.#share < 1 && this.#now() - this.#slowedAt > MINUTE_MS) {
      this.#share = Math.min(1, this.#share * FASTER)
      this.#slowedAt = this.#now()
    }
  }

  /** `afterMs`: as Retry-After says; null when it says nothing. */
  throttled(afterMs: number | null): void {
    this.#usage.throttled += 1
    if (this.#now() - this.#slowedAt > 1_000) {
      this.#share = Math.max(LEAST_SHARE, this.#share * SLOWER)
      this.#slowedAt = this.#now()
    }
    if (afterMs !== null) this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + afterMs)
  }

  failed(): void {
    this.#usage.failed += 1
    this.#failures += 1
    if (this.#failures >= BREAK_AFTER) this.#openUntil = this.#now() + BREAK_MS
  }

  usage(): ScopeUsage {
    const now = this.#now()
    this.#recent = this.#recent.filter((at) => at > now - MINUTE_MS)
    const circuit =
      this.#failures < BREAK_AFTER ? 'closed' : now < this.#openUntil ? 'open' : 'half-open'
    const share = this.#recent.length / this.#perMinute
    return { budget: this.name, ...this.#usage, share, circuit }
  }

  #throwIfOpen(): void {
    if (this.#failures < BREAK_AFTER || this.#now() >= this.#openUntil) return
    throw new CloudError(
      'CIRCUIT_OPEN',
      `The interface ${this.name} has failed ${this.#failures} times in a row and is left alone for a minute`,
      { isPassing: true },
    )
  }

  /** Milliseconds until a request may go. */
  #missing(): number {
    const now = this.#now()
    const perMs = (this.#perMinute * this.#share) / MINUTE_MS
    const most = Math.max(1, (this.#perMinute * this.#share) / 10)
    this.#tokens = Math.min(most, this.#tokens + (now - this.#filledAt) * perMs)
    this.#filledAt = now
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / perMs)
  }

  /** Until somebody leaves. */
  async #place(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = () => {
      this.#waiting = this.#waiting.filter((each) => each !== resolve)
      reject(signal.reason)
    }
    this.#waiting.push(resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #leave(): void {
    this.#running -= 1
    this.#waiting.shift()?.()
    if (this.#recent.length > this.#perMinute * 2) this.usage()
  }

  #now(): number {
    return this.#clock.now().getTime()
  }
}

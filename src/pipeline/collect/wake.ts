import type { Clock } from '../../platform/clock.ts'

/** Lets a loop sleep until something has happened, or a while has passed. */
export class Wake {
  #isUp = false
  #resolve: (() => void) | null = null

  up(): void {
    this.#isUp = true
    this.#resolve?.()
  }

  /** Returns at once when something has happened since the last return. `ms`: of the clock's time; null: without limit. */
  async wait(ms: number | null, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.#isUp && !signal.aborted) {
      const done = new AbortController()
      const happened = new Promise<void>((resolve) => {
        this.#resolve = resolve
      })
      const aborted = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true, signal: done.signal })
      })
      const late =
        ms === null ? [] : [clock.sleep(Math.max(1, ms), done.signal).catch(() => undefined)]
      await Promise.race([happened, aborted, ...late])
      done.abort()
      this.#resolve = null
    }
    this.#isUp = false
  }
}

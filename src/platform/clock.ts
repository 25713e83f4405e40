import { setTimeout as sleep } from 'node:timers/promises'

/** The only way this codebase learns the time and waits; tests pass a fixed one, an emulated tenant a fast one. */
export interface Clock {
  now(): Date
  /** Waits `ms` milliseconds of this clock's time; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  },
}

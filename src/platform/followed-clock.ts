import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import { CodedError } from './errors.ts'

/** How an emulated tenant says what time it is: tenant time = epoch + (this clock − startedAt) × rate. */
interface Published {
  readonly epoch: string
  readonly startedAt: number
  readonly rate: number
}

/** Follows the clock that an emulated tenant publishes below its address. Throws EMULATOR_UNREACHABLE. */
export async function followedClock(emulator: string): Promise<Clock> {
  const url = `${emulator.replace(/\/+$/, '')}/emulator/clock`
  let published: Published
  try {
    const answer = await fetch(url)
    published = checked(await answer.json())
  } catch (error) {
    throw new CodedError(
      'EMULATOR_UNREACHABLE',
      `No emulated tenant answers at ${emulator}: start one with "daybook tenant", or take "emulator" out of the configuration`,
      { cause: error },
    )
  }
  const epoch = Date.parse(published.epoch)
  return {
    now: () => new Date(epoch + (Date.now() - published.startedAt) * published.rate),
    sleep: async (ms, signal) => {
      await sleep(ms / published.rate, undefined, signal === undefined ? {} : { signal })
    },
  }
}

function checked(value: unknown): Published {
  if (
    typeof value === 'object' &&
    value !== null &&
    'epoch' in value &&
    'startedAt' in value &&
    'rate' in value
  ) {
    const { epoch, startedAt, rate } = value
    if (
      typeof epoch === 'string' &&
      typeof startedAt === 'number' &&
      typeof rate === 'number' &&
      rate > 0
    )
      return { epoch, startedAt, rate }
  }
  throw new Error('it says no clock')
}

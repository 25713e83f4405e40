import { expect, test } from 'vitest'
import { Budget } from './budget.ts'
import { SleepingClock } from './stand-in.suite.ts'

const never = new AbortController().signal
const made = (perMinute = 600, atOnce = 8) => {
  const clock = new SleepingClock()
  return { clock, budget: new Budget('management', clock, perMinute, atOnce) }
}

test('no more requests a minute are sent than the scope grants', async () => {
  const { clock, budget } = made(600)
  const started = clock.nowMs
  for (let n = 0; n < 1_200; n += 1) (await budget.enter(never))()
  const seconds = (clock.nowMs - started) / 1_000
  // A tenth of a minute's share may go at once.
  expect(seconds).toBeGreaterThan(110)
  expect(seconds).toBeLessThan(121)
  expect(budget.usage()).toMatchObject({ requests: 1_200, circuit: 'closed' })
})

test('throttling slows what follows, and a quiet time makes it fast again', async () => {
  const { clock, budget } = made(600)
  const pace = async (): Promise<number> => {
    const started = clock.nowMs
    for (let n = 0; n < 300; n += 1) (await budget.enter(never))()
    return clock.nowMs - started
  }
  const before = await pace()
  for (let n = 0; n < 5; n += 1) {
    budget.throttled(null)
    clock.nowMs += 2_000
  }
  expect(await pace()).toBeGreaterThan(before * 2)
  for (let n = 0; n < 60; n += 1) {
    clock.nowMs += 61_000
    budget.succeeded()
  }
  expect(await pace()).toBeLessThanOrEqual(before)
})

test('a scope that fails twelve times in a row is left alone for a minute, then tried', async () => {
  const { clock, budget } = made()
  for (let n = 0; n < 11; n += 1) budget.failed()
  expect(budget.usage().circuit).toBe('closed')
  budget.failed()
  expect(budget.usage().circuit).toBe('open')
  await expect(budget.enter(never)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', isPassing: true })

  clock.nowMs += 60_000
  expect(budget.usage().circuit).toBe('half-open')
  ;(await budget.enter(never))()
  budget.failed()
  await expect(budget.enter(never)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })

  clock.nowMs += 60_000
  ;(await budget.enter(never))()
  budget.succeeded()
  expect(budget.usage().circuit).toBe('closed')
  ;(await budget.enter(never))()
})

test('one success between failures keeps the circuit closed', () => {
  const { budget } = made()
  for (let n = 0; n < 40; n += 1) {
    if (n % 11 === 10) budget.succeeded()
    else budget.failed()
  }
  expect(budget.usage().circuit).toBe('closed')
})

test('whoever stops waiting for a place ends at once, and the place goes to the next', async () => {
  const { budget } = made(600, 1)
  const leave = await budget.enter(never)
  const stop = new AbortController()
  const first = budget.enter(stop.signal)
  const second = budget.enter(never)
  stop.abort(new Error('ended'))
  await expect(first).rejects.toThrow('ended')
  leave()
  ;(await second)()
})

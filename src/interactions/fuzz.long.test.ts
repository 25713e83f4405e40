import { expect, test } from 'vitest'
import { brokenRecord, randomNumbers, readInEveryWay } from './fuzz.suite.ts'

const CASES = 1_000_000

test(`${CASES} broken records are answered in every format`, () => {
  const random = randomNumbers(20_261_120)
  const started = performance.now()
  let slowest = 0
  let seen = 0
  for (; seen < CASES; seen++) {
    const raw = brokenRecord(random)
    const before = performance.now()
    readInEveryWay(raw)
    slowest = Math.max(slowest, performance.now() - before)
  }
  const seconds = Math.round((performance.now() - started) / 1_000)
  process.stdout.write(`${seen} cases in ${seconds} s, the slowest ${Math.round(slowest)} ms\n`)

  expect(seen).toBe(CASES)
  // A pause of the collector is no hang; a second is.
  expect(slowest).toBeLessThan(1_000)
})

import { expect, test } from 'vitest'
import type { Fault } from '../archive/builders.suite.ts'
import { countOperations, failOnce, failTwice } from './faults.suite.ts'

test.each<Fault>(['crash', 'torn'])(
  'a process that ends (%s) at any one change of the disk loses nothing it acknowledged',
  async (fault) => {
    const operations = await countOperations()
    expect(operations).toBeGreaterThan(50)
    for (let at = 0; at < operations; at += 1) await failOnce(at, fault)
  },
)

test.each<Fault>(['error', 'crash', 'torn'])(
  'a recovery that fails (%s) at any change of the disk is made up for by the next one',
  async (fault) => {
    const operations = await countOperations()
    expect(operations).toBeGreaterThan(50)
    for (let at = 0; at < operations; at += 3) expect(await failTwice(at, fault)).toBeGreaterThan(5)
  },
)

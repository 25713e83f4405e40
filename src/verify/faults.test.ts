import { expect, test } from 'vitest'
import type { Fault } from '../archive/builders.suite.ts'
import { countOperations, failOnce } from './faults.suite.ts'

// 'torn' ends the process too, so a plain end before the operation is left to the long suite, and so is 'torn' at the
// changes between these.
test.each<[fault: Fault, every: number]>([
  ['error', 1],
  ['torn', 3],
])(
  'after any one change of the disk failed (%s), everything acknowledged is there once and the archive verifies',
  async (fault, every) => {
    const operations = await countOperations()
    expect(operations).toBeGreaterThan(50)
    for (let at = 0; at < operations; at += every) await failOnce(at, fault)
  },
)

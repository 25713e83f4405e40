import { expect, test } from 'vitest'
import { uncounted } from '../../src/cli/rehearsal/compare.ts'
import { collectKilled } from './collect-kill.suite.ts'

test.each([1, 2, 3])(
  'with every fault and thirty kills, nothing that could be had is lost or doubled (seed %i)',
  async (seed) => {
    const result = await collectKilled({
      seed,
      kills: 30,
      lives: [1_000, 9_000],
      faults: 'all',
      rate: 120,
      recordsPerDay: 6_000,
      backlogDays: 3,
      lastMs: 240_000,
    })
    process.stdout.write(`${JSON.stringify(result)}\n`)

    expect(result).toMatchObject({ lost: 0, doubled: 0 })
    expect(uncounted(result.ledger)).toBe(0)
    expect(result.unavoidable).toBeGreaterThan(0)
  },
)

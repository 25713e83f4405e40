import { expect, test } from 'vitest'
import { uncounted } from '../../src/cli/rehearsal/compare.ts'
import { collectKilled } from './collect-kill.suite.ts'

test('a collector that is killed in the middle loses nothing and records nothing twice', async () => {
  const { served, archived, lost, doubled, code, examples, ledger } = await collectKilled({
    seed: 1,
    kills: 2,
    lives: [1_200, 3_000],
    faults: 'none',
    rate: 20,
    recordsPerDay: 3_000,
    backlogDays: 1,
    // On a machine that is busy with much else it takes its time.
    lastMs: 200_000,
  })

  expect({ lost, doubled, code, examples }).toMatchObject({ lost: 0, doubled: 0, code: 0 })
  expect(served).toBeGreaterThan(1_000)
  expect(archived).toBe(served)
  // However often it was begun anew: what the windows say they added is what there is.
  expect(uncounted(ledger)).toBe(0)
}, 240_000)

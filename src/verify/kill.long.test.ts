import { expect, test } from 'vitest'
import { killAgainAndAgain } from './kill.suite.ts'

test(
  'a writer killed at work forty times loses nothing it acknowledged',
  { timeout: 300_000 },
  async () => {
    expect(await killAgainAndAgain(40)).toBeGreaterThan(40)
  },
)

import { expect, test } from 'vitest'
import { killAgainAndAgain } from './kill.suite.ts'

test('a writer killed at work a few times loses nothing it acknowledged', async () => {
  expect(await killAgainAndAgain(4)).toBeGreaterThan(4)
})

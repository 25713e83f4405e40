import { test } from 'vitest'
import { killAgainAndAgain } from './kill.suite.ts'

test('a writer killed at work a few times loses nothing it acknowledged', async () => {
  await killAgainAndAgain(4)
})

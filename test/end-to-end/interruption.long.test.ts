import { expect, test } from 'vitest'
import { aCorpus, folders, verify } from './daybook.suite.ts'
import { completed, interrupt, killImports } from './interruption.suite.ts'

const newFolder = folders()

test('thirty kills and ten interruptions lose and double nothing', async () => {
  const corpus = await aCorpus(newFolder(), 100_000, { days: 200, seed: 5 })
  const expected = await completed(corpus, newFolder())
  for (let round = 0; round < 5; round += 1) {
    const dataDir = newFolder()
    expect(await killImports(corpus, dataDir, 6)).toBeGreaterThan(1)
    for (const afterMs of [round * 431, 1_000 + round * 677]) {
      expect([0, 130]).toContain((await interrupt(corpus, dataDir, afterMs)).code)
      expect((await verify(dataDir)).findings).toEqual([])
    }
    expect(await completed(corpus, dataDir)).toEqual(expected)
  }
}, 3_000_000)

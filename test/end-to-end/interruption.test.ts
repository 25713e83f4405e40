import { beforeAll, expect, test } from 'vitest'
import { runHere } from '../../src/cli/testing.ts'
import { aCorpus, folders, verify } from './daybook.suite.ts'
import { completed, interrupt, killImports } from './interruption.suite.ts'

const newFolder = folders()
const dataDir = newFolder()
let corpus: Awaited<ReturnType<typeof aCorpus>>
let expected: readonly string[]

// Two batches and a bit: enough for a kill between them.
beforeAll(async () => {
  corpus = await aCorpus(newFolder(), 5_000, { days: 25, seed: 3 })
  expected = await completed(corpus, newFolder())
})

test('an import killed at any moment loses and doubles nothing', async () => {
  expect(await killImports(corpus, dataDir, 2)).toBeGreaterThan(0)
})

test('Ctrl+C ends an import with 130 and leaves nothing half-done', async () => {
  const other = newFolder()
  const ended = await interrupt(corpus, other, 250)
  expect(ended.code).toBe(130)
  expect(ended.err).not.toMatch(/fault of Daybook|Error|^ +at /m)
  expect((await verify(other)).findings).toEqual([])
  const counted = await runHere(['search', '*', '--count', '--unit', 'record', '--data-dir', other])
  expect(counted).toMatchObject({ code: 0, err: '' })
})

test('the import that is run again completes to exactly the same items', async () => {
  expect(await completed(corpus, dataDir)).toEqual(expected)
})

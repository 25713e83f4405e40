import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aCorpus, folders, importInto, run, verify } from './daybook.suite.ts'
import { auditRecord, mutate } from './hostile.suite.ts'

const newFolder = folders()

test('forty mutated corpora lose nothing that they counted', async () => {
  const { all } = await aCorpus(newFolder(), 3_000, { days: 10, seed: 23 })
  const dataDir = newFolder()
  let records = 0
  for (let round = 0; round < 40; round += 1) {
    const spoiled = newFolder()
    for (const [at, folder] of all.entries())
      mutate(folder, join(spoiled, String(at)), 101 + round * 3 + at, 1 + round)
    const ended = await run(['import', spoiled, '--json', '--data-dir', dataDir])
    expect([0, 3]).toContain(ended.code)
    expect(ended.err).toBe('')
    const { read, added, repeated, notAi } = JSON.parse(ended.out)
    expect(read).toBe(added + repeated + notAi)
    records += Number(added)
    const again = await importInto(dataDir, [spoiled], ended.code ?? 0)
    expect(again).toMatchObject({ read, added: 0 })
    expect(await verify(dataDir)).toMatchObject({ records, findings: [] })
  }
  const counted = await run(['search', '*', '--count', '--unit', 'record', '--data-dir', dataDir])
  expect(counted.out).toBe(`${records}\n`)
}, 1_800_000)

test('ten thousand tiny files are ten thousand containers', async () => {
  const exports = newFolder()
  for (let number = 0; number < 10_000; number += 1)
    writeFileSync(join(exports, `${number}.json`), JSON.stringify([auditRecord(number)]))
  const result = await importInto(newFolder(), [exports])
  expect(result).toMatchObject({ read: 10_000, added: 10_000, containers: 10_000, errors: [] })
}, 120_000)

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ImportResult } from '../../src/cli/import-run.ts'
import { runHere } from '../../src/cli/testing.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { aCorpus, folders, importInto, itemsOf, json, openHere, verify } from './daybook.suite.ts'
import {
  auditRecord,
  CANARY,
  dice,
  hostileFiles,
  mutate,
  promptItem,
  spoiledFiles,
} from './hostile.suite.ts'

const newFolder = folders()

describe('good JSON with bad intentions', () => {
  const exports = newFolder()
  const dataDir = newFolder()
  const files = hostileFiles()
  const total = files.reduce((sum, [, , records]) => sum + records, 0)

  beforeAll(() => {
    for (const [name, text] of files) writeFileSync(join(exports, name), text)
  })

  test('is archived to the last record', async () => {
    const result = await importInto(dataDir, [exports])
    expect(result).toMatchObject({ read: total, added: total, notAi: 0, errors: [] })
    expect(await verify(dataDir)).toMatchObject({ records: total, findings: [] })
    // A tenant is a GUID: what names another has the folder's only one, and nothing lies outside.
    expect(readdirSync(join(dataDir, 'archive'))).toEqual(['11111111-2222-4333-8444-555555555555'])
  })

  test('is found, shown and said to be the same again', async () => {
    const app = await openHere(dataDir)
    try {
      const items = await itemsOf(app)
      expect(items.flatMap(({ records }) => records)).toHaveLength(total)
      expect(Object.prototype).not.toHaveProperty('polluted')
      // The short ones first: looking through the long ones takes long.
      const sources = files.map(([, text]) => text).toSorted((a, b) => a.length - b.length)
      const raws = items.flatMap(({ records }) => records.map(({ raw = '' }) => raw))
      const found = raws.filter((raw) => sources.some((text) => text.includes(raw)))
      expect(found).toHaveLength(total)
      expect(await app.import([exports])).toMatchObject({ read: total, added: 0, repeated: total })
    } finally {
      await app.close()
    }
  })

  test('reaches a terminal only with its control characters made visible', async () => {
    for (const args of [['search', '*', '--all'], ['show', auditRecordId('ansi')], ['status']]) {
      const ended = await runHere([...args, '--color', '--data-dir', dataDir])
      expect(ended.code).toBe(0)
      // Colour is ours; moving, clearing and turning round are not.
      // oxlint-disable-next-line no-control-regex
      expect(ended.out).not.toMatch(/\u001B\[2J|\u001B\[31mred|\u202E|\u0000/)
    }
  })

  function auditRecordId(name: string): string {
    const text = files.find(([file]) => file.startsWith(name))?.[1] ?? ''
    return /"Id":"([^"]+)"/.exec(text)?.[1] ?? ''
  }
})

test('spoiled files yield what could be read, and no message quotes what people wrote', async () => {
  const exports = newFolder()
  const dataDir = newFolder()
  spoiledFiles(exports)
  const once = await importInto(dataDir, [exports], 3)
  const plain = await runHere(['import', exports, '--data-dir', dataDir])
  expect(plain.code).toBe(3)
  const again = await runHere(['import', exports, '--json', '--data-dir', dataDir])
  expect(again.code).toBe(3)
  const commands = [plain, again, await runHere(['status', '--json', '--data-dir', dataDir])]
  for (const { out, err } of commands) {
    expect(err + out).not.toContain(CANARY)
    expect(err).not.toMatch(/fault of Daybook|Error:|\bat .*\.ts:/)
  }
  const { read, added, repeated, errors }: ImportResult = JSON.parse(again.out)
  expect({ read, added }).toEqual({ read: repeated, added: 0 })
  expect(read).toBeGreaterThan(5)
  expect(errors.length).toBeGreaterThan(4)
  // What could be read is there and can be searched; what breaks off says where.
  const found = await json<{ id: string }>(dataDir, ['search', CANARY])
  expect(found.length).toBeGreaterThan(0)
  expect(await verify(dataDir)).toMatchObject({ records: once.added, findings: [] })
})

test('a mutated corpus loses nothing that it counted, and twice is like once', async () => {
  const { all } = await aCorpus(newFolder(), 900, { days: 6, seed: 19 })
  const spoiled = newFolder()
  for (const [at, folder] of all.entries()) mutate(folder, join(spoiled, String(at)), 31 + at, 6)
  const dataDir = newFolder()
  const first = await importInto(dataDir, [spoiled], 3)
  expect(first.read).toBe(first.added + first.repeated + first.notAi)
  expect(first.added).toBeGreaterThan(300)
  for (const { message } of first.errors) expect(message).not.toMatch(/fault|undefined|\[object/)
  expect(await verify(dataDir)).toMatchObject({ records: first.added, findings: [] })
  const second = await importInto(dataDir, [spoiled], 3)
  expect(second).toMatchObject({
    read: first.read,
    added: 0,
    notAi: first.notAi,
    errors: first.errors,
  })
  const counted = await runHere([
    'search',
    '*',
    '--count',
    '--unit',
    'record',
    '--data-dir',
    dataDir,
  ])
  expect(counted.out).toBe(`${first.added}\n`)
})

test('random bytes are no export, whatever they are called', async () => {
  const exports = newFolder()
  const roll = dice(5)
  for (const [at, ending] of [
    'json',
    'csv',
    'ndjson',
    'gz',
    'zip',
    'zst',
    'bin',
    'txt',
  ].entries()) {
    const magic = { gz: '1f8b0800', zip: '504b0304', zst: '28b52ffd' }[ending] ?? ''
    const bytes = Buffer.from(Array.from({ length: 3_000 + at }, () => roll(256)))
    writeFileSync(
      join(exports, `file.${ending}`),
      Buffer.concat([Buffer.from(magic, 'hex'), bytes]),
    )
  }
  const result = await importInto(newFolder(), [exports], 3)
  expect(result).toMatchObject({ read: 0, added: 0 })
  expect(result.errors.length).toBeGreaterThanOrEqual(8)
})

test('six hundred tiny files are six hundred containers of one import', async () => {
  const exports = newFolder()
  for (let number = 0; number < 600; number += 1) {
    const folder = join(exports, String(number % 20))
    if (number < 20) mkdirSync(folder)
    const record =
      number % 2 === 0 ? [auditRecord(number)] : { value: [promptItem(number - 1, 'short')] }
    writeFileSync(join(folder, `${number}.json`), JSON.stringify(record))
  }
  const dataDir = newFolder()
  const result = await importInto(dataDir, [exports])
  expect(result).toMatchObject({ read: 600, added: 600, containers: 600, errors: [] })
  const counted = await runHere(['search', '*', '--count', '--data-dir', dataDir])
  // Each prompt joins its audit record.
  expect(counted.out).toBe('300\n')
})

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { ReadCorpus } from '../../../test/corpus-reader.ts'
import { answer, readBack } from '../../../test/corpus-reader.ts'
import type { HistoryOptions } from './history.ts'
import { FACTS_FILE, generateHistory, makeHistory } from './history.ts'

const SMALL = { seed: 11, records: 1_000 }

function filesOf(options: HistoryOptions): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  makeHistory(options, (path, bytes) => files.set(path, Buffer.from(bytes)))
  return files
}

const digest = (parts: Iterable<readonly [string, Uint8Array]>): string => {
  const hash = createHash('sha256')
  for (const [path, bytes] of [...parts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(path).update(bytes)
  }
  return hash.digest('hex')
}

function countIn(corpus: ReadCorpus, kql: string): number {
  return answer(corpus, kql).length
}

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-corpus-'))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function digestOfFolder(folder: string): string {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return digest(paths.map((path) => [path.slice(folder.length), readFileSync(path)] as const))
}

describe('a corpus is a function of its options', () => {
  test('the same seed gives the same files, another seed others', () => {
    const once = digest(filesOf(SMALL))
    expect(digest(filesOf(SMALL))).toBe(once)
    expect(digest(filesOf({ ...SMALL, seed: 12 }))).not.toBe(once)
  })

  test('the number of threads changes nothing, not even the facts', async () => {
    const [alone, shared] = [newFolder(), newFolder()]
    const options = { seed: 3, records: 10_000, days: 60 }
    await generateHistory({ ...options, outputDir: alone, workers: 1 })
    const facts = await generateHistory({ ...options, outputDir: shared, workers: 2 })
    expect(digestOfFolder(shared)).toBe(digestOfFolder(alone))
    expect(JSON.parse(readFileSync(join(shared, FACTS_FILE), 'utf8'))).toEqual(facts)
  })
})

describe('the facts of a corpus hold', () => {
  const options = { seed: 5, records: 16_000 }
  const corpus = readBack((sink) => makeHistory(options, sink))
  const { facts } = corpus

  test('it holds as many records as were asked for, and the files say what the facts say', () => {
    expect(facts.expected.read).toBe(16_000)
    expect(facts.expected).toEqual(corpus.counted)
    expect(facts.items).toBe(corpus.items.length)
    expect(facts.expected.added + facts.expected.repeated).toBe(16_000)
  })

  test('shares, lengths and compression are those of the definition', () => {
    const { shares, lengths } = facts
    expect(shares['audit']).toBeCloseTo(0.6, 1)
    expect(shares['interactions']).toBeGreaterThan(0.38)
    expect(shares['interactions']).toBeLessThan(0.42)
    expect(shares['repeats']).toBeGreaterThan(0.044)
    expect(shares['repeats']).toBeLessThan(0.056)
    expect(shares['versions']).toBeGreaterThan(0.007)
    expect(shares['versions']).toBeLessThan(0.013)
    expect(shares['twins']).toBeGreaterThan(0.017)
    expect(shares['twins']).toBeLessThan(0.023)
    expect(shares['late']).toBeGreaterThan(0.026)
    expect(shares['late']).toBeLessThan(0.035)
    expect(shares['automaticOfExchangesWithText']).toBeCloseTo(0.32, 1)
    expect(shares['labelledOfResources']).toBeGreaterThan(0.2)
    expect(shares['labelledOfResources']).toBeLessThan(0.24)
    expect(shares['otherLanguagesOfCharacters']).toBeGreaterThan(0.08)
    expect(shares['otherLanguagesOfCharacters']).toBeLessThan(0.12)
    expect(Math.abs(lengths.promptMedian - 90)).toBeLessThan(5)
    expect(Math.abs(lengths.answerMedian - 900)).toBeLessThan(60)
    expect(lengths.answersAbove10kShare).toBeGreaterThan(0.006)
    expect(lengths.answersAbove10kShare).toBeLessThan(0.014)
    expect(facts.compression).toBeGreaterThan(0.22)
    expect(facts.compression).toBeLessThan(0.32)
  })

  test('medians are those of the texts in the files', () => {
    const lengths = corpus.items
      .flatMap((item) => item.prompts.map((text) => text.length))
      .toSorted((a, b) => a - b)
    const middle = lengths[Math.floor(lengths.length / 2)] ?? 0
    expect(Math.abs(middle - facts.lengths.promptMedian)).toBeLessThanOrEqual(2)
  })

  test('every needle is found as often as it says, by looking at each item', () => {
    const items = facts.needles.filter((needle) => needle.unit === 'item')
    expect(items.length).toBeGreaterThan(50)
    const found = items.map(({ kql }) => [kql, answer(corpus, kql).length])
    expect(found).toEqual(items.map(({ kql, count }) => [kql, count]))
  })

  test('the ids of a planted needle are those of the items found', () => {
    const planted = facts.needles.filter(({ name }) =>
      ['rare word', 'phrase', 'file'].includes(name),
    )
    expect(planted).toHaveLength(3)
    for (const { kql, ids } of planted) {
      const found = answer(corpus, kql).flatMap((item) => item.auditIds)
      expect(found.toSorted()).toEqual(ids)
    }
  })

  test('planted words do not occur by chance: decoys differ in what they lack only', () => {
    const count = countIn.bind(null, corpus)
    expect(count('quexmerger')).toBe(10)
    expect(count('jailbreak:true AND quexmerger')).toBe(4)
    expect(count('amberfall')).toBe(10)
    expect(count('"quixotic amberfall ledger"')).toBe(5)
  })

  test('late parts of an exchange come in either order', () => {
    const days = answer(corpus, 'jailbreak:true AND quexmerger').map((item) => [
      Math.min(...item.auditFileDays) < Math.min(...item.textFileDays),
      Math.min(...item.auditFileDays) > Math.min(...item.textFileDays),
    ])
    expect(days.some(([first]) => first)).toBe(true)
    expect(days.some(([, second]) => second)).toBe(true)
  })
})

test('noise is beside the records asked for, and counted', () => {
  const corpus = readBack((sink) => makeHistory({ seed: 2, records: 1_000, noise: 0.1 }, sink))
  expect(corpus.facts.expected.notAi).toBe(100)
  expect(corpus.facts.expected).toEqual(corpus.counted)
})

test.each([1, 2, 7, 364])('a corpus of %i records has exactly so many', (records) => {
  const corpus = readBack((sink) => makeHistory({ seed: 1, records, days: 30 }, sink))
  expect(corpus.facts.expected.read).toBe(records)
  expect(corpus.facts.expected).toEqual(corpus.counted)
})

test.each([
  { records: 0 },
  { records: 1.5 },
  { seed: Number.NaN },
  { days: 0 },
  { from: '2025-13-01' },
  { from: 'yesterday' },
  { tenantId: 'contoso' },
  { noise: -1 },
])('options that make no sense are refused with a code: %o', (wrong) => {
  expect(() => makeHistory({ ...SMALL, ...wrong }, () => {})).toThrow(
    expect.objectContaining({ code: 'GENERATE_OPTION_INVALID' }),
  )
})

test('a folder that holds a corpus already is left alone', async () => {
  const outputDir = newFolder()
  const options = { seed: 1, records: 10, outputDir }
  await generateHistory(options)
  const before = digestOfFolder(outputDir)
  await expect(generateHistory({ ...options, seed: 2 })).rejects.toMatchObject({
    code: 'GENERATE_FOLDER_NOT_EMPTY',
  })
  expect(digestOfFolder(outputDir)).toBe(before)
})

test.each([
  { records: 10, workers: 1 },
  { records: 10_000, days: 20, workers: 2 },
])('a folder that cannot be written to is named in one sentence: %o', async (size) => {
  const outputDir = newFolder()
  // Fails only once files are written: in the thread that writes them.
  symlinkSync('/dev/null/nowhere', join(outputDir, 'graph'))
  await expect(generateHistory({ seed: 1, ...size, outputDir })).rejects.toMatchObject({
    code: 'GENERATE_WRITE_FAILED',
  })
})

test('a file in the place of a folder is named in one sentence', async () => {
  const outputDir = newFolder()
  writeFileSync(join(outputDir, 'graph'), '')
  await expect(generateHistory({ seed: 1, records: 1, outputDir })).rejects.toMatchObject({
    code: 'GENERATE_WRITE_FAILED',
  })
})

test('a stopped run ends with the reason of its signal', async () => {
  const stop = new AbortController()
  const run = generateHistory({
    seed: 1,
    records: 10_000,
    outputDir: newFolder(),
    workers: 2,
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  })
  await expect(run).rejects.toThrow('enough')
})

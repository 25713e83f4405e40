// One corpus of 3,000 records, imported once; what it must answer, whatever is taken away of what is derived.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CountAnswer, SummaryAnswer } from '../../src/api/answers.ts'
import type { ImportResult } from '../../src/cli/import-run.ts'
import { runHere } from '../../src/cli/testing.ts'
import {
  aCorpus,
  differences,
  folders,
  hitsOf,
  importInto,
  json,
  openHere,
  run,
  verify,
  type OpenedApp,
  type Verified,
} from './daybook.suite.ts'

const newFolder = folders()
const dataDir = newFolder()
let corpus: Awaited<ReturnType<typeof aCorpus>>
let imported: ImportResult
let app: OpenedApp | null = null

beforeAll(async () => {
  corpus = await aCorpus(newFolder(), 3_000, { days: 20, seed: 11 })
  imported = await importInto(dataDir, corpus.all)
})

afterAll(() => app?.close())

// The command line needs the folder for itself.
async function closed(): Promise<void> {
  await app?.close()
  app = null
}
const opened = async () => (app ??= await openHere(dataDir))

/** Everything that the needles' queries answer: counts, the hits in their order, histogram and facets. */
async function answers(): Promise<unknown[]> {
  const here = await opened()
  const all = []
  for (const { kql, unit, count: planted } of corpus.facts.needles) {
    if (unit === 'item' && planted <= LISTED) all.push({ kql, hits: await hitsOf(here, kql) })
    else
      all.push({ kql, ...(await here.get<CountAnswer>('/api/v1/items/count', { q: kql, unit })) })
  }
  for (const q of ['*', 'jailbreak:true', corpus.facts.samples.words[0] ?? '']) {
    const { histogram, facets } = await here.get<SummaryAnswer>('/api/v1/items/summary', { q })
    all.push({ q, histogram, facets })
  }
  return all
}
let before: readonly unknown[] = []

/** Longer lists are counted only: reading them takes longer than it tells. */
const LISTED = 200

test('an import counts what was generated', () => {
  expect(imported).toMatchObject({
    ...corpus.facts.expected,
    unmapped: 0,
    errors: [],
    indexed: true,
  })
})

test('every needle is found exactly', async () => {
  const here = await opened()
  const wrong = []
  for (const { name, kql, unit, count, ids } of corpus.facts.needles) {
    const found = await here.get<CountAnswer>('/api/v1/items/count', { q: kql, unit })
    if (found.count !== count) wrong.push(`${name}: ${found.count} instead of ${count}`)
    if (count > LISTED || unit !== 'item') continue
    const hits = await hitsOf(here, kql)
    if (hits.length !== count) wrong.push(`${name}: ${hits.length} listed instead of ${count}`)
    // An item is told by its audit record's id, else by session and message id (the end of a text's own id).
    const known = new Set(hits.flatMap(({ recordIds }) => recordIds))
    const told = [...known].join(' ')
    const missing = ids.filter((id) => !known.has(id) && !told.includes(`/${id.replace(' ', '/')}`))
    if (missing.length > 0) wrong.push(`${name}: without ${missing[0]}`)
  }
  before = await answers()
  expect(wrong).toEqual([])
  expect(corpus.facts.needles.length).toBeGreaterThan(20)
})

test('the command line counts as the application does', async () => {
  await closed()
  const needle = corpus.facts.needles.find(({ name }) => name === 'flag and word')
  const counted = await run(['search', needle?.kql ?? '', '--count', '--data-dir', dataDir])
  expect(counted).toMatchObject({ code: 0, out: `${needle?.count}\n`, err: '' })
  const records = await runHere([
    'search',
    '*',
    '--count',
    '--unit',
    'record',
    '--data-dir',
    dataDir,
  ])
  expect(records.out).toBe(`${corpus.facts.expected.added}\n`)
})

test('the archive is intact', async () => {
  const [report] = await json<Verified>(dataDir, ['verify', join(dataDir, 'archive')])
  expect(report).toMatchObject({ records: corpus.facts.expected.added, findings: [] })
})

test('the same import again adds nothing', async () => {
  const { read, notAi } = corpus.facts.expected
  const here = await opened()
  expect(await here.import(corpus.all)).toMatchObject({
    read,
    added: 0,
    repeated: read - notAi,
    notAi,
    errors: [],
  })
  expect(differences(before, await answers())).toEqual([])
})

test('reindex builds the whole index again, and it answers identically', async () => {
  await closed()
  const [result] = await json<{ records: number }>(dataDir, ['reindex'])
  expect(result?.records).toBe(corpus.facts.expected.added)
  expect(differences(before, await answers())).toEqual([])
})

test('the index deleted is rebuilt at the next start, and so is everything that is derived: same answers, no repeat forgotten', async () => {
  await closed()
  for (const name of [
    'index',
    'writer.lock',
    'writer.json',
    'keys.db',
    'keys.db-wal',
    'keys.db-shm',
    'catalog.db',
    'catalog.db-wal',
    'catalog.db-shm',
  ]) {
    rmSync(join(dataDir, name), { recursive: true, force: true })
  }
  expect(differences(before, await answers())).toEqual([])
  const again = await (await opened()).import(corpus.all)
  expect(again).toMatchObject({ added: 0, versions: 0, errors: [] })
  expect(await verify(dataDir)).toMatchObject({ findings: [] })
})

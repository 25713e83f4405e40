import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReader } from '../../src/archive/reader.ts'
import type { ArchiveReader } from '../../src/archive/types.ts'
import { openCatalog } from '../../src/catalog/catalog.ts'
import { importWeek, type ImportedWeek } from '../../src/cli/testing.ts'
import { ITEM_FIELDS } from '../../src/discovery/export/fields.ts'
import { placesOf } from '../../src/discovery/export/items.ts'
import { slicesOf } from '../../src/discovery/export/selection.ts'
import type { Stage } from '../../src/discovery/export/stage.ts'
import { WorkFolder } from '../../src/discovery/export/work-folder.ts'
import { writeItemLines } from '../../src/discovery/export/write-items.ts'
import type { Written } from '../../src/discovery/export/writer.ts'
import type { Part } from '../../src/interactions/item.ts'
import type { ReadContext } from '../../src/interactions/record.ts'
import { readArchived } from '../../src/pipeline/archived-record.ts'
import { itemsProgram } from '../../src/pipeline/items-program.ts'
import { openEngine } from '../../src/query/engine.ts'
import { openIndex, type IndexStore } from '../../src/query/index-store.ts'
import { parse } from '../../src/query/kql/parser.ts'
import { containerContext } from '../../src/sources/export-files/container-context.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-items-'))
let imported: ImportedWeek
let index: IndexStore
let reader: ArchiveReader
let contexts: Record<string, ReadContext>

beforeAll(async () => {
  imported = await importWeek()
  const records = join(imported.folder, 'records')
  index = await openIndex(await openEngine({ path: join(records, 'index') }))
  const archive = join(records, 'archive')
  reader = await openReader(join(archive, readdirSync(archive)[0] ?? ''))
  const catalog = openCatalog(join(records, 'catalog.db'))
  contexts = Object.fromEntries(
    catalog.headers().map(({ id, shape, header }) => [id, containerContext(shape, header)]),
  )
  catalog.close()
})
afterAll(async () => {
  await index.close()
  await imported.remove()
  rmSync(folder, { recursive: true })
})

const readHere = async (
  _tenant: string,
  sequences: readonly number[],
): Promise<{ readonly part: Part }[]> =>
  [...(await reader.read(sequences)).values()].map((line) => readArchived(line, contexts))

const isWritten = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && 'rows' in value

/** Writes all items of the week, so many to a task; few tasks are done in this thread. */
async function written(name: string, itemsAtOnce: number): Promise<string> {
  const work = await openWork(name)
  await work.stage('data', isWritten, (stage) => writeAll(stage, itemsAtOnce))
  return readFileSync(work.pathOf('items.jsonl'), 'utf8')
}

function writeAll(stage: Stage, itemsAtOnce: number): Promise<Written> {
  const task = {
    selection: { index, query: parse('*', new Date()) },
    readRecords: readHere,
    fields: ITEM_FIELDS,
    minimise: { users: false, dates: false, key: '' },
    signal: new AbortController().signal,
    onRows: () => undefined,
    program: itemsProgram(() => contexts),
    readers: [reader],
    itemsAtOnce,
  }
  return writeItemLines(task, 'items.jsonl', stage)
}

const openWork = (name: string): Promise<WorkFolder> =>
  WorkFolder.open(join(folder, name), {
    fingerprint: 'f',
    id: 'a',
    createdAt: '2026-03-06T12:00:00.000Z',
    checkpoints: {},
  })

test('slices of any size hold every item once, in the order', async () => {
  const selection = { index, query: parse('*', new Date()) }
  for (const order of ['time', 'conversation'] as const) {
    const sizes: number[] = []
    const orders: string[] = []
    for (const bytes of [2_000, 30_000, 100_000_000]) {
      const ids: string[] = []
      const slices = await slicesOf(selection, order, bytes)
      for (const slice of slices) {
        const places = await placesOf(selection, order, slice)
        expect(places.length).toBe(slice.rows)
        ids.push(...places.map(({ id }) => id))
      }
      sizes.push(slices.length)
      orders.push(ids.join())
    }
    expect(new Set(orders).size).toBe(1)
    expect(new Set(orders[0]?.split(',')).size).toBe(81)
    expect(sizes[0]).toBeGreaterThan(40)
    expect(sizes[2]).toBe(1)
  }
})

test('items are the same whether threads make them or not, and after an interruption', async () => {
  const here = await written('here', 1_000)
  const lines = here.split(/(?<=\n)/)
  expect(lines.length).toBeGreaterThan(70)

  expect(await written('threads', 12)).toBe(here)

  const killed = new Error('killed')
  const begun = await openWork('interrupted')
  const interrupted = begun.stage('data', isWritten, async (stage) => {
    const file = await stage.create('items.jsonl')
    await file.write(lines.slice(0, 17).join(''))
    await stage.checkpoint({ rows: 17 })
    await file.write('{"half":')
    throw killed
  })
  await expect(interrupted).rejects.toBe(killed)
  expect(await written('interrupted', 12)).toBe(here)
})

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine } from './engine.ts'
import { facets } from './facets.ts'
import { openIndex, type IndexStore } from './index-store.ts'
import { parse } from './kql/parser.ts'
import { encodeItems, encodeLinks } from './rows.ts'
import { count, histogram, search } from './search.ts'
import { anItem, aMessage } from './testdata/items.ts'
import { aServer } from './testdata/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-engine-'))
let server: Awaited<ReturnType<typeof aServer>>
let index: IndexStore

beforeAll(async () => {
  server = await aServer(folder)
  index = await openIndex(await openEngine({ url: server.url }))
})

afterAll(async () => {
  await index.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('openEngine() with the address of a server', () => {
  test('writes, finds, counts and settles as in-process', async () => {
    const turns = Array.from({ length: 50 }, (_, at) =>
      anItem({
        id: (at + 1).toString(16).padStart(32, '0'),
        occurredAt: `2026-03-${String((at % 28) + 1).padStart(2, '0')}T10:00:00Z`,
        surface: at % 2 === 0 ? 'Word' : 'Teams',
        custodians: [{ upn: 'avery@contoso.com', objectId: null, name: "Avery O'Plan\t\\" }],
        messages: [aMessage({ text: `The merger, "turn ${at}", it's Zürich 東京` })],
        sequences: [at],
      }),
    )
    const first = {
      batch: index.nextBatch(),
      tenant: 't',
      watermark: 50,
      records: [],
      superseded: [],
    }
    await index.write({
      ...first,
      items: [encodeItems(turns, first.batch)],
      links: [encodeLinks([{ day: 1, key: 2 ** 52 - 1, sequence: 3 }], first.batch)],
    })
    const again = {
      ...first,
      batch: index.nextBatch(),
      links: [],
      superseded: turns.slice(0, 5).map(({ id }) => ({ id, deleted: false })),
    }
    await index.write({ ...again, items: [encodeItems(turns.slice(0, 5), again.batch)] })

    const query = parse(
      `merger zurich 東京 user:"Avery O'Plan\t\\" date:2026-03 app:Word "it's zürich" tur*`,
    )
    expect(await index.lookupLinks([{ day: 1, key: 2 ** 52 - 1 }])).toEqual([3])
    expect(await count(index, query, 'item')).toBe(25)
    await index.settle()
    await index.settled()
    expect(await count(index, query, 'item')).toBe(25)
    const page = await search(index, { query, order: 'newest', limit: 20 })
    const rest = await search(index, { query, order: 'newest', limit: 20, after: page.next ?? '' })
    expect(new Set([...page.rows, ...rest.rows].map(({ id }) => id)).size).toBe(25)
    expect(page.rows[0]?.prompt).toContain('Zürich 東京')
    expect((await histogram(index, query, 'month')).map(({ items }) => items)).toEqual([25])
    expect((await facets(index, query)).find(({ name }) => name === 'surface')?.values).toEqual([
      { value: 'Word', items: 25 },
    ])
    expect((await openIndex(index.engine)).watermark('t')).toBe(50)
  })

  test('says which error the server gave, and nothing of the statement', async () => {
    const failed = index.engine.query("SELECT 'secret words' FROM nowhere")

    await expect(failed).rejects.toMatchObject({
      code: 'INDEX_FAILED',
      message: expect.not.stringContaining('secret'),
    })
    await expect(failed).rejects.toThrow('error 60')
  })
})

test('openEngine() says when the server cannot be reached', async () => {
  await expect(openEngine({ url: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'INDEX_UNREACHABLE',
  })
})

test('openEngine() says when another process has the folder', async () => {
  const engine = new URL('./engine.ts', import.meta.url).href
  const program = `import { openEngine } from '${engine}'
    await openEngine({ path: process.argv[1] }).catch((error) => process.stdout.write(error.code))`

  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    program,
    folder,
  ])

  expect(stdout).toBe('INDEX_LOCKED')
})

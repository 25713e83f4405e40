import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readXlsx } from 'hucre/xlsx'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExportResult } from '../api/answers.ts'
import { aServer } from '../query/testdata/server.ts'
import { writeDemoWeek } from '../tenant/demo-week/demo-week.ts'
import { verifyExport } from '../verify/index.ts'
import { jsonLines, runHere, type Ran } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-server-'))
let server: Awaited<ReturnType<typeof aServer>>

const run = (...argv: string[]): Promise<Ran> =>
  runHere([...argv, '--data-dir', join(folder, 'records')], {
    environment: { DAYBOOK_CLICKHOUSE_URL: server.url },
  })

beforeAll(async () => {
  server = await aServer(join(folder, 'engine'))
  const week = await writeDemoWeek(join(folder, 'exports'))
  await run('import', ...week.folders)
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

let made = 0

async function exported(...argv: string[]): Promise<ExportResult & { readonly at: string }> {
  made += 1
  const at = join(folder, `out-${made}`)
  const { code, out, err } = await run('export', ...argv, '--output-path', at, '--json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(await verifyExport(at)).toMatchObject({ found: 0 })
  const result: ExportResult = JSON.parse(out)
  return { ...result, at }
}

interface Line {
  readonly id: string
  readonly users: readonly string[]
  readonly prompt: string | null
  readonly occurredAt: string
}

/** As a cell of a spreadsheet holds it. */
const spelt = (text: string | null): string | null =>
  // eslint-disable-next-line no-control-regex
  text?.replaceAll(/[\0-\b\v-\u001f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase()
    return `<U+${code.padStart(4, '0')}>`
  }) ?? null

test('an index on a server gives the same items in every format that the program writes', async () => {
  const fields = ['--fields', 'id,users,prompt,occurredAt,jailbreak,credits']
  const items = await exported('*', '--format', 'jsonl', ...fields)
  const lines = jsonLines<Line>(readFileSync(join(items.at, 'items.jsonl'), 'utf8'))
  expect(lines.length).toBe(items.counts.item)
  expect(lines.length).toBeGreaterThan(70)

  const sheet = await exported('*', '--format', 'xlsx', ...fields)
  const [rows] = (await readXlsx(readFileSync(join(sheet.at, 'items.xlsx')))).sheets
  expect(rows?.rows.slice(1).map((row) => row.slice(0, 4))).toEqual(
    lines.map(({ id, users, prompt, occurredAt }) => [
      id,
      users.join('\n'),
      spelt(prompt),
      new Date(occurredAt),
    ]),
  )

  const csv = await exported('*', '--format', 'csv', '--profile', 'machine', ...fields)
  const text = readFileSync(join(csv.at, 'items.csv'), 'utf8')
  for (const { id } of lines) expect(text).toContain(`"${id}"`)
  expect(csv.counts.item).toBe(lines.length)
})

test('records of an index on a server are listed, and proven', async () => {
  const { at, counts } = await exported('dlp:blocked', '--unit', 'record', '--format', 'csv')
  const rows = readFileSync(join(at, 'record-list.csv'), 'utf8').trim().split('\r\n')
  expect(rows.length - 1).toBe(counts.record)

  const proven = await exported('dlp:blocked', '--format', 'jsonl', '--raw', '--proofs')
  expect(proven.counts).toMatchObject({ record: counts.record, proof: counts.record })
})

test('Parquet with an index on a server is refused with what to do instead', async () => {
  const at = join(folder, 'refused')
  const { code, err } = await run('export', '*', '--format', 'parquet', '--output-path', at)
  expect(code).toBe(1)
  expect(err).toContain('export csv or jsonl')
  expect(readdirSync(folder)).not.toContain('refused')
})

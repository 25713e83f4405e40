import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExportResult } from '../api/answers.ts'
import { verifyExport } from '../verify/index.ts'
import type { ImportResult } from './import-run.ts'
import { importWeek, runHere, type ImportedWeek } from './testing.ts'

const python = spawnSync('python3', ['-V']).status === 0
if (!python) process.stdout.write('export.test.ts: skipped in part, there is no python3\n')

let imported: ImportedWeek
beforeAll(async () => {
  imported = await importWeek()
})
afterAll(() => imported.remove())

let made = 0

/** Exports, and says what came of it. */
async function exported(...argv: string[]): Promise<ExportResult & { readonly at: string }> {
  made += 1
  const at = join(imported.folder, argv.includes('--zip') ? `out-${made}.zip` : `out-${made}`)
  const { code, out, err } = await imported.run(['export', ...argv, '--output-path', at, '--json'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const result: ExportResult = JSON.parse(out)
  return { ...result, at }
}

const manifestOf = (at: string) => JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8'))

async function importInto(name: string, ...paths: string[]): Promise<ImportResult> {
  const folder = join(imported.folder, name)
  const { out } = await runHere(['import', ...paths, '--data-dir', folder, '--json'])
  return JSON.parse(out)
}

const ofTexts = (at: string): string[] =>
  ['records.jsonl', 'rows-1.csv', 'records']
    .map((name) => join(at, name))
    .filter((path) => existsSync(path))

test('the exact texts come in again as the same records, and nowhere as new versions', async () => {
  const { at, counts } = await exported('--unit', 'record', '--format', 'jsonl', '--raw')

  const anew = await importInto('anew', ...ofTexts(at))
  const before: ImportResult = JSON.parse(imported.imported.out)
  expect(anew).toMatchObject({
    read: counts.record,
    added: before.added,
    repeated: 0,
    versions: before.versions,
    unmapped: before.unmapped,
    errors: [],
  })
  const again = await importInto('records', ...ofTexts(at))
  expect(again).toMatchObject({ read: counts.record, added: 0, repeated: counts.record })
})

test('the four columns come in again as repeats, or as records of an empty archive', async () => {
  const { at, counts } = await exported('--format', 'audit')
  const text = readFileSync(join(at, 'audit.csv'), 'utf8')
  expect(text.startsWith('CreationDate,UserIds,Operations,AuditData\r\n"')).toBe(true)
  const rows = counts.record - (counts.leftOut['noAuditData'] ?? 0)
  expect(rows).toBeGreaterThan(50)
  expect(manifestOf(at).files).toContainEqual(expect.objectContaining({ path: 'audit.csv', rows }))

  const file = join(at, 'audit.csv')
  expect(await importInto('records', file)).toMatchObject({ read: rows, added: 0, repeated: rows })
  expect(await importInto('audit-anew', file)).toMatchObject({
    read: rows,
    added: rows,
    versions: 0,
    unmapped: 0,
  })
})

test('an export with proofs holds as a folder and as a ZIP, and a changed record is found', async () => {
  const packed = await exported('dlp:blocked', '--format', 'csv', '--proofs', '--zip')
  const report = await verifyExport(packed.at)
  expect(report).toMatchObject({ found: 0, proofs: packed.counts.record })
  expect(report.proven).toBe(packed.counts.proof)
  expect(report.proven).toBeGreaterThan(0)

  const { at } = await exported('dlp:blocked', '--format', 'csv', '--proofs')
  expect(await imported.run(['verify', '--export', at])).toMatchObject({ code: 0 })
  const [text = ''] = readdirSync(join(at, 'records'))
  const file = join(at, 'records', text)
  writeFileSync(file, readFileSync(file, 'utf8').replace('e', '3'))
  const { code, out } = await imported.run(['verify', '--export', at, '--json'])
  expect(code).toBe(4)
  const found: { findings: { finding: string }[] } = JSON.parse(out)
  expect(found.findings.map(({ finding }) => finding).toSorted()).toEqual([
    'FILE_CHANGED',
    'RECORD_DIFFERS',
  ])
})

test('a manifest that is written anew is found out by the log', async () => {
  const { at } = await exported('dlp:blocked', '--format', 'csv')
  const path = join(at, 'manifest.json')
  const changed = readFileSync(path, 'utf8').replace('"complete": true', '"complete": false')
  writeFileSync(path, changed)

  expect((await verifyExport(at)).findings).toEqual([
    expect.objectContaining({ finding: 'MANIFEST_CHANGED' }),
  ])
})

test.skipIf(!python)('Python reads the CSV and the ZIP, and no cell is a formula', async () => {
  const { at, counts } = await exported('--format', 'csv', '--zip')
  const script = `
import csv, io, json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
text = z.read('items.csv')
assert text.startswith(b'\\xef\\xbb\\xbf') and text.endswith(b'\\r\\n')
rows = list(csv.reader(io.StringIO(text.decode('utf-8-sig'), newline=''), strict=True))
manifest = json.loads(z.read('manifest.json'))
assert rows[0] == manifest['fields'], rows[0]
assert all(len(row) == len(rows[0]) for row in rows)
assert not [c for row in rows[1:] for c in row if c[:1] in ('=', '+', '-', '@')]
print(len(rows) - 1)`
  expect(execFileSync('python3', ['-c', script, at], { encoding: 'utf8' }).trim()).toBe(
    String(counts.item),
  )
})

/** As the CSV writes a value. */
function cell(value: unknown): string {
  if (value === null) return ''
  if (Array.isArray(value)) return `"${value.join('\n')}"`
  return typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : JSON.stringify(value)
}

test('a row of a CSV says what the same item says in the format jsonl', async () => {
  const fields = 'id,occurredAt,users,session,agentName,prompts,answers,prompt,answer,jailbreak,web'
  const lines = await exported('--format', 'jsonl', '--fields', fields)
  const items = readFileSync(join(lines.at, 'items.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line))
    // As served here, in milliseconds there.
    .map((item) => ({ ...item, occurredAt: new Date(String(item['occurredAt'])).toISOString() }))
  const table = await exported('--format', 'csv', '--fields', fields, '--profile', 'machine')
  const csv = readFileSync(join(table.at, 'items.csv'), 'utf8')

  expect(items).toHaveLength(lines.counts.item)
  const rows = items.map((item) => `${Object.values(item).map(cell).join(',')}\r\n`)
  expect(csv.split('\r\n')[0]).toBe(fields.split(',').map(cell).join(','))
  expect(csv.slice(csv.indexOf('\r\n') + 2)).toBe(rows.join(''))
})

test('with persons and dates minimised nobody is named anywhere in the package', async () => {
  for (const format of ['csv', 'jsonl', 'parquet']) {
    const { at, changes } = await exported(
      'user:"avery.howard@contoso.com"',
      '--format',
      format,
      '--minimise',
      'users,dates',
    )
    expect(changes.map(({ code }) => code)).toContain('FIELDS_LEFT_OUT')
    for (const name of readdirSync(at).filter((file) => file !== 'verify.html')) {
      const text = readFileSync(join(at, name), 'latin1')
      expect([name, /avery/i.test(text)]).toEqual([name, false])
    }
    if (format === 'parquet') continue
    const [file = ''] = readdirSync(at).filter((name) => name.startsWith('items.'))
    const text = readFileSync(join(at, file), 'utf8')
    expect(text).toMatch(/person-[0-9a-f]{16}/)
    expect(text.match(/2026-03-\d\dT(?!00:00:00)/)).toBeNull()
  }
})

test('what does not go together is told before anything is written', async () => {
  const wrong: readonly (readonly string[])[] = [
    ['--format', 'docx'],
    ['--format', 'csv', '--raw'],
    ['--format', 'audit', '--unit', 'item'],
    ['--format', 'jsonl', '--proofs', '--minimise', 'users'],
    ['--format', 'csv', '--fields', 'id,nothing'],
    ['nothing:here'],
  ]
  const places = wrong.map((argv) => ({ argv, at: join(imported.folder, 'wrong') }))
  places.push({ argv: ['--format', 'csv'], at: join(imported.folder, 'every{1,2}*') })
  for (const { argv, at } of places) {
    const { code } = await imported.run(['export', ...argv, '--output-path', at])
    expect([argv, code]).toEqual([argv, 2])
    expect(existsSync(at) || existsSync(`${at}.partial`)).toBe(false)
  }
})

test('an output that is there is never overwritten', async () => {
  const at = join(imported.folder, 'mine')
  mkdirSync(at)
  writeFileSync(join(at, 'thesis.txt'), 'mine')
  const { code, err } = await imported.run(['export', '--output-path', at])

  expect(code).toBe(1)
  expect(err).toContain('never overwrites')
  expect(readdirSync(at)).toEqual(['thesis.txt'])
})

test('the archive says who exported what and for which purpose, and stays intact', async () => {
  const words = 'Request 4711 of the examiner'
  const { export: id } = await exported('dlp:blocked', '--format', 'csv', '--purpose', words)
  const { out } = await imported.run(['verify', '--json'])
  expect(JSON.parse(out)).toMatchObject({ findings: [] })

  const { openReader } = await import('../archive/reader.ts')
  const archive = join(imported.folder, 'records', 'archive')
  const reader = await openReader(join(archive, readdirSync(archive)[0] ?? ''))
  const acts: string[] = []
  for await (const { lines } of reader.scan(0, 'activity'))
    for (const line of lines) acts.push(Buffer.from(line).toString('utf8'))
  const act = acts.find((line) => line.includes(id)) ?? ''
  expect(act).toContain('"kind":"operator.export"')
  expect(act).toContain(words)
  const entries: string[] = []
  for await (const { bytes } of reader.entries(0)) entries.push(Buffer.from(bytes).toString())
  const entry = entries.find((text) => text.includes(id)) ?? ''
  expect(entry).toContain('"kind":"export"')
  expect(entry).not.toContain('examiner')
})

test('a hostile prompt is defused for a spreadsheet, counted, and left as it is for a machine', async () => {
  const folder = join(imported.folder, 'hostile')
  const file = join(imported.folder, 'hostile.json')
  const body = { contentType: 'text', content: '=HYPERLINK("http://198.51.100.7","x")\u2028"é' }
  const item = {
    '@odata.type': '#microsoft.graph.aiInteraction',
    id: '1772791200000',
    sessionId: '19:hostile@thread.v2',
    requestId: 'r-1',
    appClass: 'IPM.SkypeTeams.Message.Copilot.BizChat',
    interactionType: 'userPrompt',
    createdDateTime: '2026-03-06T10:00:00.000Z',
    from: { user: { id: '9453633e-cbd9-4f91-903f-a547e6a4db4c', displayName: '+Avery' } },
    body,
  }
  writeFileSync(file, JSON.stringify({ value: [item] }))
  await runHere(['import', file, '--data-dir', folder])
  const texts = []
  for (const profile of ['spreadsheet', 'machine']) {
    const at = join(imported.folder, `hostile-${profile}`)
    const argv = ['--format', 'csv', '--fields', 'prompt,userNames', '--profile', profile]
    const { out } = await runHere([
      'export',
      ...argv,
      '--output-path',
      at,
      '--data-dir',
      folder,
      '--json',
    ])
    const { changes }: ExportResult = JSON.parse(out)
    texts.push(readFileSync(join(at, 'items.csv'), 'utf8').split('\r\n')[1])
    expect(changes.map(({ code, count }) => [code, count])).toEqual(
      profile === 'spreadsheet' ? [['FORMULA_DEFUSED', 2]] : [],
    )
  }
  const quoted = body.content.replaceAll('"', '""')
  expect(texts).toEqual([`"'${quoted}","'+Avery"`, `"${quoted}","+Avery"`])
})

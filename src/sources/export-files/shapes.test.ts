import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { containerContext } from './container-context.ts'
import { read, scratch, zip } from './testdata/exports.ts'

const activity = (id: string) =>
  `{"RecordIdentity":"${id}","Activity":"Copilot Interaction","Happened":"2026-03-02T09:15:04Z"}`
const columns = (name: string) => `[{"name":"timestamp","type":"datetime"},{"name":"${name}"}]`
const table = (name: string, rows: string) =>
  `{"name":"PrimaryResult","columns":${columns(name)},"rows":${rows}}`

test('a page of Activity Explorer gives its records, packed in whatever way', async () => {
  using files = scratch()
  const text = `{"PageNumber":1,"RecordCount":2,"Records":[${activity('1')},${activity('2')}]}`
  const packed = {
    plain: Buffer.from(text),
    gzip: gzipSync(text),
    zstd: zstdCompressSync(text),
    zip: zip([['Page-001.json', Buffer.from(text)]]),
    'utf-16': Buffer.from(`\uFEFF${text}`, 'utf16le'),
  }
  for (const [name, bytes] of Object.entries(packed)) {
    const { records, errors, containers } = await read([files.file(name, bytes)])
    expect([name, errors]).toEqual([name, []])
    expect(records.map(({ raw, format }) => [raw, format])).toEqual([
      [activity('1'), 'explorer'],
      [activity('2'), 'explorer'],
    ])
    expect(containers.map(({ shape }) => shape)).toEqual(['explorer-pages'])
  }
})

test('a list called Records of another interface is no export', async () => {
  using files = scratch()
  const trail = files.file('trail.json', '{"Records":[{"eventVersion":"1.08","eventName":"Get"}]}')
  const { containers, errors } = await read([trail])
  expect(containers).toEqual([])
  expect(errors).toMatchObject([{ code: 'NOT_AN_EXPORT' }])
})

test('each table of an answer with columns of its own is a container with these', async () => {
  using files = scratch()
  const path = files.file(
    'answer.json',
    `{"tables":[${table('name', '[["2026-03-02","a"]]')},${table('name', '[["2026-03-03","b"]]')},${table('message', '[["2026-03-04","c"]]')}]}`,
  )
  const { containers, records, ends, errors } = await read([path])
  expect(errors).toEqual([])
  expect(records.map(({ raw }) => raw)).toEqual([
    '["2026-03-02","a"]',
    '["2026-03-03","b"]',
    '["2026-03-04","c"]',
  ])
  expect(containers.map(({ name, header, context }) => [name, header, context.columns])).toEqual([
    [path, columns('name'), ['timestamp', 'name']],
    [`${path}#2`, columns('message'), ['timestamp', 'message']],
  ])
  expect(ends.map((end) => end.records)).toEqual([2, 1])
})

test('rows of an answer that names no columns are kept; an empty answer is an answer', async () => {
  using files = scratch()
  const bare = await read([files.file('bare.json', '{"tables":[{"rows":[[1],[2]]}]}')])
  expect(bare.records.map(({ raw }) => raw)).toEqual(['[1]', '[2]'])
  expect(bare.containers).toMatchObject([{ header: null, context: { format: 'telemetry' } }])
  const empty = await read([files.file('empty.json', '{"tables":[{"columns":[],"rows":[]}]}')])
  expect([empty.records, empty.errors, empty.ends.length]).toEqual([[], [], 1])
})

test('records written as JSON inside of JSON come out as served, and each gets its own format', async () => {
  using files = scratch()
  const texts = [activity('1'), '{"Id":"2","RecordType":261,"Operation":"x","UserId":"a"}']
  const { records, errors } = await read([files.file('texts.json', JSON.stringify(texts))])
  expect(errors).toEqual([])
  expect(records.map(({ raw, format }) => [raw, format])).toEqual([
    [JSON.stringify(texts[0]).slice(1, -1), 'explorer'],
    [JSON.stringify(texts[1]).slice(1, -1), 'audit'],
  ])
})

test.each([
  ['AuditData,Id', 'audit-csv', 'audit-csv'],
  ['RecordId;Message_Id', 'pax-csv', 'pax-csv'],
  ['Activity,Happened', 'explorer-csv', 'explorer-csv'],
  ['Item class,Immutable ID', 'ediscovery-csv', 'ediscovery-csv'],
  ['timestamp [UTC],customDimensions', 'telemetry-csv', 'telemetry-csv'],
  ['conversationtranscriptid,content', 'transcript-csv', 'transcript-csv'],
  ['[{"ColumnName":"timestamp"},"name"]', 'telemetry-tables', 'telemetry'],
  ['[{"name":"RecordId"},{"name":"LLMEventData"}]', 'telemetry-tables', 'pax-row'],
  ['["Timestamp","RawEventData"]', 'telemetry-tables', 'audit-row'],
  ['[["RecordId","string"],["Message_Id","string"]]', 'telemetry-tables', 'pax-row'],
])('a container with the header %s is read again as it was', (header, shape, format) => {
  const context = containerContext(shape, header)
  expect(context.format).toBe(format)
  expect(context.columns).toHaveLength(2)
})

test('reference data comes whole, as UTF-8; what is cut off or too large does not come', async () => {
  using files = scratch()
  const text = 'Report Refresh Date,User Principal Name\r\n2026-03-02,anna@contoso.com\r\n'
  const whole = files.file('report.csv', Buffer.from(`\uFEFF${text}`, 'utf16le'))
  const { references } = await read([whole])
  expect(references).toMatchObject([{ name: whole, reference: 'usage-report' }])
  expect(Buffer.from(references[0]?.bytes ?? []).toString()).toBe(text)
  expect(references[0]?.digest.size).toBe(2 * text.length + 2)

  const cut = files.file('report.csv.gz', gzipSync(text.repeat(20_000)).subarray(0, 2_000))
  const broken = await read([cut])
  expect(broken.references).toEqual([])
  expect(broken.errors).toMatchObject([{ code: 'FILE_TRUNCATED' }])

  const huge = files.file('huge.gz', gzipSync(text + 'x'.repeat(65 << 20), { level: 1 }))
  const refused = await read([huge])
  expect(refused.references).toEqual([])
  expect(refused.errors).toMatchObject([{ code: 'RECORD_TOO_LARGE' }])
})

test('reference data that ends in the middle is said, with the place, and does not come', async () => {
  using files = scratch()
  const people = [1, 2].map((n) => ({
    id: `${n}`,
    userPrincipalName: `a${n}@contoso.com`,
    mail: '',
  }))
  const page = JSON.stringify({ value: people })
  for (const [name, text, offset] of [
    ['page.json', page.slice(0, -20), page.lastIndexOf('{')],
    ['people.csv', 'UserPrincipalName,Mail\na1@contoso.com,"a', 23],
    ['rows.csv', 'UserPrincipalName;Mail\na1@contoso.com;a\nb@con', 40],
  ] as const) {
    const { references, errors } = await read([files.file(name, text)])
    expect(references).toEqual([])
    expect(errors).toMatchObject([{ code: 'FILE_TRUNCATED', offset }])
  }
  const whole = await read([files.file('whole.json', page)])
  expect(whole.references).toHaveLength(1)
})

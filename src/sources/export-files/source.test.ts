import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readExportFiles, sizeOfExportFiles } from './source.ts'
import { aiInteraction, auditRecord, csvCell, read, scratch, zip } from './testdata/exports.ts'

const audits = Array.from({ length: 40 }, (_, n) =>
  JSON.stringify(auditRecord(n, { Note: 'ß漢😀' })),
)
const items = Array.from({ length: 40 }, (_, n) => JSON.stringify(aiInteraction(n)))
const cells = audits.map((audit, n) => `${n},2026-03-02,${csvCell(audit)},\u00e9`)
const header = 'RecordId,CreationDate,AuditData,AssociatedAdminUnits'

const shapes = {
  blob: { text: `[${audits.join(',\r\n')}]`, records: audits, format: 'audit' },
  lines: { text: audits.join('\n'), records: audits, format: 'audit' },
  joined: { text: audits.join(''), records: audits, format: 'audit' },
  page: { text: `{"value":[${items.join(',')}]}`, records: items, format: 'ai-interaction' },
  csv: { text: [header, ...cells, ''].join('\r\n'), records: cells, format: 'audit-csv' },
} as const
const encodings = {
  'utf-8': (text: string) => Buffer.from(text),
  'utf-8-bom': (text: string) => Buffer.from(`\uFEFF${text}`),
  'utf-16le': (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'utf-16be': (text: string) => Buffer.from(text, 'utf16le').swap16(),
} as const
const packings = {
  plain: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) =>
    Buffer.concat([gzipSync(bytes.subarray(0, 100)), gzipSync(bytes.subarray(100))]),
  zstd: (bytes: Buffer) =>
    Buffer.concat([
      zstdCompressSync(bytes.subarray(0, 500)),
      zstdCompressSync(bytes.subarray(500)),
    ]),
  zip: (bytes: Buffer) => zip([['inner.dat', bytes]]),
  'gzip in zip': (bytes: Buffer) => zip([['inner.gz', gzipSync(bytes)]]),
  'zip in zip': (bytes: Buffer) => zip([['inner.zip', zip([['x', bytes]])]]),
} as const
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test.each(Object.entries(shapes))(
  'a %s is read the same in every encoding and packing, and each record has its exact place',
  async (_, { text, records, format }) => {
    using place = scratch()
    for (const [encoding, encode] of Object.entries(encodings)) {
      for (const [packing, pack] of Object.entries(packings)) {
        const bytes = encode(text)
        const packed = pack(bytes)
        const path = place.file('export.bin', packed)
        const reading = await read([path], { chunkBytes: 2000 })
        expect([encoding, packing, reading.errors]).toEqual([encoding, packing, []])
        expect(reading.records.map((record) => record.raw)).toEqual(records)
        expect(new Set(reading.records.map((record) => record.format))).toEqual(new Set([format]))
        expect(reading.containers[0]?.encoding).toBe(encoding === 'utf-8' ? 'utf-8' : encoding)
        for (const { raw, start, end } of reading.records) {
          const served = bytes.subarray(start, end)
          expect(encode(raw).subarray(-served.length).equals(served)).toBe(true)
        }
        const [end] = reading.ends
        expect(end?.records).toBe(records.length)
        expect(end?.unpacked).toEqual({ size: bytes.length, sha256: sha256(bytes) })
        expect(end?.file).toEqual({ size: packed.length, sha256: sha256(packed) })
      }
    }
  },
)

test('a CSV keeps its header line, columns and delimiter with the container', async () => {
  using place = scratch()
  const { containers } = await read([place.file('a.csv', shapes.csv.text)])
  expect(containers[0]?.header).toBe(header)
  expect(containers[0]?.context.columns).toEqual(header.split(','))
})

test('records of several formats in one file are each given their own', async () => {
  using place = scratch()
  const row = '{"RecordType":"261","AuditData":"{}"}'
  const all = [audits[0] ?? '', items[0] ?? '', row, '{"odd":1}', items[1] ?? '', audits[1] ?? '']
  const reading = await read([place.file('mixed.json', all.join('\n'))])
  const formats = new Map(reading.records.map(({ raw, format }) => [raw, format]))
  expect(all.map((raw) => formats.get(raw))).toEqual([
    'audit',
    'ai-interaction',
    'audit-row',
    'audit',
    'ai-interaction',
    'audit',
  ])
  for (const { raw, start } of reading.records) {
    expect(start).toBe(Buffer.from(all.join('\n')).indexOf(raw))
  }
})

test('bytes that are no valid UTF-8 pass through untouched, and a chunk owns its buffer', async () => {
  using place = scratch()
  const record = Buffer.from('{"Id":"1","RecordType":261,"UserId":"\xff\xc3"}', 'latin1')
  const path = place.file('a.json', Buffer.concat([Buffer.from('['), record, Buffer.from(']')]))
  const moved: Uint8Array[] = []
  for await (const event of readExportFiles([path])) {
    if (event.type !== 'chunk') continue
    const { bytes, ranges } = event.chunk
    const taken = structuredClone(bytes, { transfer: [bytes.buffer] })
    moved.push(taken.subarray(ranges[0], ranges[1]))
  }
  expect(moved.map((bytes) => Buffer.from(bytes).equals(record))).toEqual([true])
})

test('a packed file that is cut yields what could be unpacked, and one error with the place', async () => {
  using place = scratch()
  const lines = Array.from({ length: 3000 }, (_, n) =>
    JSON.stringify(auditRecord(n * 7919, { K: sha256(Buffer.from([n])) })),
  )
  const text = Buffer.from(lines.join('\n'))
  for (const pack of [gzipSync, zstdCompressSync, (b: Buffer) => zip([['a', b]])]) {
    const packed = Buffer.from(pack(text))
    const path = place.file('cut', packed.subarray(0, Math.floor(packed.length * 0.7)))
    const { records, errors, ends } = await read([path])
    expect(records.length).toBeGreaterThan(1000)
    expect(records.map((record) => record.raw)).toEqual(lines.slice(0, records.length))
    expect(errors[0]?.code).toBe('FILE_TRUNCATED')
    expect(errors[0]?.offset).toBeGreaterThan(records.at(-1)?.end ?? 0)
    expect(ends[0]?.records).toBe(records.length)
  }
})

test('damage in a packed file is reported, with everything before it read', async () => {
  using place = scratch()
  const text = Buffer.from(shapes.lines.text)
  const packed = gzipSync(text)
  packed.writeUInt32LE(7, packed.length - 8)
  const checksum = await read([place.file('a.gz', packed)])
  expect(checksum.records).toHaveLength(40)
  expect(checksum.errors.map((error) => error.code)).toEqual(['ARCHIVE_BROKEN'])
  const trailing = await read([
    place.file('b.gz', Buffer.concat([gzipSync(text), Buffer.from('more')])),
  ])
  expect(trailing.records).toHaveLength(40)
  expect(trailing.errors.map((error) => error.code)).toEqual(['ARCHIVE_BROKEN'])
  const broken = zip([['a', text]])
  broken.writeUInt32LE(7, broken.indexOf('PK\x01\x02', 0, 'latin1') + 16)
  const member = await read([place.file('c.zip', broken)])
  expect(member.records).toHaveLength(40)
  expect(member.errors).toMatchObject([{ code: 'ARCHIVE_BROKEN', offset: text.length }])
})

test('every member of a ZIP is read, named behind the ZIP; one that is no export hinders none', async () => {
  using place = scratch()
  const path = place.file(
    'all.zip',
    zip([
      ['a.json', Buffer.from(shapes.blob.text)],
      ['__MACOSX/._a.json', Buffer.from('x')],
      ['readme.txt', Buffer.from('Hello')],
      ['sub/b.csv', Buffer.from(shapes.csv.text)],
    ]),
  )
  const { containers, errors, records } = await read([path])
  expect(containers.map(({ name }) => name)).toEqual([`${path}!a.json`, `${path}!sub/b.csv`])
  expect(errors.map(({ file, code }) => [file, code])).toEqual([
    [`${path}!readme.txt`, 'NOT_AN_EXPORT'],
  ])
  expect(records).toHaveLength(80)
})

test('packing more than twice and data that unpacks without end are refused', async () => {
  using place = scratch()
  const deep = gzipSync(gzipSync(gzipSync(shapes.blob.text)))
  expect((await read([place.file('deep', deep)])).errors).toMatchObject([
    { code: 'ARCHIVE_REFUSED' },
  ])
  const bomb = gzipSync(Buffer.concat([Buffer.from(`[${audits[0]}`), Buffer.alloc(4 << 20, ' ')]))
  const { records, errors } = await read([place.file('bomb', bomb)], { trustedBytes: 1 << 20 })
  expect(records).toHaveLength(1)
  expect(errors).toMatchObject([{ code: 'ARCHIVE_REFUSED' }])
})

test('a folder is read through, sorted, without hidden files and without links that lead out', async () => {
  using place = scratch()
  using other = scratch()
  other.file('out.json', shapes.blob.text)
  mkdirSync(join(place.folder, 'b'))
  place.file('b/2.json', shapes.blob.text)
  place.file('c.json', shapes.page.text)
  place.file('a.json', shapes.lines.text)
  place.file('.hidden', shapes.lines.text)
  symlinkSync('a.json', join(place.folder, 'inside'))
  symlinkSync(other.folder, join(place.folder, 'outside'))
  const { containers, errors } = await read([place.folder])
  expect(containers.map(({ name, id }) => [name, id])).toEqual([
    [join(place.folder, 'a.json'), '1'],
    [join(place.folder, 'b/2.json'), '2'],
    [join(place.folder, 'c.json'), '3'],
  ])
  expect(errors.map(({ file }) => file)).toEqual([join(place.folder, 'outside')])
  const sizes = [shapes.lines, shapes.blob, shapes.page].map(({ text }) => Buffer.byteLength(text))
  expect(await sizeOfExportFiles([place.folder])).toBe(sizes.reduce((a, b) => a + b))
})

test('what holds no export at all says so, once', async () => {
  using place = scratch()
  mkdirSync(join(place.folder, 'empty'))
  const office = zip([
    ['[Content_Types].xml', Buffer.from('<x/>')],
    ['xl/workbook.xml', Buffer.from('<x/>')],
  ])
  const { errors } = await read([
    join(place.folder, 'empty'),
    place.file('empty.json', ''),
    place.file('empty.zip', zip([])),
    place.file('book.xlsx', office),
  ])
  expect(errors.map(({ code }) => code)).toEqual(Array<string>(4).fill('NOT_AN_EXPORT'))
})

test('a UTF-16 file cut inside a character gives one error', async () => {
  using place = scratch()
  const bytes = encodings['utf-16le'](shapes.blob.text)
  const { records, errors } = await read([place.file('a', bytes.subarray(0, 1001))])
  expect(records.length).toBeGreaterThan(0)
  expect(errors.map(({ code }) => code)).toEqual(['FILE_TRUNCATED'])
})

test('a path that does not exist is an error, and the next one is read', async () => {
  using place = scratch()
  const { errors, records } = await read([
    join(place.folder, 'nowhere.json'),
    place.file('a.json', shapes.blob.text),
  ])
  expect(errors).toMatchObject([{ code: 'PATH_NOT_FOUND', offset: null }])
  expect(records).toHaveLength(40)
})

test('an abort ends the reading', async () => {
  using place = scratch()
  const path = place.file('a.json', shapes.blob.text)
  const stop = new AbortController()
  const reading = (async () => {
    for await (const event of readExportFiles([path], {}, stop.signal)) {
      if (event.type === 'container') stop.abort()
    }
  })()
  await expect(reading).rejects.toThrow('aborted')
})

test('damaged and random bytes give records and errors, never an exception', async () => {
  using place = scratch()
  const seeds = Object.values(shapes).flatMap(({ text }) =>
    Object.values(packings).map((pack) => pack(Buffer.from(text.slice(0, 3000)))),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { maxLength: 4 }),
      fc.nat(3000),
      async (seed, changes, cut) => {
        const bytes = Buffer.from(seed)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const { records } = await read([place.file('x', bytes.subarray(0, cut))])
        for (const { start, end } of records) expect(end).toBeGreaterThan(start)
      },
    ),
    { numRuns: 150 },
  )
})

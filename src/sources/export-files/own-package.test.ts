import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { auditRecord, read, scratch, zip } from './testdata/exports.ts'

const ABOUT = ['manifest.json', 'manifest-proofs.jsonl', 'data-dictionary.md', 'verify.html']
const lines = [0, 1].map((n) => JSON.stringify(auditRecord(n)))

const withRecords = {
  ...Object.fromEntries(ABOUT.map((name) => [name, '{"product":"daybook/0.1.0"}'])),
  'items.csv': 'id,prompt\r\n1,one\r\n',
  'proofs.jsonl': '{"sequence":0}\n',
  'records.jsonl': `${lines[0]}\n`,
  'records/7.json': lines[1] ?? '',
}
const { 'records.jsonl': _lines, 'records/7.json': _one, ...itemsAlone } = withRecords

type Files = Readonly<Record<string, string>>

function folderOf(files: Files, within: string): string {
  const folder = join(within, 'package')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

function zipOf(files: Files, within: string): string {
  const file = join(within, 'package.zip')
  writeFileSync(file, zip(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])))
  return file
}

test.each([
  ['folder', folderOf],
  ['ZIP', zipOf],
])('the %s of an export that Daybook made is read for its records alone', async (_, make) => {
  using place = scratch()
  const { records, errors } = await read([make(withRecords, place.folder)])

  expect(records.map(({ raw }) => raw).toSorted()).toEqual(lines)
  expect(errors).toEqual([])
})

test.each([
  ['folder', folderOf],
  ['ZIP', zipOf],
])('the %s of an export without records says once what would bring them', async (_, make) => {
  using place = scratch()
  const { records, errors } = await read([make(itemsAlone, place.folder)])

  expect(records).toEqual([])
  expect(errors).toMatchObject([
    { code: 'NOT_AN_EXPORT', message: expect.stringContaining('--raw') },
  ])
})

test('a folder that merely has a manifest is read whole', async () => {
  using place = scratch()
  const files = { 'manifest.json': '{"x":1}', 'a.json': `[${lines.join(',')}]` }

  const { records } = await read([folderOf(files, place.folder)])

  expect(records).toHaveLength(2)
})

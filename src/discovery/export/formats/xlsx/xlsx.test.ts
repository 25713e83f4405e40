import { readXlsx } from 'hucre/xlsx'
import { expect, test } from 'vitest'
import { anAbout, fieldsNamed, memoryPackage, packedRows, type Cell } from '../package.suite.ts'
import { xlsxWriter } from './writer.ts'

const fields = fieldsNamed('id', 'occurredAt', 'users', 'prompt', 'jailbreak', 'credits')
const row = (changes: Partial<Record<number, Cell>> = {}): Cell[] =>
  Object.assign(
    ['1e5', '2026-03-04T09:15:00.123Z', ['avery@contoso.com'], '=1+1', null, 2.5],
    changes,
  )

async function* batchesOf(...batches: readonly Cell[][][]): AsyncGenerator<Buffer> {
  for (const rows of batches) yield packedRows(fields, rows)
}

test('the XLSX format writes typed columns, and sheets that tell of the export and its fields', async () => {
  const { to, files } = memoryPackage()
  const about = anAbout({ fields })

  const result = await xlsxWriter.write(
    batchesOf([row()], [row({ 2: ['a@contoso.com', 'b@contoso.com'], 4: true, 5: 0 })]),
    to,
    about,
  )

  const { sheets } = await readXlsx(files.get('items.xlsx')?.bytes ?? Buffer.of())
  expect(sheets.map(({ name }) => name)).toEqual(['Items', 'About this export', 'Fields'])
  expect(sheets[0]?.rows).toEqual([
    ['id', 'occurredAt (UTC)', 'users', 'prompt', 'jailbreak', 'credits'],
    ['1e5', new Date('2026-03-04T09:15:00.123Z'), 'avery@contoso.com', '=1+1', 'unknown', 2.5],
    ['1e5', new Date('2026-03-04T09:15:00.123Z'), 'a@contoso.com\nb@contoso.com', '=1+1', true, 0],
  ])
  expect(sheets[1]?.rows).toContainEqual(['Purpose', 'Examination of Project Falcon'])
  expect(sheets[2]?.rows.map(([name]) => name)).toEqual([
    'Field',
    ...fields.map(({ name }) => name),
  ])
  expect(result).toEqual({
    rows: 2,
    changes: [
      {
        code: 'LIST_JOINED',
        count: 1,
        file: 'items.xlsx',
        how: 'cells hold several values, separated by line feeds',
      },
    ],
  })
  expect(files.get('items.xlsx')?.rows).toBe(2)
})

test('the XLSX format keeps texts that are longer than a cell in a second file, whole', async () => {
  const { to, files } = memoryPackage()
  const long = 'All about Falcon. '.repeat(5_000)

  const result = await xlsxWriter.write(
    batchesOf([row(), row({ 3: long }), row({ 3: `${long}!` })]),
    to,
    anAbout({ fields }),
  )

  const { sheets } = await readXlsx(files.get('items-long-texts.xlsx')?.bytes ?? Buffer.of())
  const parts = sheets[0]?.rows.slice(1) ?? []
  expect(
    parts
      .filter((part) => part[1] === 'D3')
      .map((part) => part[4])
      .join(''),
  ).toBe(long)
  expect(
    parts
      .filter((part) => part[1] === 'D4')
      .map((part) => part[4])
      .join(''),
  ).toBe(`${long}!`)
  expect(files.get('items-long-texts.xlsx')?.rows).toBe(6)
  expect(result.changes).toMatchObject([{ code: 'CELL_SPLIT', count: 2, file: 'items.xlsx' }])
})

test('the XLSX format gives the same bytes for the same rows', async () => {
  const [one, two] = [memoryPackage(), memoryPackage()]
  for (const { to } of [one, two])
    await xlsxWriter.write(batchesOf([row()]), to, anAbout({ fields }))

  expect(one.files.get('items.xlsx')?.bytes).toEqual(two.files.get('items.xlsx')?.bytes)
})

test('the XLSX format stops with the error of the disk, and when it is told to', async () => {
  const many = Array.from({ length: 5_000 }, (_, at) => row({ 3: String(Math.sin(at)).repeat(9) }))
  const full = memoryPackage({ failAfter: 20_000 })
  const work = xlsxWriter.write(batchesOf(many, many), full.to, anAbout({ fields }))
  await expect(work).rejects.toThrow('The disk is full')

  const stopped = anAbout({ fields, signal: AbortSignal.abort(new Error('stopped')) })
  const second = xlsxWriter.write(batchesOf(many), memoryPackage().to, stopped)
  await expect(second).rejects.toThrow('stopped')
})

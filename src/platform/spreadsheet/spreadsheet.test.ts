import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { buffer, text as textOf } from 'node:stream/consumers'
import { readXlsx } from 'hucre/xlsx'
import { fromBufferPromise } from 'yauzl'
import { afterAll, describe, expect, test } from 'vitest'
import type { Cell, Column } from './columns.ts'
import { partsOf } from './long-texts.ts'
import { sheetName } from './sheet.ts'
import { openSpreadsheetFile } from './spreadsheet-file.ts'
import { openSpreadsheet, type Spreadsheet, type SpreadsheetOptions } from './spreadsheet.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-spreadsheet-'))
afterAll(() => rmSync(folder, { recursive: true }))

const OPTIONS = { title: 'Items', createdAt: '2026-03-04T09:15:00.000Z' }
const TEXT: readonly Column[] = [{ header: 'Prompt', type: 'text' }]

describe('openSpreadsheet()', () => {
  test('writes what another reader reads: text, dates, numbers and flags by their type', async () => {
    const columns: Column[] = [
      { header: 'Id', type: 'id' },
      { header: 'Occurred (UTC)', type: 'instant' },
      { header: 'Agent', type: 'text' },
      { header: 'Day', type: 'day' },
      { header: 'Count', type: 'integer' },
      { header: 'Share', type: 'percent' },
      { header: 'Jailbreak', type: 'flag' },
      { header: 'XPIA', type: 'flag' },
    ]
    const late = '2026-12-31T23:59:59.999Z'
    const { bytes, changes } = await written(columns, [
      [
        '1234567890123456789012',
        '2026-03-04T09:15:00.123Z',
        null,
        '2026-03-04',
        1047,
        0.502,
        true,
        null,
      ],
      ['1E5', late, '', '1999-01-01', 0, 0, false, null],
    ])

    const [sheet] = (await readXlsx(bytes)).sheets
    const instant = new Date('2026-03-04T09:15:00.123Z')
    const day = new Date('2026-03-04T00:00:00.000Z')
    expect(sheet?.name).toBe('Items')
    expect(sheet?.rows).toEqual([
      columns.map(({ header }) => header),
      ['1234567890123456789012', instant, null, day, 1047, 0.502, true, 'unknown'],
      ['1E5', new Date(late), null, new Date('1999-01-01'), 0, 0, false, 'unknown'],
    ])
    expect(changes).toEqual([])
  })

  test('freezes the header and filters all rows', async () => {
    const { bytes } = await written(TEXT, [['a'], ['b']])

    const xml = await partOf(bytes, 'xl/worksheets/sheet1.xml')
    expect(xml).toContain(
      '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>',
    )
    expect(xml).toContain('<autoFilter ref="A1:A3"/>')
  })

  test('prints all columns on a page with the header on each, unless they are too many', async () => {
    const wide = Array.from({ length: 20 }, (): Column => ({
      header: 'a',
      type: 'text',
      width: 30,
    }))
    const [few, many] = [await written(TEXT, [['a']]), await written(wide, [wide.map(() => 'a')])]

    expect(await partOf(few.bytes, 'xl/worksheets/sheet1.xml')).toContain('fitToPage="1"')
    expect(await partOf(many.bytes, 'xl/worksheets/sheet1.xml')).not.toContain('fitToPage')
    expect(await partOf(few.bytes, 'xl/workbook.xml')).toMatch(/_xlnm\.Print_Titles.*!\$1:\$1</)
  })

  test('never writes a formula, whatever a text begins with', async () => {
    const hostile = [
      '=cmd|"/c calc"!A1',
      '+1+1',
      '-2+3',
      '@SUM(A1)',
      '\t=1',
      '＝1',
      '=HYPERLINK("https://x")',
    ]
    const { bytes, changes } = await written(
      TEXT,
      hostile.map((text) => [text]),
    )

    const xml = await partOf(bytes, 'xl/worksheets/sheet1.xml')
    expect(xml).not.toMatch(/<f[ >]/)
    expect((await readXlsx(bytes)).sheets[0]?.rows.slice(1)).toEqual(hostile.map((text) => [text]))
    expect(changes).toEqual([])
  })

  test('spells out what XML cannot hold, escapes what looks like an escape, and counts both', async () => {
    const { bytes, changes } = await written(TEXT, [
      ['NUL \0 and \u001b[2J and \ufffe and \ud800 alone'],
      ['one\r\ntwo\rthree\nfour'],
      ['_x000D_ and _X0041_ as typed'],
      ['</t></is></c><script>&amp; \u{1f600} <'],
    ])

    expect((await readXlsx(bytes)).sheets[0]?.rows.slice(1)).toEqual([
      ['NUL <U+0000> and <U+001B>[2J and <U+FFFE> and <U+D800> alone'],
      ['one\ntwo\nthree\nfour'],
      ['_x000D_ and _X0041_ as typed'],
      ['</t></is></c><script>&amp; \u{1f600} <'],
    ])
    expect(changes.map(({ code, count }) => [code, count])).toEqual([
      ['ILLEGAL_CHARACTERS', 1],
      ['LINE_ENDS', 1],
      ['ESCAPE_LOOKALIKES', 1],
    ])
  })

  test('writes cells that come as bytes as it does those that come as values', async () => {
    const columns: Column[] = [
      { header: 'Text', type: 'text' },
      { header: 'Jailbreak', type: 'flag' },
      { header: 'Credits', type: 'number' },
      { header: 'Occurred (UTC)', type: 'instant' },
    ]
    const texts = [
      '',
      ' outer space\n',
      'inner\tspace and\na line',
      '</t></is></c><f>1</f>&amp; "quoted" \'apostrophe\'',
      'Gr\u00fc\u00dfe \u{1f600} \u{ffff}\u{fffe} \u{ffef}',
      'NUL \0 and \u001b and \r\n and \r',
      '_x000D_ and _X0041_ and _x1 and snake_case_',
      'x'.repeat(32_767),
      '\u00e9'.repeat(20_000),
      `&${'y'.repeat(40_000)}`,
      '=1+1',
      '\u{feff}=1',
    ]
    const rows = texts.map((text, at): Cell[] => [
      text,
      [true, false, null][at % 3] ?? null,
      [0, 2.5, 1e15, 1047][at % 4] ?? null,
      ['2026-12-31T23:59:59.999Z', '1899-01-01T00:00:00.000Z'][at % 2] ?? null,
    ])
    const asBytes = async (book: Spreadsheet): Promise<void> => {
      const sheet = await book.sheet('Items', columns)
      for (const [text, flag, number, instant] of rows) {
        const cells = await sheet.begin()
        const bytes = Buffer.from(`before${String(text)}behind`)
        cells.text(0, bytes, 6, bytes.length - 6)
        cells.flag(1, flag === null ? -1 : Number(flag))
        cells.number(2, Number(number))
        cells.instant(3, Date.parse(String(instant)))
        await sheet.end()
      }
    }
    const options = { longTexts: { where: 'elsewhere', keep: () => Promise.resolve() } }
    const one = await written(columns, rows, options)
    const two = await filled(asBytes, options)

    expect((await readXlsx(two.bytes)).sheets).toEqual((await readXlsx(one.bytes)).sheets)
    expect(two.changes).toEqual(one.changes)
    expect(two.changes.map(({ code }) => code).toSorted()).toEqual([
      'DATES_AS_TEXT',
      'ESCAPE_LOOKALIKES',
      'ILLEGAL_CHARACTERS',
      'LINE_ENDS',
      'LONG_TEXTS_CONTINUED',
      'NUMBERS_AS_TEXT',
    ])
  })

  test('shows bytes that are no UTF-8 as replacement characters, and stays well-formed', async () => {
    const { bytes } = await filled(async (book) => {
      const sheet = await book.sheet('Items', TEXT)
      const cells = await sheet.begin()
      cells.text(0, Buffer.of(0x61, 0xff, 0xed, 0xa0, 0x80, 0x62), 0, 6)
      await sheet.end()
    })
    const cell = String((await readXlsx(bytes)).sheets[0]?.rows[1]?.[0])
    expect(cell).toMatch(/^a\ufffd+b$/)
  })

  test('hands on a text that is longer than a cell, whole, and says in the cell where it is', async () => {
    const long = `${'x'.repeat(32_766)}\u{1f600}${'y'.repeat(67_232)}`
    const kept: [string, string, string][] = []
    const longTexts = {
      where: 'in the file "long.xlsx"',
      keep: async (...text: [string, string, string]) => void kept.push(text),
    }
    const rows = [['short'], [long], ['z'.repeat(32_767)]]
    const { bytes, changes } = await written(TEXT, rows, { longTexts })

    const cell = String((await readXlsx(bytes)).sheets[0]?.rows[2]?.[0])
    expect(cell).toMatch(
      /… \[100000 characters: all of them in the file "long.xlsx", at Items, A3\]$/,
    )
    expect(cell.length).toBeLessThanOrEqual(32_767)
    expect(kept).toEqual([['Items', 'A3', long]])
    expect(changes).toMatchObject([{ code: 'LONG_TEXTS_CONTINUED', count: 1 }])
    expect(partsOf(long).map(({ length }) => length)).toEqual([32_766, 32_767, 32_767, 1_700])
    expect(partsOf(long).join('')).toBe(long)
  })

  test('cuts such a text visibly when there is no place to keep it', async () => {
    const { bytes, changes } = await written(TEXT, [['x'.repeat(100_000)]])

    const text = String((await readXlsx(bytes)).sheets[0]?.rows[1]?.[0])
    expect(text).toMatch(/^x+ … \[cut: the first 32607 of 100000 characters\]$/)
    expect(changes).toMatchObject([{ code: 'LONG_TEXTS_CUT', count: 1 }])
  })

  test('goes on in further sheets when one is full, with the header again', async () => {
    const rows = Array.from({ length: 7 }, (_, at) => [`row ${at}`])
    const { bytes, changes, sheets } = await written(TEXT, rows, { mostRows: 4 })

    const read = (await readXlsx(bytes)).sheets
    expect(sheets).toEqual([
      { name: 'Items', rows: 3 },
      { name: 'Items (2)', rows: 3 },
      { name: 'Items (3)', rows: 1 },
    ])
    expect(read[2]?.rows).toEqual([['Prompt'], ['row 6']])
    expect(changes).toMatchObject([{ code: 'SHEET_CONTINUED', count: 2 }])
  })

  test('goes on in further sheets with rows that come as bytes', async () => {
    const { bytes, sheets } = await filled(
      async (book) => {
        const sheet = await book.sheet('Items', TEXT)
        for (let at = 0; at < 7; at += 1) {
          const cells = await sheet.begin()
          const text = Buffer.from(`row ${at}`)
          cells.text(0, text, 0, text.length)
          await sheet.end()
        }
      },
      { mostRows: 4 },
    )
    expect(sheets.map(({ rows }) => rows)).toEqual([3, 3, 1])
    expect((await readXlsx(bytes)).sheets[2]?.rows).toEqual([['Prompt'], ['row 6']])
  })

  test('leaves as text what is no date of a spreadsheet, or has more digits than one keeps', async () => {
    const columns: Column[] = [
      { header: 'When', type: 'instant' },
      { header: 'How many', type: 'integer' },
    ]
    const { bytes, changes } = await written(columns, [
      ['1899-12-31T00:00:00Z', 2 ** 53],
      ['yesterday', Number.NaN],
      ['2026-03-04T09:15:00.1234567Z', 999_999_999_999_999],
    ])

    const rows = (await readXlsx(bytes)).sheets[0]?.rows
    expect(rows?.[1]).toEqual(['1899-12-31T00:00:00Z', '9007199254740992'])
    expect(rows?.[2]).toEqual(['yesterday', 'NaN'])
    expect(rows?.[3]).toEqual([new Date('2026-03-04T09:15:00.123Z'), 999_999_999_999_999])
    expect(changes.map(({ code, count }) => [code, count])).toEqual([
      ['DATES_AS_TEXT', 2],
      ['NUMBERS_AS_TEXT', 2],
      ['FRACTIONS_OF_MILLISECONDS', 1],
    ])
  })

  test('gives the same bytes for the same rows', async () => {
    const rows = Array.from({ length: 300 }, (_, at) => [`row ${at}`])

    const [one, two] = [await written(TEXT, rows), await written(TEXT, rows)]

    expect(one.bytes.equals(two.bytes)).toBe(true)
  })

  test('tells when what it is written to fails', async () => {
    const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) })
    const book = openSpreadsheet(full, OPTIONS)
    const work = async () => {
      const sheet = await book.sheet('Items', TEXT)
      for (let at = 0; at < 20_000; at += 1) await sheet.add([String(Math.sin(at)).repeat(20)])
      await book.close()
    }
    await expect(work()).rejects.toThrow('disk full')
  })
})

describe('openSpreadsheetFile()', () => {
  test('gives the file its name when it is whole, and leaves nothing behind when given up', async () => {
    const path = join(folder, 'report.xlsx')
    const given = openSpreadsheetFile(join(folder, 'given-up.xlsx'), OPTIONS)
    await (await given.sheet('Items', TEXT)).add(['x'.repeat(40_000)])
    await given.abort()
    expect(readdirSync(folder)).toEqual([])

    const book = openSpreadsheetFile(path, OPTIONS)
    await (await book.sheet('Items', TEXT)).add(['x'])
    expect(existsSync(path)).toBe(false)
    await book.close()

    expect(readdirSync(folder)).toEqual(['report.xlsx'])
    expect((await readXlsx(readFileSync(path))).sheets[0]?.rows).toEqual([['Prompt'], ['x']])
  })

  test('says with a code that the folder is not there', async () => {
    const book = openSpreadsheetFile(join(folder, 'absent', 'report.xlsx'), OPTIONS)
    const work = async () => {
      await (await book.sheet('Items', TEXT)).add(['x'])
      await book.close()
    }
    await expect(work()).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})

test('sheetName() gives a name that every program accepts, and none twice', () => {
  expect(sheetName("'a/b:c*[d]?'", [])).toBe('a b c  d')
  expect(sheetName('', [])).toBe('Sheet')
  expect(sheetName('x'.repeat(40), ['X'.repeat(31)])).toBe(`${'x'.repeat(27)} (2)`)
})

const python = spawnSync('python3', ['-V']).status === 0
if (!python) process.stderr.write('spreadsheet.test.ts: skipped in part, there is no python3\n')

test.skipIf(!python)("Python's zipfile and XML parser find every part whole", async () => {
  const path = join(folder, 'python.xlsx')
  const book = openSpreadsheetFile(path, OPTIONS)
  const sheet = await book.sheet("Items & 'more' rows", TEXT)
  for (let at = 0; at < 500; at += 1) await sheet.add([`\u0001 <row> & "${at}" \u{1f600}`])
  await book.close()

  const script = `
import sys, zipfile
from xml.etree import ElementTree as E
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
parts = {n: E.fromstring(z.read(n)) for n in z.namelist()}
m = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
print(len(parts), [s.get('name') for s in parts['xl/workbook.xml'].iter(m + 'sheet')], len(list(parts['xl/worksheets/sheet1.xml'].iter(m + 'row'))))
`
  expect(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }).trim()).toBe(
    `7 ["Items & 'more' rows"] 501`,
  )
  rmSync(path)
})

async function written(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: Partial<SpreadsheetOptions> = {},
) {
  return filled(async (book) => {
    const sheet = await book.sheet('Items', columns)
    for (const row of rows) await sheet.add(row)
  }, options)
}

async function filled(
  fill: (book: Spreadsheet) => Promise<void>,
  options: Partial<SpreadsheetOptions> = {},
) {
  const stream = new PassThrough()
  const bytes = buffer(stream)
  const book = openSpreadsheet(stream, { ...OPTIONS, ...options })
  await fill(book)
  return { ...(await book.close()), bytes: await bytes }
}

async function partOf(bytes: Buffer, name: string): Promise<string> {
  const zip = await fromBufferPromise(bytes)
  for await (const entry of zip.eachEntry())
    if (entry.fileName === name) return textOf(await zip.openReadStreamPromise(entry))
  throw new Error(`There is no ${name}`)
}

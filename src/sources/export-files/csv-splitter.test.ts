import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellsOf } from '../../interactions/csv-row.ts'
import { CsvSplitter } from './csv-splitter.ts'
import { csvCell, LIMITS, split } from './testdata/exports.ts'

const header = Buffer.from('Id,AuditData,Units')
const layout = { delimiter: 0x2c, neededColumn: 1, columns: 3, header }
const splitCsv = (text: string, size = 1000, limits = LIMITS, more: Partial<typeof layout> = {}) =>
  split(new CsvSplitter({ ...layout, ...more }, limits, 0), text, size)

test('quoted cells may hold quotes, delimiters and line ends; rows come out byte for byte', () => {
  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', 'ß', '{') }).map(csvCell),
    fc.string({ unit: fc.constantFrom('a', 'b"', '\\', ' c') }).map((text) => `x${text}`),
  )
  const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }).map((c) => c.join(',')))
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.nat(6), (all, lineEnd, size) => {
      const { records, problems } = splitCsv(all.map((row) => row + lineEnd).join(''), size + 1)
      expect(problems).toEqual([])
      expect(records).toEqual(all)
    }),
  )
})

test('a backslash before a doubled quote means nothing', () => {
  const row = 'id,"{""Name"":""a\\""b""}",x'
  expect(splitCsv(`${row}\nid2,y,z\n`, 1).records).toEqual([row, 'id2,y,z'])
})

test('lines that end in CR alone are rows, also among others', () => {
  const { records } = splitCsv('a,"b\rc",d\re,f,g\rh,"i",j\r\nk,l,m\n', 2)
  expect(records).toEqual(['a,"b\rc",d', 'e,f,g', 'h,"i",j', 'k,l,m'])
})

test('blank lines are passed over; rows of too few or too many cells are kept', () => {
  const { records, problems } = splitCsv('\r\n1,2,3\n\n,,\na,b\n1,2,3,4,5\n 6,7,8\n')
  expect(records).toEqual(['1,2,3', 'a,b', '1,2,3,4,5', ' 6,7,8'])
  expect(problems).toEqual([])
})

test('a quoted cell that the file does not close is an error at its row', () => {
  const { records, problems } = splitCsv('1,2,3\n4,"{""Id"":', 3)
  expect(records).toEqual(['1,2,3'])
  expect(problems.map((problem) => [problem.offset, problem.code])).toEqual([[6, 'FILE_TRUNCATED']])
})

test('a last row without line end is kept when it is whole, or reaches beyond AuditData', () => {
  expect(splitCsv('1,2,3\n4,5,6').records).toEqual(['1,2,3', '4,5,6'])
  const behind = splitCsv('1,2,3,x\n4,"{}",', 2, LIMITS, { columns: 4 })
  expect(behind.records).toEqual(['1,2,3,x', '4,"{}",'])
  expect(behind.problems.map((problem) => problem.offset)).toEqual([8])
  const before = splitCsv('1,2,3\n4,', 2)
  expect(before.records).toEqual(['1,2,3'])
  expect(before.problems.map((problem) => problem.code)).toEqual(['FILE_TRUNCATED'])
})

test('a row whose quotes do not match is kept and reported', () => {
  const { records, problems } = splitCsv('1,"2"x,3\n4,5,6\n', 2)
  expect(records).toEqual(['1,"2"x,3', '4,5,6'])
  expect(problems.map((problem) => [problem.offset, problem.code])).toEqual([[0, 'FILE_BROKEN']])
})

test('a row that is too large is reported and passed over', () => {
  const limits = { chunkBytes: 64, maxRecordBytes: 500 }
  const { records, problems } = splitCsv(`1,2,3\n4,"${'x\n'.repeat(2000)}",6\n7,8,9\n`, 80, limits)
  expect(records).toEqual(['1,2,3', '7,8,9'])
  expect(problems.map((problem) => [problem.offset, problem.code])).toEqual([
    [6, 'RECORD_TOO_LARGE'],
  ])
})

test('the header that joined files repeat is no row', () => {
  const text = '1,a,b\r\nId,AuditData,Units\r\n2,a,b\r\n\uFEFFId,AuditData,Units\r\n3,a,b\r\n'
  for (const size of [1, 1000]) {
    expect(splitCsv(text, size).records).toEqual(['1,a,b', '2,a,b', '3,a,b'])
  }
  expect(splitCsv('id,AuditData,Units\n').records).toEqual(['id,AuditData,Units'])
})

test('NUL bytes behind the rows are said', () => {
  const { records, problems } = splitCsv('1,a,b\n\0\0\0\0\n', 3)
  expect(records).toEqual(['1,a,b'])
  expect(problems.map(({ code, offset }) => [code, offset])).toEqual([['FILE_BROKEN', 6]])
})

test('a cell of JSON may have backslashes in front of its quotes', () => {
  const json = JSON.stringify({ said: 'a "word"; b,c', path: 'C:\\\\x', more: ['\n'] })
  const escaped = json.replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  const rows = [`1,"${escaped}",x`, `2,"[${escaped}]",`, '3,"{",y', `4,"${escaped}",""`]
  for (const size of [1, 2, 3, 1000]) {
    const { records, problems } = splitCsv(`${rows.join('\r\n')}\r\n`, size)
    expect([records, problems]).toEqual([rows, []])
  }
  expect(cellsOf(rows[0] ?? '', ',')).toEqual(['1', json, 'x'])
  expect(cellsOf(rows[1] ?? '', ',')).toEqual(['2', `[${json}]`, ''])
  const cut = splitCsv(`1,a,b\n2,"${escaped.slice(0, 20)}`, 3)
  expect(cut.records).toEqual(['1,a,b'])
  expect(cut.problems.map(({ offset, code }) => [offset, code])).toEqual([[6, 'FILE_TRUNCATED']])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellsOf, rowOf } from './csv-row.ts'

test.each([
  ['a,b,c', ['a', 'b', 'c']],
  ['a,,', ['a', '', '']],
  ['', ['']],
  [',', ['', '']],
  ['"a,b",c', ['a,b', 'c']],
  ['"say ""hi""",x', ['say "hi"', 'x']],
  [String.raw`"{""a"":""\""b\""""}",x`, [String.raw`{"a":"\"b\""}`, 'x']],
  ['"line\r\nbreak",x', ['line\r\nbreak', 'x']],
  ['"never closed,x', ['never closed,x']],
  ['"a"tail,x', ['a', 'x']],
  ['"",""', ['', '']],
])('splits %j', (row, cells) => {
  expect(cellsOf(row, ',')).toEqual(cells)
})

test('reads back every row that was quoted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { minLength: 1 }),
      fc.constantFrom(',', ';', '\t'),
      (cells, by) => {
        const row = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(by)
        expect(cellsOf(row, by)).toEqual(cells)
      },
    ),
  )
})

test('reads cells by the names of their columns, however those are spelled', () => {
  const context = {
    format: 'ediscovery-csv',
    columns: ['\uFEFFFile ID', 'Item_class', 'a', 'A'],
  } as const
  const row = rowOf('\uFEFFf1, IPM.Note ,,second', context)
  expect(row('fileid')).toBe('f1')
  expect(row('class', 'itemclass')).toBe('IPM.Note')
  expect(row('a')).toBe('')
  expect(row('nosuchcolumn')).toBe('')
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellsOf } from './csv-row.ts'

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
  ['"a", "b, c",  d', ['a', 'b, c', '  d']],
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

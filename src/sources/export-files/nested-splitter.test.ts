import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NestedSplitter } from './nested-splitter.ts'
import type { Nest } from './object-shape.ts'
import { LIMITS, split } from './testdata/exports.ts'

const nested = (nest: Nest, text: string, size = 1_000, limits = LIMITS) =>
  split(new NestedSplitter(limits, nest), text, size)

const objects = fc.array(
  fc
    .tuple(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 })),
      fc.constantFrom(0, 1),
    )
    .map(([object, space]) => JSON.stringify(object, null, space)),
  { maxLength: 6 },
)
const rows = fc.array(
  fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 4 }).map((row) => JSON.stringify(row)),
  { maxLength: 6 },
)
const sizes = fc.integer({ min: 1, max: 7 })

const pages: Readonly<Record<string, (all: readonly string[]) => string>> = {
  page: (all) => `{"PageNumber":1,"WaterMark":"[{","Records":[${all.join(',')}],"Last":true}`,
  'page with blanks': (all) => `\n{ "Records" : [ ${all.join(' ,\n ')} ] , "n" : [ { } ] }\n`,
  'list of pages': (all) => `[{"Records":[${all.join(',')}]},{"Records":[]}]`,
  'list of pages in a page': (all) =>
    `{"@odata.count":2,"value":[{"Records":[${all.join(',')}]},{}]}`,
  'page a line': (all) => all.map((one) => `{"RecordCount":1,"Records":${one}}`).join('\n'),
}

test.each(Object.entries(pages))(
  'a %s gives exactly the bytes of its records, in pieces of any size',
  (_, layout) => {
    fc.assert(
      fc.property(objects, sizes, (all, size) => {
        const { records, problems } = nested('records', layout(all), size)
        expect(problems).toEqual([])
        expect(records).toEqual(all)
      }),
    )
  },
)

const table = (all: readonly string[]) =>
  `{"name":"rows","columns":[{"name":"a","type":"]"}],"rows":[${all.join(', ')}]}`

test('the answer of a query gives the exact text of its rows, table by table', () => {
  fc.assert(
    fc.property(rows, rows, sizes, (first, second, size) => {
      const text = `{"tables":[${table(first)},${table(second)}],"render":null}`
      const { records, problems } = nested('tables', text, size)
      expect(problems).toEqual([])
      expect(records).toEqual([...first, ...second])
    }),
  )
})

test('columns are handed out before the rows that they name', () => {
  const splitter = new NestedSplitter(LIMITS, 'tables')
  const parts = [
    ...splitter.push(
      Buffer.from('{"tables":[{"columns":["a"],"rows":[[1]]},{"columns":["b"],"rows":[[2],[3]]}]}'),
    ),
    ...splitter.end(),
  ]
  const seen = parts.map((part) => {
    if (part.kind === 'columns') return part.text
    return part.kind === 'records' ? part.ranges.length / 2 : part.code
  })
  expect(seen).toEqual(['["a"]', 1, '["b"]', 2])
})

test.each([
  ['inside a record', '{"Records":[{"a":1},{"b":', ['{"a":1}'], ['FILE_TRUNCATED']],
  ['behind one', '{"Records":[{"a":1}', ['{"a":1}'], ['FILE_TRUNCATED']],
  ['in a page of one record', '{"Records":{"a":1}', ['{"a":1}'], ['FILE_TRUNCATED']],
  [
    'with brackets that do not match',
    '{"Records":[{"a":1},{"b":1]}]}',
    ['{"a":1}'],
    ['FILE_BROKEN'],
  ],
  [
    'with something else in the list',
    '{"Records":[1,{"a":1},"x"]}',
    ['{"a":1}'],
    ['ELEMENT_NOT_A_RECORD', 'ELEMENT_NOT_A_RECORD'],
  ],
  ['with a key that is no key', '{"a" 1}', [], ['FILE_BROKEN']],
])('a page that ends %s keeps the records before that', (_, text, expected, codes) => {
  for (const size of [1, 1_000]) {
    const { records, problems } = nested('records', text, size)
    expect(records).toEqual(expected)
    expect(problems.map(({ code }) => code)).toEqual(codes)
  }
})

test('a record larger than allowed is left out and said, and the next one is read', () => {
  const limits = { chunkBytes: 100, maxRecordBytes: 50 }
  const text = `{"Records":[{"a":"${'x'.repeat(200)}"},{"b":1}]}`
  const { records, problems } = nested('records', text, 10, limits)
  expect(records).toEqual(['{"b":1}'])
  expect(problems.map(({ code }) => code)).toEqual(['RECORD_TOO_LARGE'])
})

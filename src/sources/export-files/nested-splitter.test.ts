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
        const { records, problems } = nested(['records'], layout(all), size)
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
    const { records, problems } = nested(['records'], text, size)
    expect(records).toEqual(expected)
    expect(problems.map(({ code }) => code)).toEqual(codes)
  }
})

test('a record larger than allowed is left out and said, and the next one is read', () => {
  const limits = { chunkBytes: 100, maxRecordBytes: 50 }
  const text = `{"Records":[{"a":"${'x'.repeat(200)}"},{"b":1}]}`
  const { records, problems } = nested(['records'], text, 10, limits)
  expect(records).toEqual(['{"b":1}'])
  expect(problems.map(({ code }) => code)).toEqual(['RECORD_TOO_LARGE'])
})

test('the keys of a path lead to the records; what lies beside them is passed over', () => {
  const text =
    '[{"user":"a@contoso.com","more":{"items":[1]},"body":{"items":[{"a":1},[{"b":2}]]}},{"body":{"items":{"c":3}}}]'
  for (const size of [1, 7, 1_000]) {
    const { records, problems } = nested(['body', 'items'], text, size)
    expect(records).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
    expect(problems).toEqual([])
  }
  const byPerson = '{"a@contoso.com":[{"a":1}],"count":2,"b@contoso.com":[{"b":1}]}'
  expect(nested(['*'], byPerson, 5).records).toEqual(['{"a":1}', '{"b":1}'])
})

test('records may be written as text; what the text cuts off is said', () => {
  const inside = '[{"a":"\\\\ \\""},{"b":2}]'
  const escaped = ['{\\"a\\":\\"\\\\\\\\ \\\\\\"\\"}', '{\\"b\\":2}']
  for (const size of [1, 1_000]) {
    const whole = nested(['records'], JSON.stringify({ Records: inside }), size)
    expect([whole.records, whole.problems]).toEqual([escaped, []])
    const list = nested(['records'], JSON.stringify({ Records: ['{"b":2}', '{"b":2}'] }), size)
    expect([list.records, list.problems]).toEqual([[escaped[1], escaped[1]], []])
    const cut = nested(['records'], JSON.stringify({ Records: inside }).slice(0, -8), size)
    expect(cut.records).toEqual([escaped[0]])
    expect(cut.problems.map(({ code }) => code)).toEqual(['FILE_TRUNCATED'])
    const lost = nested(['records'], JSON.stringify({ Records: inside.slice(0, -3) }), size)
    expect(lost.records).toEqual([escaped[0]])
    expect(lost.problems.map(({ code }) => code)).toEqual(['ELEMENT_NOT_A_RECORD'])
  }
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonSplitter } from './json-splitter.ts'
import { LIMITS, split } from './testdata/exports.ts'

const splitJson = (text: string | Uint8Array, size = 1000, limits = LIMITS) =>
  split(new JsonSplitter(limits), text, size)

/** JSON objects with every kind of value, as text in some spacing. */
const objects = fc
  .array(
    fc.tuple(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 })),
      fc.constantFrom(0, 1, '\t'),
    ),
    { maxLength: 8 },
  )
  .map((all) => all.map(([object, space]) => JSON.stringify({ Id: 1, ...object }, null, space)))
const sizes = fc.integer({ min: 1, max: 7 })
const layouts = {
  list: (all: string[]) => `[${all.join(',')}]`,
  'list with spaces': (all: string[]) => ` \r\n[ ${all.join(' ,\n ')} ]\n`,
  page: (all: string[]) => `{"value":[${all.join(',')}]}`,
  'page with head and tail': (all: string[]) =>
    `{ "@odata.context" : "https://x/[{\\"", "@odata.count":3, "value" : [${all.join(',\n')}], "@odata.nextLink": "]}" , "n":{"a":[{}]}}`,
  'page as PowerShell writes it': (all: string[]) => `{"value":[${all.join(',')}],"Count":2}`,
  'list of pages': (all: string[]) => `[{"value":[${all.join(',')}]},{"value":[]}]`,
  'lists joined': (all: string[]) => `[${all.join(',')}][]\n[ ]`,
  lines: (all: string[]) => all.join('\n'),
  concatenated: (all: string[]) => all.join(''),
} as const

test.each(Object.entries(layouts))(
  'a %s gives exactly the bytes of its records, in pieces of any size',
  (_, layout) => {
    fc.assert(
      fc.property(objects, sizes, (all, size) => {
        const text = layout(all)
        const { records, problems, offsets } = splitJson(text, size)
        expect(problems).toEqual([])
        expect(records).toEqual(all)
        const bytes = Buffer.from(text)
        for (const [i, record] of records.entries()) {
          const at = offsets[i] ?? -1
          expect(bytes.subarray(at, at + Buffer.byteLength(record)).toString()).toBe(record)
        }
      }),
      { numRuns: 60 },
    )
  },
)

test('a text cut anywhere gives the records before the cut, and the place of the one that is cut', () => {
  const all = ['{"Id":1,"a":["]}\\""]}', '{"Id":2,"b":{"c":"\\\\"}}', '{"Id":3}']
  const text = `[${all.join(', ')}]`
  for (let cut = 1; cut < text.length; cut += 1) {
    const { records, problems } = splitJson(text.slice(0, cut), 3)
    const whole = all.filter((record) => text.indexOf(record) + record.length <= cut)
    expect(records).toEqual(whole)
    expect(problems.map((problem) => problem.code)).toEqual(['FILE_TRUNCATED'])
    const begun = all.find((record) => text.indexOf(record) < cut && !whole.includes(record))
    expect(problems[0]?.offset).toBe(begun === undefined ? cut : text.indexOf(begun))
  }
})

test.each([
  ['a trailing comma', '[{"Id":1},]', 10, 'FILE_BROKEN'],
  ['a missing comma', '[{"Id":1} {"Id":2}]', 10, 'FILE_BROKEN'],
  ['a doubled comma', '[{"Id":1},,{"Id":2}]', 10, 'FILE_BROKEN'],
  ['a comment', '[{"Id":1}, // said\n {"Id":2}]', 11, 'ELEMENT_NOT_A_RECORD'],
  ['NUL bytes', '[{"Id":1},\0\0\0 {"Id":2}]', 10, 'ELEMENT_NOT_A_RECORD'],
  ['a number', '[{"Id":1},12345,{"Id":2}]', 10, 'ELEMENT_NOT_A_RECORD'],
  ['a text', '[{"Id":1},"[said]",{"Id":2}]', 10, 'ELEMENT_NOT_A_RECORD'],
  ['a record cut off in a text', '[{"Id":1},"{[",{"Id":2}]', 11, 'ELEMENT_NOT_A_RECORD'],
  ['text behind the list', '[{"Id":1},{"Id":2}] the end', 20, 'ELEMENT_NOT_A_RECORD'],
])(
  '%s is reported once, with its place, and the records around it are read',
  (_, text, at, code) => {
    for (const size of [1, 2, 100]) {
      const { records, problems } = splitJson(text, size)
      expect(problems.map((problem) => [problem.offset, problem.code])).toEqual([[at, code]])
      expect(records).toEqual(text.match(/\{"Id":\d\}/g))
    }
  },
)

test('after brackets that do not match, reading goes on at the next line that begins with a record', () => {
  const { records, problems } = splitJson('[\n{"Id":1},\n{"Id":2]},\n{"Id":3},\n{"Id":4}\n]', 2)
  expect(records).toEqual(['{"Id":1}', '{"Id":3}', '{"Id":4}'])
  expect(problems.map((problem) => [problem.offset, problem.code])).toEqual([[19, 'FILE_BROKEN']])
})

test('a record that is too large is reported and passed over, and the next one is read', () => {
  const large = `{"Id":2,"text":"${'x'.repeat(5000)}"}`
  for (const size of [1, 100, 700]) {
    const limits = { chunkBytes: 64, maxRecordBytes: 1000 }
    const { records, problems } = splitJson(`[{"Id":1},${large},{"Id":3}]`, size, limits)
    expect(records).toEqual(['{"Id":1}', '{"Id":3}'])
    expect(problems.map((problem) => [problem.offset, problem.code])).toEqual([
      [10, 'RECORD_TOO_LARGE'],
    ])
  }
})

test('a flood of garbage gives a bounded number of errors', () => {
  const { records, problems } = splitJson(`[${'1,'.repeat(100_000)}{"Id":1}]`, 10_000)
  expect(records).toEqual(['{"Id":1}'])
  expect(problems).toHaveLength(101)
  expect(problems.at(-1)?.message).toContain('99900 more')
})

test('a million opened brackets, lists or objects, are neither a crash nor slow', () => {
  for (const text of ['['.repeat(1e6), '[{"a":'.repeat(1e6), '{"@a":"b",'.repeat(1e5)]) {
    expect(splitJson(text, 65_536).records).toEqual([])
  }
})

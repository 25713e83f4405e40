import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from './line-splitter.ts'
import { LIMITS, split } from './testdata/exports.ts'

const splitLines = (text: string, size = 1000, limits = LIMITS) =>
  split(new LineSplitter(limits), text, size)

test('each line is a record, whatever its end and the blanks around it, in pieces of any size', () => {
  const lines = fc.array(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })).map((o) => JSON.stringify(o)),
  )
  fc.assert(
    fc.property(
      lines,
      fc.constantFrom('\n', '\r\n', '\n\n', ' \n\t', ',\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 7 }),
      (all, lineEnd, isEnded, size) => {
        const { records, problems } = splitLines(all.join(lineEnd) + (isEnded ? lineEnd : ''), size)
        expect(problems).toEqual([])
        expect(records).toEqual(all)
      },
    ),
  )
})

test('objects joined on one line are a record each', () => {
  const { records, problems } = splitLines('{"a":"}{"}{"b":{}}\n{"c":"}{\\"}{"}\n', 3)
  expect(records).toEqual(['{"a":"}{"}', '{"b":{}}', '{"c":"}{\\"}{"}'])
  expect(problems).toEqual([])
})

test('a broken line is kept and reported, a line of something else is left out, and the rest is read', () => {
  const { records, problems } = splitLines('{"a":1}\n{"b":\nnot json\n{"c":3}\n', 2)
  expect(records).toEqual(['{"a":1}', '{"b":', '{"c":3}'])
  expect(problems.map((problem) => [problem.offset, problem.code])).toEqual([
    [8, 'FILE_BROKEN'],
    [14, 'ELEMENT_NOT_A_RECORD'],
  ])
})

test('a last line that is cut off is no record, but an error with its place', () => {
  for (const cut of ['{"b":"x', '{"b":[{"c":"}"}', '{"b":{"c":"\\"}"}']) {
    const { records, problems } = splitLines(`{"a":1}\n${cut}`, 4)
    expect(records).toEqual(['{"a":1}'])
    expect(problems.map(({ offset, code }) => [offset, code])).toEqual([[8, 'FILE_TRUNCATED']])
  }
})

test('NUL bytes of a file that was not written to its end are reported', () => {
  const { records, problems } = splitLines('{"a":1}\n\0\0\0\0', 4)
  expect(records).toEqual(['{"a":1}'])
  expect(problems.map((problem) => problem.offset)).toEqual([8])
})

test('a byte order mark between joined files is no content', () => {
  const { records, problems } = splitLines('{"a":1}\n\uFEFF{"b":2}\n', 1)
  expect(records).toEqual(['{"a":1}', '{"b":2}'])
  expect(problems).toEqual([])
})

test('a line that is too large is reported and passed over', () => {
  const limits = { chunkBytes: 64, maxRecordBytes: 500 }
  const { records, problems } = splitLines(
    `{"a":1}\n{"b":"${'x'.repeat(2000)}"}\n{"c":3}`,
    90,
    limits,
  )
  expect(records).toEqual(['{"a":1}', '{"c":3}'])
  expect(problems.map((problem) => [problem.offset, problem.code])).toEqual([
    [8, 'RECORD_TOO_LARGE'],
  ])
})

import { expect, test } from 'vitest'
import { Bytes, CITATION_MARK } from './bytes.ts'

const written = (out: Bytes): string => Buffer.from(out.view()).toString()

test('a text with quotes and newlines survives inside JSON, and inside JSON inside JSON', () => {
  const text = 'He said "oui".\n\n- 项目 ż'
  for (const depth of [1, 2] as const) {
    const out = new Bytes(1)
    out.ascii(depth === 1 ? '{"text":"' : String.raw`{"text":"{\"inner\":\"`)
    out.jsonText(Buffer.from(text), depth, [])
    out.ascii(depth === 1 ? '"}' : String.raw`\"}"}`)
    const outer: unknown = JSON.parse(written(out))
    expect(outer).toEqual({ text: depth === 1 ? text : JSON.stringify({ inner: text }) })
  }
})

test('citation marks become what they stand for, or nothing', () => {
  const text = Buffer.from([65, CITATION_MARK, 2, 66])
  const out = new Bytes(1)
  out.jsonText(text, 1, ['[one]', '[two]'])
  out.jsonText(text, 1, [])
  expect(written(out)).toBe('A[two]BAB')
})

test('every quote of a CSV cell is doubled', () => {
  const out = new Bytes(1)
  out.csvQuoted(Buffer.from(String.raw`{"a":"\""}`))
  expect(written(out)).toBe(String.raw`{""a"":""\""""}`)
})

import { expect, test } from 'vitest'
import { partsOf } from './batch-answer.ts'

test('each part says its status, how long to wait, and its body to the character', () => {
  const text = `{"@odata.context":"[}", "responses" : [
    {"id":"2","status":429,"headers":{"retry-AFTER":"7"},"body":{"error":{"code":"TooManyRequests"}}},
    { "body" : {"name":"a \\"b\\" ]","list":[1, {"x":[]} ,null]} , "status" : 200 , "id" : "1" },{"id":"3","status":204}
  ]}`
  expect(partsOf(text)).toEqual([
    { id: '2', status: 429, retryAfterMs: 7_000, raw: '{"error":{"code":"TooManyRequests"}}' },
    {
      id: '1',
      status: 200,
      retryAfterMs: null,
      raw: '{"name":"a \\"b\\" ]","list":[1, {"x":[]} ,null]}',
    },
    { id: '3', status: 204, retryAfterMs: null, raw: '' },
  ])
})

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"responses":7}',
  '{"responses":[',
  '{"responses":[7,null,[]]}',
])('what is no answer to a batch gives no body: %s', (text) => {
  expect(
    partsOf(text)
      .map(({ raw }) => raw)
      .join(''),
  ).toBe('')
})

test('a hostile answer is read once, from its beginning to its end', () => {
  const text = `{"responses":[{"id":"1","status":200,"body":${'['.repeat(2_000)}${'"\\\\",'.repeat(50_000)}0${']'.repeat(2_000)}}]}`
  const started = performance.now()
  expect(partsOf(text)[0]?.raw).toHaveLength(2_000 * 2 + 50_000 * 5 + 1)
  expect(performance.now() - started).toBeLessThan(2_000)
})

import { expect, test } from 'vitest'
import { recordPath } from './record-path.ts'

const AUDIT = { Id: 'a', RecordType: 261, Operation: 'CopilotInteraction', UserId: 'a@contoso.com' }
const ITEM = { sessionId: 's', requestId: 'r', interactionType: 'userPrompt', body: {} }

const pathIn = (value: unknown): unknown => recordPath(Buffer.from(JSON.stringify(value)), 0)

test.each([
  ['a list under a name', { data: [AUDIT], count: 1 }, ['data']],
  ['a page with a state before its list', { status: 'ok', value: [ITEM] }, ['value']],
  ['one record under a name', { value: AUDIT }, ['value']],
  ['lists by person in a list', [{ user: 'a@contoso.com', items: [ITEM] }], ['items']],
  [
    'answers to a batch',
    { responses: [{ id: '1', body: { value: [ITEM] } }] },
    ['responses', 'body', 'value'],
  ],
  [
    'hits of a search',
    { hits: { total: 1, hits: [{ _source: AUDIT }] } },
    ['hits', 'hits', '_source'],
  ],
  ['records as text', { result: { _raw: JSON.stringify(AUDIT) } }, ['result', '_raw']],
  ['lists under addresses', { 'a@contoso.com': [ITEM] }, ['*']],
  ['several lists', { prompts: [ITEM], answers: [ITEM] }, ['*']],
  [
    'a table deep inside',
    { result: [{ columns: [{ name: 'timestamp' }], rows: [['x']] }] },
    'tables',
  ],
])('finds %s', (_, value, path) => {
  expect(pathIn(value)).toEqual(path)
})

test.each([
  ['a log', { lines: [{ timestamp: 'x', name: 'y' }] }],
  ['a list of changes', { changes: [{ Operation: 'Add', Id: '1' }] }],
  ['a schema', { properties: { Id: {}, RecordType: {}, Operation: {}, UserId: {}, Workload: {} } }],
  ['a schema of rows', { properties: { AuditData: {}, RecordType: {}, sessionId: {} } }],
  ['a state of an audit search', { query: { recordCountLimit: 1, filterStartDateTime: 'x' } }],
  ['numbers and texts', { a: [1, 'x', null, [[[]]]], b: { c: 'd' } }],
])('finds nothing in %s', (_, value) => {
  expect(pathIn(value)).toBeNull()
})

test('a beginning that is cut anywhere never fails, and finds the records as soon as their keys are there', () => {
  const whole = JSON.stringify({ '@context': 'x', data: [{ users: [AUDIT, AUDIT] }] })
  const first = whole.indexOf('"UserId"') + '"UserId":"'.length
  for (let end = 0; end <= whole.length; end += 1) {
    const path = recordPath(Buffer.from(whole.slice(0, end)), 0)
    expect(path).toEqual(end >= first ? ['data', 'users'] : null)
  }
})

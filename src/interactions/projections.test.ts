import { expect, test } from 'vitest'
import {
  aGraphItem,
  aMessage,
  anAudit,
  aPart,
  aResource,
  AVERY,
  SESSION,
} from '../../test/facts-builder.ts'
import { reconcile } from './reconcile.ts'
import type { Facts } from './record.ts'

const AT = '2026-03-05T12:00:00Z'
const PROMPT = String(Date.parse(AT))
const ANSWER = String(Date.parse(AT) + 4_000)
const ROBIN = { objectId: null, upn: 'robin@contoso.com', name: null }

let made = 0
function aRow(given: Partial<Facts> = {}): Facts {
  made += 1
  return anAudit({
    format: 'pax-csv',
    nativeId: `a1~${made}`,
    projection: { of: 'a1' },
    occurredAt: AT,
    user: AVERY,
    messages: [],
    ...given,
  })
}

function aRecord(given: Partial<Facts> = {}): Facts {
  return anAudit({
    nativeId: 'a1',
    occurredAt: AT,
    user: AVERY,
    messages: [aMessage({ id: PROMPT, role: 'prompt' }), aMessage({ id: ANSWER, role: 'answer' })],
    ...given,
  })
}

const items = (...facts: readonly Facts[]) =>
  reconcile(facts.map((each, sequence) => aPart(sequence, each)))

test('the rows of one record are one item, with the parts of all of them', () => {
  const [item, ...others] = items(
    aRow({ messages: [aMessage({ id: PROMPT, role: 'prompt' })] }),
    aRow({ messages: [aMessage({ id: ANSWER, role: 'answer' })] }),
    aRow({ resources: [aResource({ url: 'https://contoso.sharepoint.com/a.docx' })] }),
  )
  expect(others).toEqual([])
  expect(item?.messages.map(({ id }) => id)).toEqual([PROMPT, ANSWER])
  expect(item?.resources).toHaveLength(1)
  expect(item).toMatchObject({ recordIds: ['a1'], versions: 0 })
  expect(item?.joins).toEqual([{ basis: 'record-id', confidence: 'certain', sequences: [0, 1, 2] }])
})

test('rows join the record that they were made from, and add nothing to it', () => {
  const record = aRecord({ resources: [aResource({ id: 'f1', url: 'https://contoso.com/x' })] })
  const [alone] = items(record)
  const [item, ...others] = items(
    record,
    aRow({
      messages: [aMessage({ id: PROMPT, role: 'prompt' })],
      resources: [aResource({ url: 'https://contoso.com/x' })],
    }),
  )
  expect(others).toEqual([])
  expect(item).toMatchObject({
    id: alone?.id,
    resources: alone?.resources,
    messages: alone?.messages,
    sequences: [0, 1],
    versions: 0,
    joins: [{ basis: 'record-id', confidence: 'certain', sequences: [1] }],
  })
})

test('without that record, rows join what shares a message, and the item says that it is only likely', () => {
  const [item, ...others] = items(
    aGraphItem({ id: PROMPT, role: 'prompt', text: 'hello' }),
    aRow({ messages: [aMessage({ id: PROMPT, role: 'prompt' })] }),
  )
  expect(others).toEqual([])
  expect(item?.joins).toEqual([{ basis: 'message-id', confidence: 'likely', sequences: [1] }])
})

test.each([
  ['another user', { user: ROBIN }],
  ['another time', { occurredAt: '2026-03-05T12:00:09Z' }],
  ['another operation', { operation: 'Other' }],
  ['another conversation', { sessionId: '19:other@thread.v2' }],
])('two rows of one id with %s are kept apart, and both say so', (_, other) => {
  const found = items(
    aRow({ messages: [aMessage({ id: PROMPT })] }),
    aRow({ messages: [aMessage({ id: PROMPT })], ...other }),
    aGraphItem({ id: PROMPT, role: 'prompt', text: 'hello' }),
  )
  expect(found).toHaveLength(3)
  expect(new Set(found.map(({ id }) => id)).size).toBe(3)
  const disputed = found.filter(({ findings }) =>
    findings.some(({ code }) => code === 'ROWS_DIFFER'),
  )
  expect(disputed.map(({ sequences }) => sequences)).toEqual([[0], [1]])
})

test('a row that contradicts the record itself stays apart; one that agrees joins it', () => {
  const found = items(
    aRecord(),
    aRow({ messages: [aMessage({ id: PROMPT })] }),
    aRow({ messages: [aMessage({ id: PROMPT })], user: ROBIN }),
  )
  expect(found.map(({ sequences }) => sequences)).toEqual([[0, 1], [2]])
  expect(found[1]?.custodians).toEqual([ROBIN])
  expect(found[1]?.findings.map(({ code }) => code)).toContain('ROWS_DIFFER')
})

test('what a row does not say it does not contradict, and a second is no other time', () => {
  const found = items(
    aRow(),
    aRow({ user: null, operation: '' }),
    aRow({ occurredAt: '2026-03-05T12:00:00.9Z', sessionId: SESSION }),
  )
  expect(found).toHaveLength(1)
})

test('what only a row says is not hidden by the record that it was made from', () => {
  const [item] = items(
    aRecord({ resources: [aResource({ id: 'f1', url: 'https://contoso.com/x' })] }),
    aRow({
      messages: [aMessage({ id: PROMPT })],
      resources: [aResource({ url: 'https://contoso.com/X' })],
    }),
    aRow({ resources: [aResource({ url: 'https://contoso.com/y' })] }),
  )
  expect(item?.resources.map(({ url }) => url)).toEqual([
    'https://contoso.com/x',
    'https://contoso.com/y',
  ])
})

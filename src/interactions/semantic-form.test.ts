import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFields } from './fields.ts'
import type { Fields } from './fields.ts'
import { semanticForm } from './semantic-form.ts'

const testdata = new URL('./testdata/', import.meta.url)

function fixture(name: string): Fields {
  const parsed: unknown = JSON.parse(readFileSync(new URL(`${name}.record.json`, testdata), 'utf8'))
  return isFields(parsed) ? parsed : {}
}

const record = fixture('audit.jailbreak-on-answer-and-xpia')
const item = fixture('ai-interaction.answer-in-card')
const event: Fields = isFields(record['CopilotEventData']) ? record['CopilotEventData'] : {}

function formOf(fields: Fields): string {
  return semanticForm(JSON.stringify(fields), { format: 'audit' })
}

function withEvent(change: Fields): Fields {
  return { ...record, CopilotEventData: { ...event, ...change } }
}

const blob = formOf(record)
const reversed = Object.fromEntries(Object.entries(record).toReversed())
const messages = Array.isArray(event['Messages']) ? event['Messages'] : []

describe('the form stays the same', () => {
  test.each<[string, Fields]>([
    ['with keys in another order', reversed],
    ['with @odata noise', { '@odata.type': '#x', 'UserType@odata.type': '#Int64', ...record }],
    ['with a zone and zeros on the time', { ...record, CreationTime: '2026-03-02T09:15:04.000Z' }],
    ['with the type by name', { ...record, RecordType: 'copilotInteraction' }],
    ['with the type as text', { ...record, RecordType: '261' }],
    ['with the user type by name', { ...record, UserType: 'regular' }],
    ['with blanks round the user', { ...record, UserId: ' Avery.Howard@contoso.com ' }],
    ['with lists in another order', withEvent({ Messages: messages.toReversed() })],
    ['with an entry twice', withEvent({ Messages: [...messages, ...messages] })],
    ['with null for what is absent', { ...record, AgentId: null }],
    ['with "" for what is absent', { ...record, AgentName: '' }],
    ['with the event data flattened', { ...record, CopilotEventData: undefined, ...event }],
    ['with keys in other letters', lowerCased(record)],
    ['with the event data as JSON text', { ...record, CopilotEventData: JSON.stringify(event) }],
  ])('%s', (_how, fields) => {
    expect(formOf(fields)).toBe(blob)
  })

  test('in every wrapper', () => {
    const raw = JSON.stringify(record)
    const row = { RecordType: 'CopilotInteraction', CreationDate: '3/2/2026 9:15:04 AM' }
    const columns = ['RecordId', 'AuditData']
    const csv = { format: 'audit-csv', columns, delimiter: ',' } as const

    const forms = [
      semanticForm(JSON.stringify({ ...row, AuditData: raw }), { format: 'audit-row' }),
      semanticForm(JSON.stringify({ ...row, auditData: record }), { format: 'audit-row' }),
      semanticForm(`x,"${raw.replaceAll('"', '""')}"`, csv),
      semanticForm(JSON.stringify(record, null, 4), { format: 'audit' }),
    ]

    expect(new Set(forms)).toEqual(new Set([blob]))
  })

  test('for any order of keys and entries', () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), { maxKeys: 4 }),
      ),
    })).value
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('Id', 'Operation', 'x', 'y'), values), (fields) => {
        expect(formOf({ ...fields, Workload: 'W' })).toBe(
          formOf(turned({ Workload: 'W', ...fields })),
        )
      }),
      { numRuns: 300 },
    )
  })
})

function lowerCased(fields: Fields): Fields {
  const entries = Object.entries(fields).map(([key, value]) => [key.toLowerCase(), value])
  return Object.fromEntries(entries)
}

function formOfNumber(digits: string): string {
  return semanticForm(`{"Id":"a","Big":${digits}}`, { format: 'audit' })
}

function formOfItem(fields: Fields): string {
  return semanticForm(JSON.stringify(fields), { format: 'ai-interaction' })
}

function turned(value: Fields): Fields {
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([k, v]) => [k, turnedValue(v)]),
  )
}

function turnedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedValue).toReversed()
  return isFields(value) ? turned(value) : value
}

describe('the form changes', () => {
  test.each<[string, Fields]>([
    ['with another id', { ...record, Id: 'b' }],
    ['with a flag', withEvent({ Messages: messages.slice(1) })],
    ['with a list that was absent', { ...record, PolicyDetails: [] }],
    ['with a finer time', { ...record, CreationTime: '2026-03-02T09:15:04.5Z' }],
    ['with a field nobody knows', { ...record, Whatever: 1 }],
  ])('%s', (_how, fields) => {
    expect(formOf(fields)).not.toBe(blob)
  })

  test('with digits that a number loses when parsed', () => {
    expect(formOfNumber('12345678901234567890')).not.toBe(formOfNumber('12345678901234567891'))
  })

  test('with a letter or a blank of the text, and with the etag', () => {
    const body = (content: string) => ({ ...item, body: { contentType: 'text', content } })

    expect(formOfItem(body('a b'))).not.toBe(formOfItem(body('a b ')))
    expect(formOfItem({ ...item, etag: '1' })).not.toBe(formOfItem(item))
    expect(formOfItem({ '@odata.context': 'x', ...item })).toBe(formOfItem(item))
  })
})

test.each(['', 'no JSON', '[1]', '{"a":'])('%j is its own form', (raw) => {
  expect(semanticForm(raw, { format: 'audit' })).toBe(raw)
  expect(semanticForm(raw, { format: 'ai-interaction' })).toBe(raw)
})

test('nesting without end is its own form', () => {
  const raw = `{"Id":${'['.repeat(20_000)}${']'.repeat(20_000)}}`

  expect(semanticForm(raw, { format: 'audit' })).toBe(raw)
})

test.each([
  ['as text in other JSON', JSON.stringify(JSON.stringify(record)).slice(1, -1), 'audit'],
  [
    'out of Graph’s PowerShell commands',
    JSON.stringify({ Id: record['Id'], AuditData: { AdditionalProperties: record } }),
    'audit-row',
  ],
  [
    'out of Defender’s events',
    JSON.stringify({ Timestamp: '2026-03-02T09:20:00Z', RawEventData: JSON.stringify(record) }),
    'audit-row',
  ],
] as const)('a record %s has the form of the record itself', (_, raw, format) => {
  expect(semanticForm(raw, { format })).toBe(blob)
})

test('a record in a row of a query’s answer, or in a column with a blank in its name, has its form', () => {
  const cells = ['2026-03-02T09:20:00Z', JSON.stringify(record)]
  const columns = ['Timestamp', 'RawEventData']
  expect(semanticForm(JSON.stringify(cells), { format: 'audit-row', columns })).toBe(blob)
  const csv = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join('|')
  const spaced = { columns: ['Creation date', 'Audit Data'], delimiter: '|' }
  expect(semanticForm(csv, { format: 'audit-csv', ...spaced })).toBe(blob)
})

test('the empty AdditionalProperties of Graph’s PowerShell commands are noise', () => {
  const noisy = {
    ...item,
    additionalProperties: {},
    body: { content: 'x', AdditionalProperties: {} },
  }
  const plain = { ...item, body: { content: 'x' } }
  expect(formOf(noisy)).toBe(formOf(plain))
  expect(formOf({ ...plain, AdditionalProperties: { more: 1 } })).not.toBe(formOf(plain))
})

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { intake } from './intake.ts'
import type { Facts, ReadContext, RecordFormat } from './record.ts'

const testdata = new URL('./testdata/', import.meta.url)
const records = readdirSync(testdata).filter((file) => file.endsWith('.record.json'))

const FORMATS: Readonly<Record<string, RecordFormat>> = {
  audit: 'audit',
  'audit-row': 'audit-row',
  'ai-interaction': 'ai-interaction',
  'pax-row': 'pax-row',
  explorer: 'explorer',
  telemetry: 'telemetry',
  transcript: 'transcript',
}

function contextOf(file: string): ReadContext {
  return { format: FORMATS[file.split('.')[0] ?? ''] ?? 'audit' }
}

function factsOf(file: string): Facts {
  return intake(readFileSync(new URL(file, testdata), 'utf8'), contextOf(file)).facts
}

// To add a case, drop a self-written {format}.{name}.record.json into testdata/ and run `npm run golden`.
describe('golden pairs', () => {
  test('there are some', () => {
    expect(records.length).toBeGreaterThan(20)
  })

  test.each(records)('intake() gives the recorded facts for %s', async (file) => {
    const answer = intake(readFileSync(new URL(file, testdata), 'utf8'), contextOf(file))

    const golden = new URL(file.replace('.record.json', '.facts.txt'), testdata).pathname
    await expect(`${JSON.stringify(answer, null, 2)}\n`).toMatchFileSnapshot(golden)
  })
})

const NAMES = [
  'RecordId',
  'CreationDate',
  'RecordType',
  'Operation',
  'UserId',
  'AuditData',
  'AssociatedAdminUnits',
  'AssociatedAdminUnitsNames',
]
const csv: ReadContext = { format: 'audit-csv', columns: NAMES, delimiter: ',' }

function csvRow(raw: string, date = '2026-03-02T09:15:04.0000000Z '): string {
  const cell = `"${raw.replaceAll('"', '""')}"`
  return `a0000000-0000-4000-8000-000000000001,"${date}",261,CopilotInteraction,avery.howard@contoso.com,${cell},,`
}

function sameButFormat({ format: _format, ...facts }: Facts): Omit<Facts, 'format'> {
  return facts
}

describe('the same audit record', () => {
  const file = 'audit.word-with-file.record.json'
  const raw = JSON.stringify(JSON.parse(readFileSync(new URL(file, testdata), 'utf8')))
  const fromBlob = sameButFormat(factsOf(file))

  test('gives the same facts from a CSV row', () => {
    expect(sameButFormat(intake(csvRow(raw), csv).facts)).toEqual(fromBlob)
    expect(sameButFormat(intake(csvRow(raw, '3/2/2026 9:15:04 AM'), csv).facts)).toEqual(fromBlob)
  })

  test('gives the same facts from a row with other columns, order and delimiter', () => {
    const cell = `"${raw.replaceAll('"', '""')}"`
    const context: ReadContext = {
      format: 'audit-csv',
      columns: ['\uFEFFauditdata', 'RECORDTYPE'],
      delimiter: ';',
    }

    expect(sameButFormat(intake(`${cell};CopilotInteraction`, context).facts)).toEqual(fromBlob)
  })

  test.each([
    ['a string', raw],
    ['an object', JSON.parse(raw) as unknown],
  ])('gives the same facts from a row whose AuditData is %s', (_form, auditData) => {
    const row = JSON.stringify({ RecordType: 'CopilotInteraction', AuditData: auditData })

    expect(sameButFormat(intake(row, { format: 'audit-row' }).facts)).toEqual(fromBlob)
  })

  test('gives the same facts with the noise that Graph adds', () => {
    const noisy = raw.replace(
      '"Messages":',
      '"@odata.type":"#x","Messages@odata.type":"#Collection(x)","Messages":',
    )
    const row = JSON.stringify({ id: 'a', auditData: JSON.parse(noisy) as unknown })

    expect(sameButFormat(intake(row, { format: 'audit-row' }).facts)).toEqual(fromBlob)
  })
})

describe('what cannot be read', () => {
  test.each(['', 'null', '[]', '"x"', '{"a":', '17', '\u0000'])('%j is kept as unmapped', (raw) => {
    const { facts, notAi } = intake(raw, { format: 'audit' })

    expect(facts.unmapped).toBe('not a JSON object')
    expect(facts.text).toBe(raw)
    expect(notAi).toBeNull()
  })

  test('an object that is no audit record keeps its words', () => {
    const { facts } = intake('{"whatever":"spruce"}', { format: 'audit' })

    expect(facts.unmapped).toBe('no field of an audit record')
    expect(facts.text).toContain('spruce')
  })

  test('a row without readable AuditData keeps what its columns say', () => {
    const facts = factsOf('audit-row.unreadable-audit-data.record.json')

    expect(facts).toMatchObject({
      unmapped: 'AuditData is not a JSON object',
      projection: { of: 'a0000000-0000-4000-8000-000000000018' },
      occurredAt: '2026-03-02T09:15:04Z',
      recordTypeNumber: 261,
    })
    expect(facts.user?.upn).toBe('avery.howard@contoso.com')
  })

  test('reasons never carry content', () => {
    const { facts } = intake('{"AuditData":"my secret prompt"}', { format: 'audit-row' })

    expect(facts.unmapped).not.toContain('secret')
  })
})

function idOf(raw: string, custodian?: string): string | null {
  const context = custodian === undefined ? {} : { custodian }
  return intake(raw, { format: 'ai-interaction', ...context }).facts.nativeId
}

describe('identity of interaction items', () => {
  const prompt = readFileSync(new URL('ai-interaction.prompt.record.json', testdata), 'utf8')
  const answer = readFileSync(
    new URL('ai-interaction.answer-in-card.record.json', testdata),
    'utf8',
  )
  test('a prompt is known by its author, its session and its id', () => {
    expect(idOf(prompt)).toBe(
      '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70/19:contosoThreadOne@thread.v2/1772442904123',
    )
  })

  test('an answer of nobody known is one record, however often it is served', () => {
    expect(idOf(answer)).toBe('/19:contosoThreadOne@thread.v2/1772442909456')
  })

  test('an answer served from two histories is two records', () => {
    const first = idOf(answer, 'aaaaaaaa-0000-4000-8000-000000000001')

    expect(first).not.toBe(idOf(answer, 'aaaaaaaa-0000-4000-8000-000000000002'))
    expect(first).toMatch(/^aaaaaaaa-0000-4000-8000-000000000001\//)
  })

  test('without session or id there is no native id', () => {
    expect(idOf('{"id":"1","interactionType":"userPrompt"}')).toBeNull()
    expect(idOf('{"sessionId":"1","interactionType":"userPrompt"}')).toBeNull()
  })
})

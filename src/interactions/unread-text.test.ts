import { expect, test } from 'vitest'
import { intake } from './intake.ts'

const record = (extra: object, event: object = {}): string =>
  JSON.stringify({
    Id: 'a0000000-0000-4000-8000-000000000001',
    RecordType: 261,
    CreationTime: '2026-03-02T09:15:04',
    Operation: 'CopilotInteraction',
    Workload: 'Copilot',
    UserId: 'avery.howard@contoso.com',
    CopilotEventData: {
      AppHost: 'Word',
      ThreadId: 't',
      Messages: [{ Id: '1', isPrompt: true }],
      ...event,
    },
    ...extra,
  })
const textOf = (raw: string): string => intake(raw, { format: 'audit' }).facts.text

test('a record with nothing new has no words besides what is read of it', () => {
  expect(textOf(record({ clientip: '203.0.113.7' }, { LicenseType: 'Premium' }))).toBe('')
})

test('words of a field that did not exist yesterday are found, wherever it stands', () => {
  expect(textOf(record({ GuardrailOutcome: { Category: 'Unrated', Score: 0 } }))).toBe('Unrated')
  expect(textOf(record({}, { Plan: ['kept', { of: 'seven' }] }))).toBe('kept seven')
  const resource = { Id: 'r', Name: 'Plan.docx', Provenance: 'inferred' }
  expect(textOf(record({}, { AccessedResources: [resource] }))).toBe('inferred')
})

test('an item of a history with a new field is found by its words', () => {
  const item = { id: '1', sessionId: '19:s', interactionType: 'userPrompt', toneOfVoice: 'formal' }
  expect(intake(JSON.stringify(item), { format: 'ai-interaction' }).facts.text).toBe('formal')
})

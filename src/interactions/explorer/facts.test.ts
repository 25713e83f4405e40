import { expect, test } from 'vitest'
import { intake } from '../intake.ts'
import type { ReadContext } from '../record.ts'

const RECORD = {
  RecordIdentity: 'a0000000-0000-4000-8000-000000000001',
  Activity: 'Copilot Interaction',
  ActivityId: 'CopilotInteraction',
  Happened: '2026-03-02T09:15:04Z',
  User: 'avery@contoso.com',
  Workload: 'Copilot',
  PurviewAIAppLocation: 'Word',
  EnrichedCopilotThreadOrCorrelationId: '19:one@thread.v2',
  EnrichedLLMMessageIds: ['1772442904000', '1772442909000'],
  HasWebsearchQuery: true,
}

const read = (record: object) => intake(JSON.stringify(record), { format: 'explorer' })

test('a record of Activity Explorer tells of the messages that it names', () => {
  expect(read(RECORD)).toMatchObject({
    notAi: null,
    facts: {
      namespace: 'explorer',
      nativeId: RECORD.RecordIdentity,
      projection: { of: RECORD.RecordIdentity },
      kind: 'interaction',
      surface: 'Word',
      sessionId: '19:one@thread.v2',
      messages: [
        { id: '1772442904000', role: null },
        { id: '1772442909000', role: null },
      ],
      web: true,
      tenantGrounded: null,
    },
  })
})

test('the CSV of the same record says the same', () => {
  const columns = Object.keys(RECORD).map((name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, ' '))
  const context: ReadContext = { format: 'explorer-csv', columns, delimiter: ',' }
  const raw = Object.values(RECORD)
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .map((cell) => `"${cell.replaceAll('"', '""')}"`)
    .join(',')
  const { facts } = intake(raw, context)
  expect({ ...facts, format: 'explorer' }).toEqual(read(RECORD).facts)
})

test('the id of a correlation is no session', () => {
  const { facts } = read({
    ...RECORD,
    EnrichedCopilotThreadOrCorrelationId: 'b0000000-0000-4000-8000-000000000001',
  })
  expect(facts.sessionId).toBeNull()
  expect(facts.correlationId).toBe('b0000000-0000-4000-8000-000000000001')
})

test('activities on files and devices are dropped, unless they are about AI; unknown ones are kept', () => {
  const file = { RecordIdentity: '1', Activity: 'File created', Workload: 'Endpoint' }
  expect(read(file).notAi).toBe('Endpoint/ActivityExplorer/Filecreated')
  expect(read({ ...file, PurviewAIAppName: 'ChatGPT' }).notAi).toBeNull()
  expect(read({ ...file, Activity: 'Sensitive info types' }).notAi).toBeNull()
  expect(read({ ...file, Activity: 'Sensitive info types' }).facts.text).toContain('Endpoint')
})

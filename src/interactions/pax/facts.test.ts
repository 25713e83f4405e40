import { expect, test } from 'vitest'
import { intake } from '../intake.ts'
import { semanticForm } from '../semantic-form.ts'
import type { ReadContext } from '../record.ts'

const ID = 'a0000000-0000-4000-8000-000000000001'

function read(row: Readonly<Record<string, string>>, delimiter = ',') {
  const context: ReadContext = { format: 'pax-csv', columns: Object.keys(row), delimiter }
  const raw = Object.values(row)
    .map((cell) => `"${cell.replaceAll('"', '""')}"`)
    .join(delimiter)
  return { ...intake(raw, context), form: semanticForm(raw, context) }
}

const ROW = {
  RecordId: ID,
  CreationDate: '3/2/2026 9:15:04 AM',
  RecordType: 'CopilotInteraction',
  Operation: 'CopilotInteraction',
  UserId: ' Avery@contoso.com ',
  AppHost: 'Word',
  ThreadId: '19:one@thread.v2',
  Message_Id: '1772442904000',
  Message_isPrompt: 'TRUE',
  Workload: 'Copilot',
}

test('a row is a projection of its record, under an id of its own', () => {
  const { facts } = read(ROW)
  expect(facts).toMatchObject({
    namespace: 'audit',
    projection: { of: ID },
    kind: 'interaction',
    occurredAt: '2026-03-02T09:15:04Z',
    user: { upn: 'avery@contoso.com' },
    surface: 'Word',
    sessionId: '19:one@thread.v2',
    messages: [{ id: '1772442904000', role: 'prompt' }],
  })
  expect(facts.nativeId).toMatch(new RegExp(`^${ID}~[0-9a-f]{32}$`))
})

test('the same row in other columns, quotes and delimiters is the same row; another is not', () => {
  const turned = Object.fromEntries(Object.entries({ ...ROW, Extra: '' }).toReversed())
  const first = read(ROW)
  const again = read(turned, ';')
  expect(again.facts.nativeId).toBe(first.facts.nativeId)
  expect(again.form).toBe(first.form)
  const other = read({ ...ROW, Message_Id: '1772442904001' })
  expect(other.facts.nativeId).not.toBe(first.facts.nativeId)
  expect(other.form).not.toBe(first.form)
})

test('a row never says no: what it lacks another row may have', () => {
  const { facts } = read({
    ...ROW,
    AISystemPlugin_Id: 'x',
    AccessedResource_SiteUrl: 'https://contoso.sharepoint.com/a.docx',
  })
  expect(facts).toMatchObject({ web: null, tenantGrounded: true, setting: null, contexts: [] })
  expect(read(ROW).facts).toMatchObject({ web: null, tenantGrounded: null })
})

test('columns are found under the prefixes that scripts give them, and JSON inside cells is read', () => {
  const { facts } = read({
    'AuditData.Id': ID,
    'AuditData.Operation': 'CopilotInteraction',
    'CopilotEventData.AppHost': 'Teams',
    'CopilotEventData.ThreadId': '19:two@thread.v2',
    'CopilotEventData.Messages': '[{"Id":"1","isPrompt":true,"JailbreakDetected":true},{"Id":"2"}]',
    'AccessedResource.PolicyDetails':
      '[{"PolicyName":"P","Rules":[{"Actions":["RestrictAccess"]}]}]',
    'AccessedResource.Name': 'a.docx',
  })
  expect(facts).toMatchObject({
    projection: { of: ID },
    surface: 'Teams',
    sessionId: '19:two@thread.v2',
    messages: [{ id: '1', jailbreak: true }, { id: '2' }],
    resources: [{ name: 'a.docx', policies: ['P'] }],
  })
})

test('a row without an id is known by its content, and one that tells of no record is unmapped', () => {
  const { RecordId: _, ...nameless } = ROW
  expect(read(nameless).facts).toMatchObject({ nativeId: null, surface: 'Word' })
  expect(read({ Colour: 'red' }).facts.unmapped).toBe('no field of an audit record')
})

test('rows about files and mail are dropped as the records themselves are', () => {
  const file = { RecordId: ID, RecordType: 'SharePointFileOperation', Operation: 'FileAccessed' }
  expect(read({ ...file, Workload: 'SharePoint' }).notAi).toBe(
    'SharePoint/SharePointFileOperation/FileAccessed',
  )
})

test('a script that flattens whole records numbers the elements of lists', () => {
  const { facts } = read({
    Id: ID,
    Operation: 'CopilotInteraction',
    'CopilotEventData.AppHost': 'Word',
    'CopilotEventData.Messages[0].Id': '1',
    'CopilotEventData.Messages[0].isPrompt': 'True',
    'CopilotEventData.Messages[1].Id': '2',
    'CopilotEventData.AccessedResources.0.Name': 'Plan.docx',
  })
  expect(facts).toMatchObject({
    projection: { of: ID },
    messages: [
      { id: '1', role: 'prompt' },
      { id: '2', role: null },
    ],
    resources: [{ name: 'Plan.docx' }],
  })
})

test('a row without the record’s own column of the user has the one that was taken from inside', () => {
  const { UserId: _gone, ...row } = { ...ROW, Audit_UserId: 'avery@contoso.com' }
  expect(read(row).facts.user).toMatchObject({ upn: 'avery@contoso.com' })
})

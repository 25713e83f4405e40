import { expect, test } from 'vitest'
import { intake } from './intake.ts'
import { holdsNotifiedItem } from './notification.ts'
import { semanticForm } from './semantic-form.ts'

const TENANT = 'c0000000-0000-4000-8000-000000000002'
const item = {
  id: '1772442904123',
  sessionId: '19:contosoThreadOne@thread.v2',
  interactionType: 'aiResponse',
  createdDateTime: '2026-03-02T09:15:04Z',
  body: { contentType: 'text', content: 'Done.' },
}
const notification = {
  subscriptionId: 'a0000000-0000-4000-8000-000000000001',
  changeType: 'created',
  resource: "copilot/interactionHistory/interactions('1772442904123')",
  tenantId: TENANT,
}
const context = { format: 'ai-interaction' } as const
const plain = JSON.stringify(item)

test.each([
  ['in place of the resource', { ...notification, resourceData: item }],
  ['beside what it names', { ...notification, resourceData: { id: '1' }, decryptedContent: item }],
  ['as a text', { ...notification, decryptedContent: plain }],
])('a notification with the decrypted item %s is that item', (_where, notified) => {
  const raw = JSON.stringify(notified)
  const { facts } = intake(raw, context)

  expect(facts).toEqual({ ...intake(plain, context).facts, tenantId: TENANT })
  expect(semanticForm(raw, context)).toBe(semanticForm(plain, context))
  expect(holdsNotifiedItem(Buffer.from(` ${raw} `), 1, raw.length + 1)).toBe(true)
})

test.each([
  JSON.stringify({ ...notification, resourceData: { id: '1' } }),
  JSON.stringify({ resourceData: item }),
  JSON.stringify({ ...notification, resourceData: item }).slice(0, -20),
])('%s holds no item', (raw) => {
  expect(holdsNotifiedItem(Buffer.from(raw), 0, raw.length)).toBe(false)
})

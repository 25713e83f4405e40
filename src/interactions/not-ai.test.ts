import { describe, expect, test } from 'vitest'
import { intake } from './intake.ts'
import { notAboutAi } from './not-ai.ts'
import { recordTypeOf } from './record-types.ts'

const KEPT = [
  261, 284, 328, 334, 310, 311, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 322, 323, 324,
  325, 362, 363, 370, 373, 375, 376, 379, 380, 383, 384, 401, 402, 430, 454, 463,
]

describe('notAboutAi()', () => {
  test.each(KEPT)('never drops record type %i', (number) => {
    expect(notAboutAi(recordTypeOf(number), 'Anything', 'Whatever')).toBeNull()
  })

  test.each([
    [8, 'Add service principal.', 'AzureActiveDirectory'],
    [15, 'UserLoggedIn', 'AzureActiveDirectory'],
    [1, 'Set-Mailbox', 'Exchange'],
    ['ExchangeItem', 'Send', 'Exchange'],
    ['6', 'FileAccessed', 'SharePoint'],
    ['sharePointFileOperation', 'FileModified', 'OneDrive'],
    [25, 'TeamCreated', 'MicrosoftTeams'],
    [20, 'ViewReport', 'PowerBI'],
  ])('drops %s %s of %s', (type, operation, workload) => {
    const name = recordTypeOf(type).name

    expect(notAboutAi(recordTypeOf(type), operation, workload)).toBe(
      `${workload}/${name}/${operation}`,
    )
  })

  test.each([
    ['25', 'AIInteractionCreatedNotification', 'MicrosoftTeams'],
    [256, 'BotCreate', 'PowerPlatform'],
    [1, 'Set-CopilotPolicy', 'Exchange'],
    [6, 'FileAccessed', 'Copilot'],
    [9999, 'Whatever', 'Exchange'],
    ['AgentAdminActivity', 'Whatever', 'M365AdminCenter'],
    ['SomethingNew', 'Whatever', 'Exchange'],
    ['', 'Whatever', 'Exchange'],
  ])('keeps %s %s of %s', (type, operation, workload) => {
    expect(notAboutAi(recordTypeOf(type), operation, workload)).toBeNull()
  })

  test('names nobody in its label', () => {
    const label = notAboutAi(recordTypeOf(1), 'avery@contoso.com did it', 'x'.repeat(1_000))

    expect(label).toBe('-/ExchangeAdmin/-')
  })
})

test('a record with Copilot event data is kept, whatever its type', () => {
  const raw = JSON.stringify({
    RecordType: 8,
    Operation: 'UserLoggedIn',
    Workload: 'AzureActiveDirectory',
    CopilotEventData: { AppHost: 'Word' },
  })

  expect(intake(raw, { format: 'audit' })).toMatchObject({
    notAi: null,
    facts: { kind: 'interaction' },
  })
})

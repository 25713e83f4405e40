import { describe, expect, test } from 'vitest'
import { signsOf } from './blind-spot-signs.ts'
import { intake } from './intake.ts'

const BOT = '0b1f6f44-8a3e-4f6f-9c55-2f6c6c1d7a01'
const admin = (operation: string, more: object): string =>
  JSON.stringify({
    Id: '5b0f7f9e-55a0-4b36-8f31-6f3a2f1c9d10',
    CreationTime: '2026-03-04T09:15:00',
    RecordType: 256,
    Operation: operation,
    Workload: 'PowerPlatform',
    UserId: 'kim@contoso.com',
    ...more,
  })
const signs = (raw: string) => signsOf(intake(raw, { format: 'audit' }).facts, raw)
const pairs = (mode: string) => [
  { Name: 'powerplatform.analytics.resource.bot.id', Value: BOT },
  { Name: 'powerplatform.analytics.activity.AuthenticationMode', Value: mode },
]

describe('an agent’s sign-in, as a Bot* record tells it', () => {
  test.each([
    ['as pairs of name and value', { PropertyCollection: pairs('None') }, 'present'],
    ['as a number', { PropertyCollection: pairs('1') }, 'present'],
    ['as Microsoft’s', { PropertyCollection: pairs('Integrated') }, 'excluded'],
    [
      'as an own app of Entra',
      { PropertyCollection: pairs('Custom Azure Active Directory') },
      'excluded',
    ],
    ['as a stranger’s OAuth', { PropertyCollection: pairs('GenericOAuth2') }, 'present'],
    [
      'in a list of changes, old value first',
      {
        BotId: BOT,
        BotUpdateDetails: [
          { PropertyName: 'AuthenticationMode', OldValue: 'Integrated', NewValue: 'None' },
        ],
      },
      'present',
    ],
    [
      'in JSON text inside',
      { BotId: BOT, Details: JSON.stringify({ authenticationmode: 2 }) },
      'excluded',
    ],
  ] as const)('%s', (_, more, says) => {
    expect(signs(admin('BotUpdateOperation-BotAuthUpdate', more))).toEqual([
      {
        code: 'AGENT_WITHOUT_MICROSOFT_AUTHENTICATION',
        says,
        subject: BOT,
        at: '2026-03-04T09:15:00Z',
      },
    ])
  })

  test('is unknown when the record does not say it, or in words that are not known', () => {
    expect(signs(admin('BotUpdateOperation-BotPublish', { BotId: BOT }))).toEqual([])
    expect(signs(admin('BotCreate', { PropertyCollection: pairs('Brand new') }))).toEqual([])
  })
})

const switching = (value: string): string =>
  admin('Set-AdminAuditLogConfig', {
    RecordType: 1,
    Workload: 'Exchange',
    Parameters: [{ Name: 'UnifiedAuditLogIngestionEnabled', Value: value }],
  })

test('auditing switched off and on again is told by the record of who did it, which is kept', () => {
  expect(intake(switching('False'), { format: 'audit' }).notAi).toBeNull()
  expect(signs(switching('False'))).toMatchObject([{ code: 'AUDITING_OFF', says: 'present' }])
  expect(signs(switching('True'))).toMatchObject([{ code: 'AUDITING_OFF', says: 'excluded' }])
  expect(signs(switching('Perhaps'))).toEqual([])
})

const row = (channelId: string, more = {}): string =>
  JSON.stringify({
    timestamp: '2026-03-04T09:15:00Z',
    name: 'BotMessageReceived',
    itemId: 'i1',
    customDimensions: { channelId, botId: BOT, conversationId: 'c1', ...more },
  })
const ofTelemetry = (raw: string) => signsOf(intake(raw, { format: 'telemetry' }).facts, raw)

test('telemetry of a channel outside Microsoft 365 shows that there is one', () => {
  expect(ofTelemetry(row('directline'))).toMatchObject([
    { code: 'CHANNEL_NOT_LOGGED', says: 'present' },
  ])
  expect(ofTelemetry(row('msteams'))).toEqual([])
  expect(ofTelemetry(row('directline', { DesignMode: 'True' }))).toEqual([])
})

test('a hostile record costs no more than its bound', () => {
  let nested: unknown = { AuthenticationMode: 'None' }
  for (let depth = 0; depth < 50; depth += 1) nested = [nested]
  expect(signs(admin('BotCreate', { Details: nested }))).toEqual([])
})

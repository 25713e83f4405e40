import { describe, expect, test } from 'vitest'
import { intake } from '../intake.ts'
import type { Facts, ReadContext } from '../record.ts'

const USER = '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70'
const BOT = 'b0000000-0000-4000-8000-000000000001'
const TENANT = 'c0000000-0000-4000-8000-000000000002'

const ACTIVITIES = [
  {
    type: 'trace',
    valueType: 'ConversationInfo',
    timestamp: 1_772_442_904,
    from: { role: 0 },
    value: { isDesignMode: false, locale: 'en-GB' },
  },
  {
    id: 'act-1',
    type: 'message',
    timestamp: 1_772_442_905,
    channelId: 'msteams',
    from: { id: '29:abc', role: 1, aadObjectId: USER },
    text: 'How many days are left?',
  },
  {
    type: 'trace',
    valueType: 'IntentRecognition',
    timestamp: 1_772_442_906,
    value: { intentTitle: 'LeaveBalance' },
  },
  {
    id: 'act-2',
    type: 'message',
    timestamp: 1_772_442_907,
    from: { id: 'bot', role: 0, name: 'Leave desk' },
    text: 'Twelve, see [the rules](https://contoso.sharepoint.com/sites/hr/Rules.docx).',
    replyToId: 'act-1',
  },
]

const TRANSCRIPT = {
  conversationtranscriptid: 'A0000000-0000-4000-8000-000000000007',
  name: `d0000000-0000-4000-8000-000000000003_${BOT}`,
  conversationstarttime: '2026-03-02T09:15:04Z',
  createdon: '2026-03-02T10:00:00Z',
  schematype: 'powervirtualagents',
  metadata: JSON.stringify({ BotId: BOT, BotName: 'contoso_leave', AADTenantId: TENANT }),
  content: JSON.stringify({ activities: ACTIVITIES }),
}

function read(
  changes: Readonly<Record<string, unknown>> = {},
  context: ReadContext = { format: 'transcript' },
): Facts {
  return intake(JSON.stringify({ ...TRANSCRIPT, ...changes }), context).facts
}

describe('a transcript', () => {
  const facts = read()

  test('is a conversation of a person with an agent', () => {
    expect(facts).toMatchObject({
      namespace: 'transcript',
      nativeId: 'a0000000-0000-4000-8000-000000000007',
      tenantId: TENANT,
      kind: 'agent-run',
      unmapped: null,
      occurredAt: '2026-03-02T09:15:04Z',
      user: { objectId: USER, upn: null },
      locale: 'en-GB',
      surface: 'Teams',
      sessionId: 'd0000000-0000-4000-8000-000000000003',
      agent: { id: BOT, name: 'contoso_leave', kind: 'custom-engine' },
      marks: [],
    })
  })

  test('has its messages as turns', () => {
    expect(facts.messages).toMatchObject([
      { id: 'act-1', role: 'prompt', text: 'How many days are left?', automatic: false },
      { id: 'act-2', role: 'answer', at: '2026-03-02T09:15:07.000Z' },
    ])
    expect(facts.messages[1]?.text).toBe('Twelve, see the rules.')
    expect(facts.resources).toMatchObject([{ name: 'the rules', origin: 'link', place: 'tenant' }])
  })

  test('is found by the words of its traces', () => {
    expect(facts.text).toContain('LeaveBalance')
  })

  test('says the same as a CSV row, whatever the order of its columns', () => {
    const columns = Object.keys(TRANSCRIPT).toReversed()
    const cells = Object.values(TRANSCRIPT).toReversed()
    const row = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(';')
    const context: ReadContext = { format: 'transcript-csv', columns, delimiter: ';' }

    expect(intake(row, context).facts).toEqual({ ...facts, format: 'transcript-csv' })
  })

  test('says the same with its content as an object, or as the bare list', () => {
    expect(read({ content: { activities: ACTIVITIES } })).toEqual(facts)
    expect(read({ content: JSON.stringify(ACTIVITIES) })).toEqual(facts)
  })
})

test('roles and times are read in their other spellings', () => {
  const content = {
    activities: [
      { type: 'message', timestampMs: 1_772_442_905_250, from: { role: 'user' }, text: 'Hello' },
      { type: 'message', timestamp: '2026-03-02T09:15:07Z', from: { role: 'bot' }, text: 'Hi' },
    ],
  }

  expect(read({ content }).messages).toMatchObject([
    { id: '', role: 'prompt', at: '2026-03-02T09:15:05.250Z' },
    { id: '', role: 'answer', at: '2026-03-02T09:15:07Z' },
  ])
})

test('an adaptive card is the answer’s text', () => {
  const card = { type: 'AdaptiveCard', body: [{ type: 'TextBlock', text: 'Pick a day' }] }
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }]
  const content = { activities: [{ type: 'message', from: { role: 0 }, text: '', attachments }] }

  expect(read({ content }).messages[0]?.text).toBe('Pick a day')
})

test('a flow that starts the agent is automatic', () => {
  const content = {
    activities: [
      { type: 'message', from: { role: 1 }, text: 'Run', channelData: { triggerTest: {} } },
    ],
  }

  expect(read({ content }).messages[0]?.automatic).toBe(true)
})

test.each([
  [
    'its information',
    [{ type: 'trace', valueType: 'ConversationInfo', value: { isDesignMode: true } }],
  ],
  ['its channel', [{ type: 'event', name: 'startConversation', channelId: 'pva-studio' }]],
])('%s marks a maker’s test', (_by, activities) => {
  expect(read({ content: { activities } }).marks).toEqual(['test-traffic'])
})

test('an answer that was filtered is marked', () => {
  const activities = [
    { type: 'trace', valueType: 'GPTAnswer', value: { gptAnswerState: 'Filtered' } },
  ]

  expect(read({ content: { activities } }).marks).toEqual(['content-filtered'])
})

test('who starts a conversation and says nothing is known all the same', () => {
  const activities = [
    { type: 'event', name: 'startConversation', from: { role: 1, aadObjectId: USER } },
  ]

  expect(read({ content: { activities } }).user?.objectId).toBe(USER)
})

test('a transcript whose name names no conversation is its own session', () => {
  expect(read({ name: 'A chat' }).sessionId).toBe('a0000000-0000-4000-8000-000000000007')
})

test('a content that was cut is unmapped, and what the columns say is kept', () => {
  const facts = read({ content: '{"activities": [{"type": "message", "text": "spru' })

  expect(facts).toMatchObject({
    unmapped: 'content is not JSON with activities',
    nativeId: 'a0000000-0000-4000-8000-000000000007',
    messages: [],
  })
  expect(facts.text).toContain('spru')
})

test('a transcript without turns is one', () => {
  expect(read({ content: '' })).toMatchObject({ unmapped: null, messages: [] })
})

test('a session of the analytics tells its turns in one text', () => {
  const columns = ['SessionId', 'StartDateTime', 'ChatTranscript']
  const raw = 's-1,2026-03-02 09:15:04,"User says: Hi; and hello; Bot says: Good morning;"'
  const { facts } = intake(raw, { format: 'transcript-csv', columns, delimiter: ',' })
  expect(facts).toMatchObject({
    unmapped: null,
    nativeId: 's-1',
    occurredAt: '2026-03-02T09:15:04Z',
    messages: [
      { role: 'prompt', text: 'Hi; and hello' },
      { role: 'answer', text: 'Good morning;' },
    ],
  })
})

import { describe, expect, test } from 'vitest'
import { intake } from '../intake.ts'
import type { Facts, ReadContext } from '../record.ts'

const DIMENSIONS = {
  type: 'message',
  channelId: 'msteams',
  conversationId: 'conv-1',
  activityId: 'act-1',
  fromId: '29:abc',
  fromName: 'Avery Howard',
  recipientId: 'b0000000-0000-4000-8000-000000000001',
  recipientName: 'Leave desk',
  locale: 'en-gb',
  text: 'How many days are left?',
  DesignMode: 'False',
}

function row(
  name: string,
  customDimensions: unknown,
  others: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    timestamp: '2026-03-02T09:15:04.123Z',
    name,
    customDimensions,
    ...others,
  })
}

function read(raw: string, context: ReadContext = { format: 'telemetry' }): Facts {
  return intake(raw, context).facts
}

describe('a message that the agent received', () => {
  const facts = read(row('BotMessageReceived', DIMENSIONS, { itemId: 'item-1' }))

  test('is a prompt with its text, who said it and to whom', () => {
    expect(facts).toMatchObject({
      namespace: 'telemetry',
      nativeId: 'item-1',
      kind: 'agent-run',
      operation: 'BotMessageReceived',
      occurredAt: '2026-03-02T09:15:04.123Z',
      surface: 'Teams',
      sessionId: 'conv-1',
      requestId: 'act-1',
      user: { objectId: null, upn: null, name: 'Avery Howard' },
      agent: { name: 'Leave desk', kind: 'custom-engine', origin: 'customer' },
      marks: [],
    })
    expect(facts.messages).toMatchObject([
      { id: 'act-1', role: 'prompt', text: 'How many days are left?', automatic: false },
    ])
  })

  test('says the same when its dimensions are a text of JSON', () => {
    const other = read(row('BotMessageReceived', JSON.stringify(DIMENSIONS), { itemId: 'item-1' }))

    expect(other).toEqual(facts)
  })

  test('says the same as a row of a query’s answer', () => {
    const context: ReadContext = {
      format: 'telemetry',
      columns: ['itemId', 'timestamp', 'name', 'customDimensions'],
    }
    const cells = ['item-1', '2026-03-02T09:15:04.123Z', 'BotMessageReceived', DIMENSIONS]

    expect(read(JSON.stringify(cells), context)).toEqual(facts)
  })

  test('says the same as a row of the portal’s CSV, in the form of the workspace table', () => {
    const context: ReadContext = {
      format: 'telemetry-csv',
      columns: ['TimeGenerated [UTC]', 'Name', 'ItemId', 'Properties'],
      delimiter: ',',
    }
    const cell = JSON.stringify(DIMENSIONS).replaceAll('"', '""')
    const other = read(`"3/2/2026, 9:15:04.123 AM",BotMessageReceived,item-1,"${cell}"`, context)

    expect({ ...other, occurredAt: null, messages: [] }).toEqual({
      ...facts,
      format: 'telemetry-csv',
      occurredAt: null,
      messages: [],
    })
    expect(other.occurredAt).toBe('2026-03-02T09:15:04.123Z')
  })

  test('without the permission to log what is said has no text, and may have no name', () => {
    const { text: _text, fromName: _name, ...bare } = DIMENSIONS
    const other = read(row('BotMessageReceived', bare))

    expect(other.messages).toMatchObject([{ id: 'act-1', text: null }])
    expect(other.user?.name).toBe('29:abc')
  })
})

test('an answer is the agent’s, and is tied to the message that it answers', () => {
  const facts = read(
    row('BotMessageSend', {
      ...DIMENSIONS,
      activityId: 'act-2',
      replyToId: 'act-1',
      fromId: DIMENSIONS.recipientId,
      fromName: 'Leave desk',
      recipientId: '29:abc',
      recipientName: 'Avery Howard',
    }),
  )

  expect(facts).toMatchObject({
    requestId: 'act-1',
    user: { name: 'Avery Howard' },
    agent: { id: DIMENSIONS.recipientId, name: 'Leave desk' },
    messages: [{ id: 'act-2', role: 'answer' }],
  })
})

test('an event through the channel is no message', () => {
  expect(read(row('BotMessageReceived', { ...DIMENSIONS, type: 'event' })).messages).toEqual([])
})

test('topics and actions are found by their words', () => {
  const facts = read(
    row('TopicAction', { TopicName: 'Greeting', Kind: 'SendActivity', conversationId: 'conv-1' }),
  )

  expect(facts).toMatchObject({ sessionId: 'conv-1', messages: [], text: 'Greeting SendActivity' })
})

test.each([[{ designMode: 'True' }], [{ DesignMode: true }], [{ channelId: 'pva-studio' }]])(
  '%j marks a maker’s test',
  (dimensions) => {
    expect(read(row('TopicStart', dimensions)).marks).toEqual(['test-traffic'])
  },
)

test('a maker’s channel is no test when the flag says it is none', () => {
  const dimensions = { channelId: 'pva-studio', designMode: 'False' }

  expect(read(row('TopicStart', dimensions)).marks).toEqual([])
})

test.each([
  ['MicrosoftCopilotStudio', { EventType: 'ContentFiltered', FilterCategory: 'Hate' }],
  ['OnErrorLog', { ErrorCode: 'OpenAIContentFiltered' }],
])('%s tells that a content filter acted', (name, dimensions) => {
  expect(read(row(name, dimensions)).marks).toEqual(['content-filtered'])
})

test('rows without dimensions, with projected columns, or of other tables are read', () => {
  expect(read('{"timestamp":"2026-03-02T09:15:04Z","name":"SomeEvent"}')).toMatchObject({
    unmapped: null,
    operation: 'SomeEvent',
    occurredAt: '2026-03-02T09:15:04Z',
  })
  const projected = '{"timestamp":"2026-03-02T09:15:04Z","customDimensions_conversationId":"c"}'
  expect(read(projected).sessionId).toBe('c')
  expect(read('{"timestamp":"2026-03-02T09:15:04Z","itemType":"exception"}').operation).toBe(
    'exception',
  )
})

test('a row of the workspace keeps its table and its workspace apart from type and tenant', () => {
  const facts = read(
    JSON.stringify({
      TimeGenerated: '2026-03-02T09:15:04Z',
      Name: 'BotMessageReceived',
      Type: 'AppEvents',
      TenantId: 'e0000000-0000-4000-8000-000000000009',
      Properties: { ...DIMENSIONS, name: 'not the event' },
    }),
  )

  expect(facts).toMatchObject({ tenantId: null, operation: 'BotMessageReceived' })
  expect(facts.messages).toHaveLength(1)
})

test('masked addresses are none', () => {
  expect(read(row('TopicStart', {}, { client_IP: '0.0.0.0' })).clientIp).toBeNull()
})

test.each(['17', '"x"', '{}', '{"a":1}'])('%s is unmapped', (raw) => {
  expect(read(raw).unmapped).not.toBeNull()
})

test('an event of the events interface, and a row in a storage account, tell the same', () => {
  const event = { id: 'e-1', type: 'customEvent', customEvent: { name: 'BotMessageReceived' } }
  const events = { ...event, timestamp: '2026-03-02T09:15:04Z', customDimensions: DIMENSIONS }
  const stored = {
    time: '2026-03-02T09:15:04Z',
    Name: 'BotMessageReceived',
    Properties: DIMENSIONS,
  }
  for (const one of [events, stored]) {
    expect(read(JSON.stringify(one))).toMatchObject({
      operation: 'BotMessageReceived',
      occurredAt: '2026-03-02T09:15:04Z',
      messages: [{ role: 'prompt' }],
    })
  }
  expect(read(JSON.stringify(events)).nativeId).toBe('e-1')
})

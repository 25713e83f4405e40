import { describe, expect, test } from 'vitest'
import { intake } from './intake.ts'
import type { Facts } from './record.ts'

// The table of variants of docs/spec/interaction-model.md: each spelling and type gives the same facts.

const BASE = { Id: 'a', RecordType: 261, Operation: 'CopilotInteraction' }

function factsOf(fields: object): Facts {
  return intake(JSON.stringify({ ...BASE, ...fields }), { format: 'audit' }).facts
}

function eventFacts(event: object): Facts {
  return factsOf({ CopilotEventData: event })
}

describe('messages', () => {
  test.each([
    [{ Id: '1', isPrompt: true }],
    [{ id: 1, IsPrompt: 'True' }],
    [{ ID: ' 1 ', ISPROMPT: 'true' }],
    [{ Id: '1', isPrompt: 1 }],
  ])('%j is prompt 1', (message) => {
    for (const Messages of [[message], message]) {
      const [only, ...others] = eventFacts({ Messages }).messages

      expect(others).toEqual([])
      expect(only).toMatchObject({ id: '1', role: 'prompt', text: null, jailbreak: null })
    }
  })

  test('the jailbreak flag is read on any message, absent is unknown', () => {
    const Messages = [
      { Id: 1 },
      { Id: 2, JailbreakDetected: 'False' },
      { Id: 3, jailbreakdetected: true },
    ]

    expect(eventFacts({ Messages }).messages.map(({ jailbreak }) => jailbreak)).toEqual([
      null,
      false,
      true,
    ])
  })

  test('MessageIds count only where there are no Messages', () => {
    expect(eventFacts({ MessageIds: ['x', '', null, 7] }).messages.map(({ id }) => id)).toEqual([
      'x',
      '7',
    ])
    expect(eventFacts({ MessageIds: ['x'], Messages: [{ Id: 'y' }] }).messages).toHaveLength(1)
  })

  test('a message without id or role stays', () => {
    expect(eventFacts({ Messages: [{ Size: 4 }] }).messages[0]).toMatchObject({
      id: '',
      role: null,
    })
  })
})

describe('resources', () => {
  test.each([[{ Id: 'r' }], [{ ID: 'r' }], [{ id: 'r' }]])('%j has its id', (resource) => {
    expect(eventFacts({ AccessedResources: [resource] }).resources[0]?.id).toBe('r')
  })

  test.each([
    ['<https://contoso.sharepoint.com/sites/a>'],
    [' https://contoso.sharepoint.com/sites/a '],
    ['https://contoso.sharepoint.com/sites/a'],
  ])('SiteUrl %j', (SiteUrl) => {
    expect(eventFacts({ AccessedResources: [{ SiteUrl }] }).resources[0]).toMatchObject({
      url: 'https://contoso.sharepoint.com/sites/a',
      site: 'https://contoso.sharepoint.com/sites/a',
      place: 'tenant',
    })
  })

  test.each(['C:\\plan.docx', '\\\\server\\share\\plan.docx', 'DataAgent'])(
    'a SiteUrl of %j has no site',
    (SiteUrl) => {
      expect(eventFacts({ AccessedResources: [{ SiteUrl }] }).resources[0]).toMatchObject({
        url: SiteUrl,
        site: null,
        place: 'unclassified',
      })
    },
  )

  test('a list item id proves the tenant in either spelling, the empty GUID does not', () => {
    const places = [
      { listItemUniqueId: '11111111-2222-4333-8444-555555555555' },
      { ListItemUniqueId: '11111111-2222-4333-8444-555555555555' },
      { ListItemUniqueId: '00000000-0000-0000-0000-000000000000' },
    ].map((resource) => eventFacts({ AccessedResources: [resource] }).resources[0]?.place)

    expect(places).toEqual(['tenant', 'tenant', 'unclassified'])
  })
})

describe('grounding flags', () => {
  const bing = [{ Id: 'BingWebSearch', Name: 'BuiltIn' }]

  test.each([
    [{ AISystemPlugin: bing }, true],
    [{ AISystemPlugin: [{ Name: 'bingwebsearch' }] }, true],
    [{ AccessedResources: [{ Type: 'WebSearchQuery' }] }, true],
    [{ AISystemPlugin: [], AccessedResources: [] }, false],
    [{ AISystemPlugin: [{ Name: 'Bash' }], AccessedResources: [] }, false],
    [{ AccessedResources: [] }, null],
    [{ AppHost: 'Word' }, null],
  ])('%j: web %s', (event, web) => {
    expect(eventFacts(event).web).toBe(web)
  })

  test.each([
    [{ AccessedResources: [{ Type: 'WebSearchQuery' }] }, false],
    [{ AccessedResources: [{ Type: 'WebSearchQuery' }, { Type: 'EmailMessage' }] }, true],
    [{ AccessedResources: [{ Name: 'who knows' }] }, true],
    [{ AccessedResources: [] }, false],
    [{ AppHost: 'Word' }, null],
  ])('%j: tenant grounded %s', (event, grounded) => {
    expect(eventFacts(event).tenantGrounded).toBe(grounded)
  })
})

describe('setting', () => {
  test.each([
    [[], 'chat'],
    [[{ Type: 'TeamsMeeting' }, { Type: 'Other' }], 'meeting'],
    [[{ Type: 'TeamsChat', Id: '19:x' }], 'chat'],
    [[{ Type: 'TeamsChat', Id: '19:meeting_x' }], 'meeting'],
    [[{ Type: 'TeamsChat' }, { Type: 'docx' }], 'file'],
    [[{ Type: 'TeamsChannel' }], 'chat'],
    [[{ Type: 'whiteboard' }], 'file'],
  ])('contexts %j: %s', (Contexts, setting) => {
    expect(eventFacts({ Contexts }).setting).toBe(setting)
  })

  test('a record without event data has none', () => {
    expect(factsOf({}).setting).toBeNull()
  })
})

describe('people', () => {
  const KEY = '7C1D7F6E-4A0F-4B52-9A3B-2D3D4F5A6B70'

  test.each([
    [{ UserId: ' Avery@Contoso.com ' }, 'avery@contoso.com', null, null],
    [{ UserId: 'a@b.c', UserKey: KEY }, 'a@b.c', KEY.toLowerCase(), null],
    [{ UserId: 'a@b.c', UserKey: '10032001A2B3' }, 'a@b.c', null, null],
    [{ UserId: KEY }, null, KEY.toLowerCase(), null],
    [{ UserKey: 'a@b.c' }, 'a@b.c', null, null],
    [{ UserId: 'NT AUTHORITY\\SYSTEM' }, null, null, 'NT AUTHORITY\\SYSTEM'],
  ])('%j', (fields, upn, objectId, name) => {
    expect(factsOf(fields).user).toEqual({ objectId, upn, name })
  })

  test('nobody is nobody', () => {
    expect(factsOf({ UserId: '', UserKey: null }).user).toBeNull()
  })

  test.each([
    [0, 'Regular'],
    ['0', 'Regular'],
    ['regular', 'Regular'],
    [6, 'ServicePrincipal'],
    [77, '77'],
  ])('user type %j is %s', (UserType, name) => {
    expect(factsOf({ UserType }).userType).toBe(name)
  })
})

test.each([
  [261, 'CopilotInteraction', 261],
  ['261', 'CopilotInteraction', 261],
  ['copilotInteraction', 'CopilotInteraction', 261],
  ['25', 'MicrosoftTeams', 25],
  [4711, '4711', 4711],
  ['BrandNew', 'BrandNew', null],
  [{}, '', null],
])('record type %j is %s', (RecordType, name, number) => {
  const facts = factsOf({ RecordType, CopilotEventData: {} })

  expect([facts.recordType, facts.recordTypeNumber]).toEqual([name, number])
})

test('models in either casing, empty ones left out', () => {
  const ModelTransparencyDetails = [
    { ModelName: 'DEEP_LEO' },
    { modelProviderName: 'Anthropic', modelName: 'm', modelVersion: '4' },
    {},
  ]

  expect(eventFacts({ ModelTransparencyDetails }).models).toEqual([
    { provider: null, name: 'DEEP_LEO', version: null },
    { provider: 'Anthropic', name: 'm', version: '4' },
  ])
})

test('regions as served, numbers too', () => {
  expect(factsOf({ ClientRegion: 'WEU' }).region).toBe('WEU')
  expect(factsOf({ ClientRegion: 7 }).region).toBe('7')
  expect(factsOf({ ClientRegion: '' }).region).toBeNull()
})

test('a tenant is a GUID or unknown', () => {
  expect(factsOf({ OrganizationId: '../../etc' }).tenantId).toBeNull()
  expect(factsOf({ OrganizationId: '00000000-0000-0000-0000-000000000000' }).tenantId).toBeNull()
  expect(factsOf({ OrganizationId: '7C1D7F6E-4A0F-4B52-9A3B-2D3D4F5A6B70' }).tenantId).toBe(
    '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70',
  )
})

test('an item written by PowerShell, with capital letters, says the same', () => {
  const pascal = {
    Id: '1772442904123',
    SessionId: '19:x@thread.v2',
    InteractionType: 'aiResponse',
    AppClass: 'IPM.SkypeTeams.Message.Copilot.Word',
    CreatedDateTime: '2026-03-02T09:15:04Z',
    Body: { ContentType: 'html', Content: '<p>Done</p>' },
    From: { Application: { DisplayName: 'Copilot in Word' }, User: null },
    Links: [{ LinkUrl: 'https://contoso.sharepoint.com/sites/a', DisplayName: 'A' }],
  }
  const camel = JSON.stringify(pascal).replaceAll(
    /"([A-Z])(\w*)":/g,
    (_key, first: string, rest: string) => `"${first.toLowerCase()}${rest}":`,
  )
  const context = { format: 'ai-interaction' } as const

  const { facts } = intake(JSON.stringify(pascal), context)

  expect(facts).toMatchObject({ unmapped: null, surface: 'Word', sessionId: '19:x@thread.v2' })
  expect(facts.messages[0]).toMatchObject({ role: 'answer', text: 'Done' })
  expect(facts).toEqual(intake(camel, context).facts)
})

test('an attachment without URL is a resource by its name, a card is none', () => {
  const attachments = [
    { attachmentId: '1', contentType: 'reference', contentUrl: null, name: 'Plan.docx' },
    {
      attachmentId: '2',
      contentType: 'application/vnd.microsoft.card.adaptive',
      name: 'Card',
    },
  ]
  const raw = JSON.stringify({ id: '1', sessionId: 's', attachments })

  const { resources } = intake(raw, { format: 'ai-interaction' }).facts

  expect(resources).toHaveLength(1)
  expect(resources[0]).toMatchObject({ name: 'Plan.docx', url: null, origin: 'attachment' })
})

test('a row whose columns are the record needs no AuditData', () => {
  const row = {
    RecordId: 'r-1',
    CreationDate: '2026-03-02T09:15:04Z',
    Operations: 'CopilotInteraction',
    UserIds: 'avery@contoso.com',
    AppHost: 'Word',
  }

  expect(intake(JSON.stringify(row), { format: 'audit-row' }).facts).toMatchObject({
    nativeId: 'r-1',
    occurredAt: '2026-03-02T09:15:04Z',
    operation: 'CopilotInteraction',
    surface: 'Word',
    unmapped: null,
  })
})

test('event data that PowerShell cut off is no version of the whole record', () => {
  const cut = { ...BASE, CopilotEventData: '@{AppHost=Word; Messages=System.Object[]}' }
  for (const [fields, format] of [
    [cut, 'audit'],
    [{ AuditData: cut }, 'audit-row'],
  ] as const) {
    const { facts } = intake(JSON.stringify(fields), { format })
    expect(facts.unmapped).toContain('-Depth')
    expect(facts).toMatchObject({ projection: { of: 'a' }, kind: 'interaction' })
  }
})

test('AuditData that is written as text in text, or as a list of one, is read', () => {
  const inside = JSON.stringify({ ...BASE, UserId: 'avery@contoso.com' })
  for (const AuditData of [JSON.stringify(inside), [inside]]) {
    const { facts } = intake(JSON.stringify({ AuditData }), { format: 'audit-row' })
    expect(facts).toMatchObject({
      nativeId: 'a',
      unmapped: null,
      user: { upn: 'avery@contoso.com' },
    })
  }
})

import fc from 'fast-check'
import type { Item, ItemMessage } from '../../interactions/item.ts'
import type { Resource } from '../../interactions/record.ts'

/** An item with nothing in it but what a test is about. */
export function anItem(changes: Partial<Item> = {}): Item {
  return {
    id: '0123456789abcdef0123456789abcdef',
    tenantId: 'b86ab9d4-fcf1-4b11-8a06-7a8f91b47fbd',
    kind: 'interaction',
    occurredAt: '2026-03-06T17:00:00.000Z',
    timeBasis: 'occurred',
    receivedAt: '2026-03-07T08:00:00.000Z',
    custodians: [],
    surface: null,
    setting: null,
    sessionId: null,
    requestIds: [],
    conversationId: null,
    correlationIds: [],
    operations: [],
    recordTypes: [],
    recordTypeNumbers: [],
    workloads: [],
    clientIps: [],
    regions: [],
    locale: null,
    contexts: [],
    agent: null,
    messages: [],
    resources: [],
    plugins: [],
    models: [],
    labels: [],
    jailbreak: null,
    xpia: null,
    web: null,
    tenantGrounded: null,
    automatic: null,
    dlp: null,
    credits: null,
    text: '',
    unmapped: null,
    sources: [],
    recordIds: [],
    sequences: [],
    versions: 0,
    findings: [],
    provenance: {},
    ...changes,
  }
}

export function aMessage(changes: Partial<ItemMessage> = {}): ItemMessage {
  const base = { id: '1772816400000', at: null, automatic: null, jailbreak: null, sequences: [] }
  return { role: 'prompt', text: null, ...base, ...changes }
}

function aResource(changes: Partial<Resource> = {}): Resource {
  const unknown = {
    id: null,
    type: null,
    action: null,
    status: null,
    labelId: null,
    xpia: null,
    dlp: null,
  }
  const place = { policies: [], origin: 'accessed', place: 'tenant' } as const
  return { name: null, url: null, site: null, ...unknown, ...place, ...changes }
}

/** Few words, so that random items and random queries meet; spelled in every awkward way. */
export const SPELLINGS = [
  ['merger', 'Merger', 'MERGER', '“merger”', 'merger—', 'ｍｅｒｇｅｒ'],
  ['merge', 'Merge,'],
  ['plan', 'plan.', '(Plan)', "plan's"],
  ['zürich', 'Zürich', 'Zu\u0308rich', 'ZURICH', 'zurich'],
  ['straße', 'Strasse', 'STRASSE'],
  ['café', 'cafe', 'Café'],
  ['москва', 'Москва', 'МОСКВА'],
  ['東京', '東京都', '東京plan', '京都', '都'],
  ['カタカナ', 'ひらがな'],
  ['한국어', '한국'],
  ['a_b', 'a b', 'a-b'],
  ['42', '4.2'],
] as const

const spelling = fc.constantFrom(...SPELLINGS.flat())
const gap = fc.constantFrom(' ', ' ', ' ', ', ', '\n', ' – ', '')
const text = fc
  .array(fc.tuple(spelling, gap), { maxLength: 8 })
  .map((pairs) => pairs.map(([word, between]) => word + between).join(''))
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 2 })
const flag = fc.constantFrom(true, false, null)

export const IDS = ['id-1', 'ID-2', 'id-3', "i'd", 'i\\d\t4'] as const
const id = fc.constantFrom(...IDS)
const ids = fc.uniqueArray(id, { maxLength: 2 })

const PEOPLE = [
  {
    upn: 'avery@contoso.com',
    objectId: '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70',
    name: 'Avery Zürich',
  },
  { upn: 'mary.avery@contoso.com', objectId: null, name: 'Mary O’Plan' },
  { upn: null, objectId: 'ABCD7f6e-4a0f-4b52-9a3b-2d3d4f5a6b71', name: null },
  { upn: null, objectId: null, name: '東京 Merger' },
] as const

const FILES = [
  {
    name: 'Merger-Plan_v2.docx',
    url: 'https://contoso.sharepoint.com/sites/Deal/Merger-Plan_v2.docx',
    site: 'https://contoso.sharepoint.com/sites/Deal',
  },
  {
    name: null,
    url: 'https://contoso.sharepoint.com/sites/HR/Z%C3%BCrich%20plan.xlsx?web=1',
    site: 'https://contoso.sharepoint.com/sites/HR',
  },
  { name: 'plan', url: null, site: null },
] as const

/** Times around the borders of days, months and years, some with seven digits. */
const TIMES = [
  '2025-12-31T23:59:59.999Z',
  '2026-01-01T00:00:00Z',
  '2026-01-01T12:30:00.1234567Z',
  '2026-01-31T23:59:59.9999999Z',
  '2026-02-01T00:00:00.000Z',
  '2026-03-31T09:00:00Z',
] as const

const message = fc
  .record({ id, role: fc.constantFrom('prompt', 'answer', null), text: maybe(text) })
  .map(aMessage)

/** Items that differ in what queries ask for. */
export const anyItem: fc.Arbitrary<Item> = fc
  .record({
    kind: fc.constantFrom('interaction', 'agent-admin', 'other'),
    occurredAt: fc.constantFrom(...TIMES),
    receivedAt: fc.constantFrom(...TIMES),
    custodians: fc.uniqueArray(fc.constantFrom(...PEOPLE), { maxLength: 2 }),
    surface: maybe(fc.constantFrom('Word', 'Chat', 'Teams')),
    sessionId: maybe(id),
    requestIds: ids,
    conversationId: maybe(id),
    operations: fc.uniqueArray(fc.constantFrom('CopilotInteraction', 'BotCreate'), {
      maxLength: 2,
    }),
    recordTypes: fc.uniqueArray(fc.constantFrom('CopilotInteraction', '999'), { maxLength: 1 }),
    recordTypeNumbers: fc.uniqueArray(fc.constantFrom(261, 999), { maxLength: 1 }),
    workloads: fc.uniqueArray(fc.constantFrom('Copilot', 'MicrosoftTeams'), { maxLength: 1 }),
    agent: maybe(
      fc.constant({
        id: 'T_1.Plan',
        key: '1.Plan',
        name: 'Café Planner',
        appIdentity: null,
        kind: 'declarative',
        origin: 'customer',
      } as const),
    ),
    messages: fc.array(message, { maxLength: 4 }),
    resources: fc
      .uniqueArray(fc.constantFrom(...FILES), { maxLength: 2 })
      .map((files) => files.map(aResource)),
    labels: fc.uniqueArray(fc.constantFrom('l-1', 'l-2'), { maxLength: 2 }),
    jailbreak: flag,
    xpia: flag,
    web: flag,
    automatic: flag,
    dlp: fc.constantFrom('blocked', 'audited', 'none', null),
    credits: maybe(
      fc.constantFrom(2, 12.5, 0).map((total) => ({
        ruleSet: 'v1.2',
        basis: 'CustomEngine' as const,
        total,
        breakdown: {},
      })),
    ),
    text,
    recordIds: ids,
    versions: fc.nat({ max: 2 }),
  })
  .map((changes) => anItem(changes))

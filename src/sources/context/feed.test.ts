import { beforeEach, expect, test } from 'vitest'
import { referenceData } from '../../interactions/reference/rows.ts'
import { ADELE, smallTenant } from '../../tenant/emulator/graph/testing.ts'
import type { Json, Place } from '../feed.ts'
import { MemoryDesk, memoryClient, runFeed } from '../memory-desk.suite.ts'
import { contextLookUps } from './feed.ts'

const DAY = 86_400_000
const KINDS = ['site', 'file', 'meeting'] as const
const SITE: Place = { kind: 'site', key: 'https://contoso.sharepoint.com/sites/legal', person: '' }
const FILE: Place = {
  kind: 'file',
  key: 'https://contoso.sharepoint.com/sites/legal/Shared%20Documents/Term%20sheet.docx',
  person: '',
}
const MEETING: Place = {
  kind: 'meeting',
  key: '19:meeting_YTk1NmQ0OTctZDU4ZC00ZTVi@thread.v2',
  person: ADELE.id,
}
let desk: MemoryDesk
beforeEach(() => {
  desk = new MemoryDesk('2026-03-04T12:00:00Z')
  desk.named = [SITE, FILE, MEETING]
})

const ROLES = ['Sites.Read.All', 'Files.Read.All', 'Chat.ReadBasic.All', 'OnlineMeetings.Read.All']

function emulated(roles: readonly string[] = ROLES) {
  const tenant = smallTenant({})
  return memoryClient(async ({ url, method = 'GET', json = null }) => {
    const path = String(url).replace(/^.*?\/v1\.0/, '')
    const { status, text } = await tenant.ask(method, path, json, roles)
    return { status, body: text }
  }, roles)
}

interface Asked {
  readonly id: string
  readonly url: string
}

/** Answers each request of a batch with what it is given for it. */
const batched = (answer: (url: string) => object, roles = ROLES) =>
  memoryClient(
    ({ json }) => ({
      body: { responses: requestsOf(json).map(({ id, url }) => ({ id, ...answer(url) })) },
    }),
    roles,
  )

function requestsOf(json: unknown): readonly Asked[] {
  const { requests }: { requests: Asked[] } = JSON.parse(JSON.stringify(json))
  return requests
}

const never = new AbortController().signal
const sites = (count: number): Place[] =>
  Array.from({ length: count }, (_, n) => ({
    kind: 'site',
    key: `https://contoso.sharepoint.com/sites/s${n}`,
    person: '',
  }))

const kept = () => desk.references.flatMap(({ text }) => referenceData(text, 'context').rows)

test('what records name by address or id is looked up and kept by its name', async () => {
  const { client } = emulated()
  await runFeed(contextLookUps({ client, kinds: KINDS, askAgainMs: 30 * DAY }), desk)

  expect(kept()).toMatchObject([
    { subject: 'place', kind: 'site', key: SITE.key, name: 'legal' },
    { subject: 'place', kind: 'file', key: FILE.key, name: 'Term sheet.docx' },
    { subject: 'place', kind: 'meeting', key: MEETING.key, at: '2024-03-11T09:30:00Z' },
  ])
})

test('only the kinds that are switched on are asked for, each place once', async () => {
  const { client, asked } = emulated()
  const feed = contextLookUps({ client, kinds: ['site'], askAgainMs: 30 * DAY })
  await runFeed(feed, desk)
  await runFeed(feed, desk)

  expect(asked).toHaveLength(1)
  expect(desk.references).toHaveLength(1)
})

test('that Graph knows nothing of a place is kept as an answer, without a name', async () => {
  const { client } = batched(() => ({ status: 404, body: { error: { code: 'itemNotFound' } } }))
  const ended = await runFeed(contextLookUps({ client, kinds: KINDS, askAgainMs: DAY }), desk)

  expect([...ended.values()]).toEqual(['done', 'done', 'done'])
  expect(kept()).toMatchObject([{ name: null }, { name: null }, { name: null }])
  expect(desk.references[0]?.text).toContain('itemNotFound')
  expect([...desk.notices]).toEqual([])
})

test('what Microsoft refuses although the role is there is told with its fix, and asked for again the next day', async () => {
  const { client } = batched(() => ({ status: 403, body: { error: { code: 'Forbidden' } } }))
  await runFeed(contextLookUps({ client, kinds: ['meeting'], askAgainMs: 30 * DAY }), desk)

  expect([...desk.notices.values()]).toMatchObject([
    { code: 'LOOK_UP_REFUSED', subject: 'meeting' },
  ])
  expect([...desk.notices.values()][0]?.message).toContain('New-CsApplicationAccessPolicy')
  expect(desk.askedAt.get(`meeting ${MEETING.key}`)).toBe('2026-02-03T12:00:00.000Z')
})

test('a meeting whose list is refused keeps its name, and the refusal is told', async () => {
  const chat = {
    topic: 'Steering committee',
    onlineMeetingInfo: {
      joinWebUrl: 'https://teams.microsoft.com/l/x',
      organizer: { id: ADELE.id },
    },
  }
  const { client } = batched((url) =>
    url.startsWith('/chats/')
      ? { status: 200, body: chat }
      : { status: 403, body: { error: { code: 'Forbidden' } } },
  )
  await runFeed(contextLookUps({ client, kinds: ['meeting'], askAgainMs: 30 * DAY }), desk)

  expect(kept()).toMatchObject([{ name: 'Steering committee', at: null }])
  expect([...desk.notices.values()]).toMatchObject([
    { code: 'LOOK_UP_REFUSED', subject: 'meeting' },
  ])
  expect(desk.askedAt.get(`meeting ${MEETING.key}`)).toBe('2026-02-03T12:00:00.000Z')
})

test('a kind whose permission is missing is told with its fix, and the others are asked for', async () => {
  const { client } = emulated(['Sites.Read.All'])
  const feed = contextLookUps({ client, kinds: ['site', 'meeting'], askAgainMs: DAY })
  const notices = (await feed.check?.(desk, new AbortController().signal)) ?? []
  await runFeed(feed, desk)

  expect(notices).toMatchObject([{ code: 'PERMISSION_MISSING', subject: 'meeting' }])
  expect(notices[0]?.message).toContain('Chat.ReadBasic.All')
  expect([...desk.notices.values()]).toMatchObject([{ subject: 'meeting' }])
  expect(kept()).toMatchObject([{ kind: 'site' }])
})

test('twenty places are asked for in one request, and their answers may come in any order', async () => {
  desk.named = sites(45)
  const { client, asked } = emulated()
  await runFeed(contextLookUps({ client, kinds: KINDS, askAgainMs: DAY }), desk)

  expect(asked.map(({ json }) => requestsOf(json).length)).toEqual([20, 20, 5])
  expect(asked.every(({ path }) => path === '/v1.0/$batch')).toBe(true)
  expect(kept()).toMatchObject(sites(45).map(({ key }) => ({ key, name: key.split('/').at(-1) })))
})

test('answers are kept to the character, as they came', async () => {
  const body =
    '{ "displayName" : "Legal \\u0026 more",\n "webUrl":"https:\\/\\/contoso.sharepoint.com\\/sites\\/legal" }'
  const { client } = memoryClient(
    () => ({ body: `{"responses":[ {"body": ${body} ,"status":200,"id":"1"} ]}` }),
    ROLES,
  )
  await runFeed(contextLookUps({ client, kinds: ['site'], askAgainMs: DAY }), desk)

  expect(kept()).toMatchObject([{ name: 'Legal & more' }])
  const { value }: { value: { answers: string[] }[] } = JSON.parse(desk.references[0]?.text ?? '')
  expect(value[0]?.answers).toEqual([body])
})

test('what is throttled within a batch waits for as long as it says, and the rest is kept at once', async () => {
  desk.named = sites(3)
  let throttled = true
  const { client, asked } = batched((url) =>
    throttled && url.endsWith('s1')
      ? { status: 429, headers: { 'Retry-After': '150' }, body: { error: {} } }
      : { status: 200, body: { displayName: url.split('/').at(-1) } },
  )
  const feed = contextLookUps({ client, kinds: ['site'], askAgainMs: DAY })
  await feed.plan(desk, never)
  const [unit] = desk.units
  if (unit === undefined) throw new Error('nothing was planned')
  const outcome = await feed.fetch(unit, desk, never)

  expect(outcome).toMatchObject({ state: 'wait', until: '2026-03-04T12:02:30.000Z' })
  expect(kept()).toMatchObject([{ name: 's0' }, { name: 's2' }])
  throttled = false
  const body: Json = JSON.parse(JSON.stringify('body' in outcome ? outcome.body : null))
  expect(await feed.fetch({ ...unit, body }, desk, never)).toEqual({ state: 'done' })
  expect(asked.map(({ json }) => requestsOf(json).length)).toEqual([3, 1])
  expect(kept()).toMatchObject([{ name: 's0' }, { name: 's2' }, { name: 's1' }])
})

test('what is never answered is told and asked for tomorrow, and holds up nothing', async () => {
  desk.named = sites(1)
  const { client, asked } = batched(() => ({ status: 503, headers: {}, body: null }))
  const feed = contextLookUps({ client, kinds: ['site'], askAgainMs: 30 * DAY })
  await feed.plan(desk, never)
  let unit = desk.units[0]
  for (let times = 0; unit !== undefined && times < 50; times += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each waits for the one before
    const outcome = await feed.fetch(unit, desk, never)
    if (outcome.state !== 'wait') break
    unit = { ...unit, body: outcome.body ?? null }
  }

  expect(asked).toHaveLength(5)
  expect([...desk.notices.values()]).toMatchObject([
    { code: 'LOOK_UP_UNANSWERED', subject: 'site' },
  ])
  expect(desk.askedAt.get(`site ${sites(1)[0]?.key}`)).toBe('2026-02-03T12:00:00.000Z')
})

const LEGAL = 'https://contoso.sharepoint.com/sites/legal'
test.each([
  [
    `${LEGAL}/Shared%20Documents/a/Term%20sheet.docx`,
    '/sites/contoso.sharepoint.com:/sites/legal:/drive/root:/a/Term%20sheet.docx',
  ],
  [
    'https://contoso-my.sharepoint.com/personal/adele_contoso_com/Documents/a.docx',
    '/sites/contoso-my.sharepoint.com:/personal/adele_contoso_com:/drive/root:/a.docx',
  ],
  [
    'https://contoso.sharepoint.com/Shared%20Documents/a.docx',
    '/sites/contoso.sharepoint.com/drive/root:/a.docx',
  ],
  [`${LEGAL}/Contracts/a.docx`, '/shares/u!'],
  [
    `${LEGAL}/_layouts/15/Doc.aspx?sourcedoc=%7B9FDE1491-B079-4180-9B1E-B87F4ACA19F7%7D`,
    '/shares/u!',
  ],
])(
  'a file is asked for by its path where a permission to read is enough: %s',
  async (key, path) => {
    desk.named = [{ kind: 'file', key, person: '' }]
    const { client, asked } = emulated()
    await runFeed(contextLookUps({ client, kinds: ['file'], askAgainMs: DAY }), desk)

    expect(requestsOf(asked[0]?.json)[0]?.url).toContain(path)
    expect(kept()).toMatchObject([{ name: expect.stringMatching(/\.docx$/) }])
  },
)

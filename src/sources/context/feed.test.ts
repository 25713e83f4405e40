import { beforeEach, expect, test } from 'vitest'
import { referenceData } from '../../interactions/reference/rows.ts'
import { ADELE, smallTenant } from '../../tenant/emulator/graph/testing.ts'
import type { Place } from '../feed.ts'
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
  return memoryClient(async ({ url }) => {
    const path = String(url).replace(/^.*?\/v1\.0/, '')
    const { status, text } = await tenant.ask('GET', path, null)
    return { status, body: text }
  }, roles)
}

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
  const { client } = memoryClient(
    () => ({ status: 404, body: { error: { code: 'itemNotFound' } } }),
    ROLES,
  )
  const ended = await runFeed(contextLookUps({ client, kinds: KINDS, askAgainMs: DAY }), desk)

  expect([...ended.values()]).toEqual(['done', 'done', 'done'])
  expect(kept()).toMatchObject([{ name: null }, { name: null }, { name: null }])
  expect(desk.references[0]?.text).toContain('itemNotFound')
  expect([...desk.notices]).toEqual([])
})

test('what Microsoft refuses although the role is there is told with its fix, and asked for again the next day', async () => {
  const { client } = memoryClient(
    () => ({ status: 403, body: { error: { code: 'Forbidden' } } }),
    ROLES,
  )
  await runFeed(contextLookUps({ client, kinds: ['meeting'], askAgainMs: 30 * DAY }), desk)

  expect([...desk.notices.values()]).toMatchObject([
    { code: 'LOOK_UP_REFUSED', subject: 'meeting' },
  ])
  expect([...desk.notices.values()][0]?.message).toContain('New-CsApplicationAccessPolicy')
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

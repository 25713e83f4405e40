import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  ADELE,
  item,
  MINUTE,
  NOON,
  pages,
  smallTenant,
  WITHOUT_LICENCE,
  WITHOUT_MAILBOX,
  stored,
} from './testing.ts'
import { field } from './wire.ts'

const path = (who: string) =>
  `/copilot/users/${who}/interactionHistory/getAllEnterpriseInteractions`
const HISTORY = path(ADELE.id)
const ids = (page: { readonly value: readonly unknown[] }) =>
  page.value.map((one) => field(one, 'id'))
const idOf = (minutesAgo: number) => String(NOON - minutesAgo * MINUTE)

test('a page has ten items unless more are asked for, and a hundred at most', async () => {
  const tenant = smallTenant({ mailbox: Array.from({ length: 120 }, (_, n) => item(n)) })
  expect((await tenant.get(HISTORY)).value).toHaveLength(10)
  expect((await tenant.get(`${HISTORY}?$top=100`)).value).toHaveLength(100)
  expect(await tenant.get(`${HISTORY}?$top=101`)).toMatchObject({
    status: 400,
    json: { error: { code: 'BadRequest', innerError: { 'request-id': expect.any(String) } } },
  })
})

test('pages go through one mailbox folder after the other, newest first, and lose nothing', async () => {
  const mailbox = Array.from({ length: 45 }, (_, n) =>
    item(n, { folder: n % 3 === 0 ? 'TeamChat' : 'TeamsMessagesData' }),
  )
  const found = await pages(smallTenant({ mailbox }), HISTORY)
  const expected = [
    ...mailbox.filter((_, n) => n % 3 > 0),
    ...mailbox.filter((_, n) => n % 3 === 0),
  ]
  expect(found.flatMap(ids)).toEqual(expected.map(({ id }) => id))
  const token = new URLSearchParams(found[0]?.next?.split('?')[1]).get('$skiptoken') ?? ''
  expect(Buffer.from(token, 'base64').toString()).toBe(
    'SkipValue=10#MailboxFolder=MailFolders/TeamsMessagesData',
  )
  // The count is not that of the last page.
  const last = found.at(-1)
  expect(field(last?.json, '@odata.count')).not.toBe(last?.value.length)
})

test('the path is compared without case, and a person is found by name or id', async () => {
  const tenant = smallTenant({ mailbox: [item(1)] })
  const other = path(ADELE.upn.toUpperCase()).replace(
    'interactionHistory/get',
    'INTERACTIONHISTORY/GET',
  )
  expect((await tenant.get(other)).value).toHaveLength(1)
})

test('both bounds of the filter are strict, and classes may be joined to them', async () => {
  const excel = { appClass: 'ipm.skypeteams.message.copilot.excel' }
  const tenant = smallTenant({ mailbox: [item(10), item(20, excel), item(30), item(40)] })
  const bounds = `createdDateTime gt ${new Date(NOON - 40 * MINUTE).toISOString()} and createdDateTime lt ${new Date(NOON - 10 * MINUTE).toISOString()}`
  expect(ids(await tenant.get(`${HISTORY}?$filter=${bounds}`))).toEqual([idOf(20), idOf(30)])
  const joined = `${bounds} and (AppClass eq 'IPM.SkypeTeams.Message.Copilot.Excel' or appclass eq 'IPM.SkypeTeams.Message.Copilot.Teams')`
  expect(ids(await tenant.get(`${HISTORY}?$filter=${joined}`))).toEqual([idOf(20)])
})

test.each([
  'createdDateTime ge 2026-01-01T00:00:00Z',
  "locale eq 'en-us'",
  'createdDateTime gt yesterday',
])('the filter %s is refused', async (filter) => {
  expect(await smallTenant({}).get(`${HISTORY}?$filter=${filter}`)).toMatchObject({ status: 400 })
})

test('what has not arrived yet is not served, and of two versions only the one that holds now', async () => {
  const changed = {
    ...item(60),
    version: 2,
    availableMs: NOON + MINUTE,
    lies: stored('{"id":"later"}'),
  }
  const mailbox = [item(60, { replacedMs: NOON + MINUTE }), changed]
  const tenant = smallTenant({ mailbox })
  expect(ids(await tenant.get(HISTORY))).toEqual([idOf(60)])
  tenant.pass(MINUTE)
  expect(ids(await tenant.get(HISTORY))).toEqual(['later'])
})

test('who has no licence, no mailbox or no account is refused, each as Graph does', async () => {
  const tenant = smallTenant({})
  expect(await tenant.get(path(WITHOUT_LICENCE.id))).toMatchObject({
    status: 403,
    json: { error: { code: 'Forbidden' } },
  })
  expect((await tenant.get(path(WITHOUT_MAILBOX.id))).status).toBe(404)
  expect((await tenant.get(path('nobody@contoso.com'))).status).toBe(404)
  expect((await tenant.get(HISTORY, ['User.Read.All'])).status).toBe(403)
})

test('faults: a refused filter, small pages, a page that names itself, a link that expired; each lets go in the end', async () => {
  const mailbox = Array.from({ length: 30 }, (_, n) => item(n))
  const filtered = `${HISTORY}?$filter=createdDateTime gt 2026-01-01T00:00:00Z`
  const refusing = smallTenant({ mailbox, faults: ['filter-refused'] })
  expect((await refusing.get(filtered)).status).toBe(400)
  expect((await refusing.get(filtered)).status).toBe(200)
  const small = await smallTenant({ mailbox, faults: ['small-pages'] }).get(`${HISTORY}?$top=100`)
  expect(small.value).toHaveLength(7)
  expect(small.next).not.toBeNull()
  const looping = await pages(smallTenant({ mailbox, faults: ['page-loops'] }), HISTORY)
  expect(looping.flatMap(ids)).toHaveLength(50)
  expect(new Set(looping.flatMap(ids)).size).toBe(30)
  const expiring = smallTenant({ mailbox, faults: ['expired-links'] })
  const next = (await expiring.get(HISTORY)).next ?? ''
  expect((await expiring.get(next)).status).toBe(400)
  expect((await expiring.get(next)).status).toBe(200)
})

test('a page has the shape of Microsoft’s own example', async (context) => {
  const sample =
    '../shared/samples/ms-graph-aiinteraction/aiinteraction-teams-meeting.response.json'
  if (!existsSync(sample)) context.skip(`there is no ${sample}`)
  const example: unknown = JSON.parse(readFileSync(sample, 'utf8'))
  const page = await smallTenant({ mailbox: [item(1)] }).get(HISTORY)
  expect(page.json).toMatchObject(
    Object.fromEntries(Object.keys(Object(example)).map((name) => [name, expect.anything()])),
  )
})

test('a history has no delta, and none is there for the whole tenant', async () => {
  const tenant = smallTenant({ mailbox: [item(1)] })
  const call = 'interactionHistory/getAllEnterpriseInteractions'
  for (const other of [`/copilot/users/${ADELE.id}/${call}/delta`, `/copilot/${call}`])
    expect(await tenant.get(other)).toMatchObject({ status: 400, json: { error: {} } })
  expect((await tenant.get(`/COPILOT/Users/${ADELE.id}/${call.toUpperCase()}()`)).status).toBe(200)
})

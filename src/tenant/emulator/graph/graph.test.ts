import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ADELE, item, pages, smallTenant, WITHOUT_LICENCE, WITHOUT_MAILBOX } from './testing.ts'
import { field } from './wire.ts'

const DETAIL = "/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='D7')"
const SUMMARY = "/copilot/reports/getMicrosoft365CopilotUserCountSummary(period='D7')"
const PACKAGES = '/copilot/admin/catalog/packages'
const SAMPLES = '../shared/samples'
const sample = (name: string) => readFileSync(`${SAMPLES}/${name}`, 'utf8')
const absent = !existsSync(SAMPLES)
if (absent) process.stderr.write(`graph.test.ts: shapes are not compared, there is no ${SAMPLES}\n`)

test('people come with the plans and licences they have now, page by page', async () => {
  const tenant = smallTenant({})
  const found = await pages(
    tenant,
    '/users?$select=id,assignedPlans,assignedLicenses,preferredDataLocation&$top=2',
  )
  expect(found.map(({ value }) => value.length)).toEqual([2, 1])
  const people = found.flatMap(({ value }) => value)
  expect(people.map(statusOfChat)).toEqual(['Enabled', 'Deleted', 'Enabled'])
  expect(people[0]).toMatchObject({ id: ADELE.id, preferredDataLocation: 'NAM' })
  expect(people[0]).not.toHaveProperty('displayName')
})

test('without a selection a person has few properties; an unknown one is refused, and so is a filter', async () => {
  const tenant = smallTenant({})
  const { json } = await tenant.get(`/users/${ADELE.upn}`)
  expect(json).toMatchObject({ userPrincipalName: ADELE.upn, id: ADELE.id })
  expect(json).not.toHaveProperty('assignedPlans')
  expect((await tenant.get('/users?$select=shoeSize')).status).toBe(400)
  expect((await tenant.get("/users?$filter=startswith(mail,'a')")).status).toBe(400)
  expect((await tenant.get('/users/nobody')).status).toBe(404)
})

test('licences of a person and of the tenant are told', async () => {
  const tenant = smallTenant({})
  const of = async (id: string) => (await tenant.get(`/users/${id}/licenseDetails`)).value.length
  expect([await of(ADELE.id), await of(WITHOUT_LICENCE.id)]).toEqual([2, 1])
  const skus = (await tenant.get('/subscribedSkus')).value
  expect(skus).toMatchObject([
    { consumedUnits: 3 },
    { skuPartNumber: 'Microsoft_365_Copilot', consumedUnits: 2 },
  ])
})

test('the usage report is CSV in v1.0 and JSON in beta, two days behind, of licensed people alone', async () => {
  const word = item(3 * 24 * 60)
  const tenant = smallTenant({ mailbox: [word, item(60)] })
  const csv = await tenant.get(DETAIL)
  expect(csv.headers['content-type']).toBe('application/octet-stream')
  const [, first = '', ...others] = csv.text.trim().split('\r\n')
  expect(first).toBe(`2026-03-02,${ADELE.upn},${ADELE.displayName},2026-03-01,,,2026-03-01,,,,,,7`)
  // Somebody without a mailbox shows use that nothing else tells of.
  expect(others).toHaveLength(1)
  expect(others[0]).toMatch(new RegExp(`^2026-03-02,${WITHOUT_MAILBOX.upn},[^,]+,2026-`))
  const json = await tenant.get(`/beta${DETAIL}`)
  expect(json.value[0]).toMatchObject({
    wordCopilotLastActivityDate: '2026-03-01',
    excelCopilotLastActivityDate: '',
  })
})

const said = (minutesAgo: number, end: string, isPrompt: boolean) =>
  item(minutesAgo, { appClass: `ipm.skypeteams.message.copilot.${end}`, isPrompt })
const second = (period: string) => DETAIL.replace("'D7'", `'${period}',version='v2'`)

test('version 2 of the report has other periods and counts prompts and days', async () => {
  const day = 24 * 60
  const tenant = smallTenant({
    mailbox: [
      said(3 * day, 'bizchat', true),
      said(3 * day - 1, 'bizchat', false),
      said(4 * day, 'webchat', true),
      said(4 * day + 5, 'word', true),
    ],
  })
  const [header = '', first = ''] = (await tenant.get(second('D28'))).text.split('\r\n')
  expect(header).toMatch(/,Report Period,Prompts submitted for all apps,.*,Copilot Agent Last/)
  expect(first).toMatch(/,28,3,1,1,2,2026-03-01,2026-02-28,,,$/)
  expect(first.split(',')).toHaveLength(header.split(',').length)
  const json = await tenant.get(`/beta${second('D28')}`)
  expect(json.value[0]).toMatchObject({ promptsSubmittedForAllApps: 3 })
  for (const path of [second('D30'), DETAIL.replace('D7', 'D28'), second('D7').replace('v2', 'v3')])
    expect((await tenant.get(path)).status).toBe(400)
})

test('names in the report may be concealed', async () => {
  const { text } = await smallTenant({ faults: ['concealed-names'] }).get(DETAIL)
  expect(text).toMatch(/^2026-03-02,[0-9A-F]{32},[0-9A-F]{32},/m)
  expect(text).not.toContain('contoso')
})

test('a trend tells the same for each day', async () => {
  const trend = SUMMARY.replace('Summary', 'Trend')
  const tenant = smallTenant({ mailbox: [item(3 * 24 * 60)] })
  const [row] = (await tenant.get(`/beta${trend}`)).value
  const days = valuesOf({ value: field(row, 'adoptionByDate') })
  expect(days).toHaveLength(7)
  expect(days[1]).toMatchObject({
    reportDate: '2026-03-01',
    wordEnabledUsers: 2,
    wordActiveUsers: 1,
  })
  expect((await tenant.get(trend)).text.split('\r\n')).toHaveLength(9)
})

test('a report of an unknown period is refused', async () => {
  expect((await smallTenant({}).get(DETAIL.replace('D7', 'D9'))).status).toBe(400)
})

test.skipIf(absent)('reports and packages have the shape of Microsoft’s own examples', async () => {
  const tenant = smallTenant({})
  const figures = (page: unknown): unknown => {
    const [row] = valuesOf(page)
    return valuesOf({ value: field(row, 'adoptionByProduct') })[0]
  }
  const summary: unknown = JSON.parse(
    sample('ms-graph-copilot-reports/user-count-summary.beta.json'),
  )
  expect(names(figures((await tenant.get(`/beta${SUMMARY}`)).json))).toEqual(
    names(figures(summary)),
  )
  const detail = sample('ms-graph-copilot-reports/usage-user-detail.v1.csv').split(/\r?\n/)[0]
  expect((await tenant.get(DETAIL)).text.split('\r\n')[0]).toBe(detail)
  const header = sample('ms-graph-copilot-reports/user-count-summary.v1.csv').split(/\r?\n/)[0]
  expect((await tenant.get(SUMMARY)).text.split('\r\n')[0]).toBe(header)
  const listed: unknown = JSON.parse(
    sample('ms-graph-copilot-packages/copilotpackages-list-1.json'),
  )
  const [theirs] = valuesOf(listed)
  expect(names((await tenant.get(PACKAGES)).value[0])).toEqual(names(theirs))
})

function statusOfChat(person: unknown): unknown {
  const plans = field(person, 'assignedPlans')
  const all: readonly unknown[] = Array.isArray(plans) ? plans : []
  const chat = all.find(
    (plan) => field(plan, 'servicePlanId') === '3f30311c-6b1e-48a4-ab79-725b469da960',
  )
  return field(chat, 'capabilityStatus')
}

const names = (value: unknown) => Object.keys(Object(value)).toSorted()
function valuesOf(page: unknown): readonly unknown[] {
  const value = field(page, 'value')
  return Array.isArray(value) ? value : []
}

test('packages are listed, filtered by their hosts in any case, and shown with more', async () => {
  const tenant = smallTenant({})
  const [first] = (await tenant.get(PACKAGES)).value
  const hosts = field(first, 'supportedHosts')
  const host = Array.isArray(hosts) ? String(hosts[0]).toUpperCase() : ''
  const filter = (name: string) => `${PACKAGES}?$filter=supportedHosts/any(h:h eq '${name}')`
  expect((await tenant.get(filter(host))).value).toHaveLength(1)
  expect((await tenant.get(filter('Loop'))).value).toHaveLength(0)
  const types = field(first, 'elementTypes')
  const type = Array.isArray(types) ? String(types[0]) : ''
  const elements = `${PACKAGES}?$filter=elementTypes/any(e:e eq '${type}')`
  expect((await tenant.get(`${elements} and platform eq 'web'`)).value).toHaveLength(1)
  expect((await tenant.get(`${elements} and platform eq 'ios'`)).value).toHaveLength(0)
  expect((await tenant.get(`${PACKAGES}?$filter=publisher eq 'Contoso'`)).status).toBe(400)
  const detail = await tenant.get(`${PACKAGES}/${String(field(first, 'id'))}`)
  expect(detail.json).toHaveProperty('longDescription')
})

test('sites, files, chats and meetings are found by what a record says of them, and always the same', async () => {
  const tenant = smallTenant({})
  const site = await tenant.get('/sites/contoso.sharepoint.com:/sites/Budget-1')
  expect(site.json).toMatchObject({
    name: 'Budget-1',
    webUrl: 'https://contoso.sharepoint.com/sites/Budget-1',
  })
  expect((await tenant.get('/sites/contoso.sharepoint.com:/sites/Budget-1')).text).toBe(site.text)
  const url = 'https://contoso.sharepoint.com/sites/a/Shared%20Documents/Plan%20A.docx?web=1'
  const share = await tenant.get(`/shares/u!${Buffer.from(url).toString('base64url')}/driveItem`)
  expect(share.json).toMatchObject({
    name: 'Plan A.docx',
    parentReference: { driveId: expect.any(String) },
  })
  const inLibrary = '/sites/contoso.sharepoint.com:/sites/a:/drive/root:/Plan%20A.docx'
  expect((await tenant.get(inLibrary, ['Sites.Selected'])).json).toMatchObject({
    name: 'Plan A.docx',
    webUrl: 'https://contoso.sharepoint.com/sites/a/Shared%20Documents/Plan%20A.docx',
  })
  // What is granted for single sites opens some of them, and no link.
  const other = '/sites/contoso.sharepoint.com:/sites/b'
  const shared = `/shares/u!${Buffer.from(url).toString('base64url')}/driveItem`
  for (const path of [other, `${other}:/drive/root:/Plan%20A.docx`, shared]) {
    expect((await tenant.get(path, ['Sites.Selected'])).status).toBe(403)
    expect((await tenant.get(path, ['Sites.Read.All'])).status).toBe(200)
  }
  const chat = await tenant.get('/chats/19:meeting_abc@thread.v2')
  expect(chat.json).toMatchObject({ chatType: 'meeting', topic: expect.any(String) })
  const join = String(field(field(chat.json, 'onlineMeetingInfo'), 'joinWebUrl'))
  const listOf = async (person: string) =>
    tenant.get(
      `/users/${person}/onlineMeetings?$filter=${encodeURIComponent(`JoinWebUrl eq '${join}'`)}`,
    )
  expect((await listOf(WITHOUT_MAILBOX.id)).status).toBe(403)
  const meetings = await listOf(ADELE.id)
  expect(meetings.value).toMatchObject([
    { subject: field(chat.json, 'topic'), chatInfo: { threadId: '19:meeting_abc@thread.v2' } },
  ])
})

test('what does not exist is refused with an id to ask about', async () => {
  const answer = await smallTenant({}).get('/nothing/of/the/kind')
  expect(answer).toMatchObject({ status: 400, headers: { 'request-id': expect.any(String) } })
})

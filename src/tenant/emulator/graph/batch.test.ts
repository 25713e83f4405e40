import { expect, test } from 'vitest'
import { ADELE, item, smallTenant, type Asked } from './testing.ts'
import { field } from './wire.ts'

const DETAIL = "/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='D7')"
const HISTORY = `/copilot/users/${ADELE.id}/interactionHistory/getAllEnterpriseInteractions?$top=5`

const request = (id: string, url: string) => ({ id, method: 'GET', url })

test('a batch answers each of its requests for itself, and takes twenty at most', async () => {
  const tenant = smallTenant({ mailbox: [item(1)] })
  const requests = [request('1', HISTORY), request('2', '/users/nobody'), request('3', DETAIL)]
  const csv = Buffer.from('Report Refresh Date').toString('base64')
  expect(byId(await tenant.ask('POST', '/$batch', { requests }))).toMatchObject([
    { id: '1', status: 200, body: { value: [{ id: item(1).id }] } },
    { id: '2', status: 404, body: { error: { code: 'Request_ResourceNotFound' } } },
    { id: '3', status: 200, body: expect.stringContaining(csv.slice(0, 20)) },
  ])
  const many = Array.from({ length: 21 }, (_, n) => request(String(n), '/users'))
  expect((await tenant.ask('POST', '/$batch', { requests: many })).status).toBe(400)
})

test('the parts of a batch come in an order of their own, and each is throttled for itself', async () => {
  const tenant = smallTenant({ faults: ['throttled'] })
  const sites = ['a', 'b', 'c', 'd'].map((name) => `/sites/contoso.sharepoint.com:/sites/${name}`)
  const requests = sites.map((url, n) => request(String(n), url))
  const first = await tenant.ask('POST', '/$batch', { requests })
  expect(first.status).toBe(200)
  expect(responsesOf(first).map((part) => field(part, 'id'))).not.toEqual(['0', '1', '2', '3'])
  const throttled = { status: 429, headers: { 'Retry-After': '7' }, body: { error: {} } }
  expect(responsesOf(first)).toMatchObject([throttled, throttled, throttled, throttled])
  const second = responsesOf(await tenant.ask('POST', '/$batch', { requests }))
  expect(second.map((part) => field(part, 'status'))).toEqual([200, 200, 200, 200])
})

test('a part waits for what it depends on, and fails with it', async () => {
  const requests = [
    request('users', '/users'),
    request('nobody', '/users/nobody'),
    { ...request('after', '/users'), dependsOn: ['USERS'] },
    { ...request('lost', '/users'), dependsOn: ['nobody'] },
  ]
  const answer = await smallTenant({}).ask('POST', '/$batch', { requests })
  const statuses = Object.fromEntries(
    byId(answer).map((part) => [field(part, 'id'), field(part, 'status')]),
  )
  expect(statuses).toEqual({ users: 200, nobody: 404, after: 200, lost: 424 })
})

test.each([
  ['no requests', []],
  ['the same id twice', [request('1', '/users'), request('1', '/users')]],
  ['an address of its own', [request('1', 'https://graph.microsoft.com/v1.0/users')]],
  ['an unknown dependency', [{ ...request('1', '/users'), dependsOn: ['2'] }]],
  ['a body without its type', [{ ...request('1', '/users'), body: {} }]],
])('a batch with %s is refused whole', async (_what, requests) => {
  expect(await smallTenant({}).ask('POST', '/$batch', { requests })).toMatchObject({ status: 400 })
})

test('a batch holds no batch, and says nothing of the emulator', async () => {
  const tenant = smallTenant({ mailbox: [item(1)] })
  const requests = [request('1', '/$batch'), request('2', HISTORY)]
  const answer = await tenant.ask('POST', '/$batch', { requests })
  expect(byId(answer)).toMatchObject([{ status: 400 }, { status: 200 }])
  expect(answer.text).not.toContain('x-emulator')
})

function responsesOf({ json }: Asked): readonly unknown[] {
  const responses = field(json, 'responses')
  return Array.isArray(responses) ? responses : []
}

const byId = (answer: Asked): readonly unknown[] =>
  responsesOf(answer).toSorted((a, b) => (String(field(a, 'id')) < String(field(b, 'id')) ? -1 : 1))

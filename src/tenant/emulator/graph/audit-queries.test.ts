import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { auditEvent, MINUTE, NOON, pages, smallTenant, type SmallTenant } from './testing.ts'
import { field, textField } from './wire.ts'

const QUERIES = '/security/auditLog/queries'
const EVENTS = Array.from({ length: 40 }, (_, n) => auditEvent(n * 5, n))
const wanted = {
  displayName: 'one day',
  filterStartDateTime: new Date(NOON - 24 * 60 * MINUTE).toISOString(),
  filterEndDateTime: new Date(NOON).toISOString(),
  operationFilters: ['CopilotInteraction'],
}
const ids = (page: { readonly value: readonly unknown[] }) =>
  page.value.map((one) => textField(one, 'id'))

/** Asks, waits until it must have ended, and gives the path of the query. */
async function ended(tenant: SmallTenant, roles?: readonly string[]): Promise<string> {
  const made = await tenant.ask('POST', QUERIES, wanted, roles)
  tenant.pass(4 * 60 * MINUTE)
  return `${QUERIES}/${textField(made.json, 'id')}`
}

test('a query takes minutes to hours, and gives its records only when it has succeeded', async () => {
  const tenant = smallTenant({ audit: EVENTS })
  const made = await tenant.ask('POST', QUERIES, wanted)
  expect(made).toMatchObject({ status: 201, json: { status: 'notStarted' } })
  const path = `${QUERIES}/${textField(made.json, 'id')}`
  tenant.pass(4 * MINUTE)
  expect(await tenant.get(path)).toMatchObject({ json: { status: 'running' } })
  expect((await tenant.get(`${path}/records`)).status).toBe(400)
  tenant.pass(4 * 60 * MINUTE)
  expect(await tenant.get(path)).toMatchObject({
    json: {
      status: 'succeeded',
      isRecordCountLimitExceeded: false,
      approximateReturnedRecordCount: 39,
    },
  })
  const found = (await pages(tenant, `${path}/records?$top=15`)).flatMap(ids)
  expect(new Set(found).size).toBe(39)
})

test('a record is wrapped: names instead of numbers outside, a zone and OData’s marks inside', async () => {
  const tenant = smallTenant({ audit: EVENTS })
  const [record] = (await tenant.get(`${await ended(tenant)}/records`)).value
  expect(record).toMatchObject({
    auditLogRecordType: 'copilotInteraction',
    operation: 'CopilotInteraction',
    userType: 'regular',
    userPrincipalName: 'adele@contoso.com',
    auditData: { '@odata.type': expect.any(String), RecordType: 261 },
  })
  expect(textField(field(record, 'auditData'), 'CreationTime')).toMatch(/Z$/)
})

test('some records have their data as JSON in a string, always the same ones', async () => {
  const tenant = smallTenant({ audit: EVENTS })
  const path = `${await ended(tenant)}/records`
  const texts = async () =>
    (await tenant.get(path)).value
      .map((record) => field(record, 'auditData'))
      .filter((data) => typeof data === 'string')
  const first = await texts()
  expect(first.length).toBeGreaterThan(0)
  expect(first.length).toBeLessThan(20)
  expect(JSON.parse(first[0] ?? '')).toMatchObject({ Operation: 'CopilotInteraction' })
  expect(await texts()).toEqual(first)
})

test.each([
  [{ serviceFilter: 'Copilot' }, 39],
  [{ serviceFilters: ['Exchange'] }, 0],
  [{ userPrincipalNameFilters: ['ADELE@contoso.com'] }, 39],
  [{ ipAddressFilters: ['192.0.2.7'] }, 0],
  [{ objectIdFilters: ['nothing'] }, 0],
  [{ keywordFilter: 'word' }, 39],
])('a query finds what %o asks for', async (filters, count) => {
  const tenant = smallTenant({ audit: EVENTS })
  const made = await tenant.ask('POST', QUERIES, { ...wanted, ...filters })
  tenant.pass(4 * 60 * MINUTE)
  expect(await tenant.get(`${QUERIES}/${textField(made.json, 'id')}`)).toMatchObject({
    json: {
      approximateReturnedRecordCount: count,
      ...('serviceFilters' in filters ? {} : filters),
    },
  })
})

test('a query may be cut off though it succeeded, and reads otherwise the first time', async () => {
  const tenant = smallTenant({ audit: EVENTS, faults: ['query-truncated', 'query-unstable'] })
  const path = await ended(tenant)
  expect(await tenant.get(path)).toMatchObject({
    json: {
      status: 'succeeded',
      isRecordCountLimitExceeded: true,
      approximateReturnedRecordCount: 24,
    },
  })
  const first = (await pages(tenant, `${path}/records?$top=10`)).flatMap(ids)
  const second = (await pages(tenant, `${path}/records?$top=10`)).flatMap(ids)
  const third = (await pages(tenant, `${path}/records?$top=10`)).flatMap(ids)
  expect(first.length).toBeLessThan(second.length)
  expect(third).toEqual(second)
})

test('a query may fail or be cancelled after all its time, and the same one asked anew succeeds', async () => {
  const tenant = smallTenant({ audit: EVENTS, faults: ['server-errors'] })
  const first = await ended(tenant)
  expect(await tenant.get(first)).toMatchObject({
    json: { status: expect.stringMatching(/^(?:failed|cancelled)$/) },
  })
  expect((await tenant.get(`${first}/records`)).status).toBe(400)
  expect(await tenant.get(await ended(tenant))).toMatchObject({ json: { status: 'succeeded' } })
})

test('with the wrong permission a query succeeds and finds nothing; with none it is refused', async () => {
  const tenant = smallTenant({ audit: EVENTS })
  const path = await ended(tenant, ['AuditLog.Read.All'])
  expect(await tenant.get(path)).toMatchObject({
    json: { status: 'succeeded', approximateReturnedRecordCount: 0 },
  })
  expect((await tenant.ask('POST', QUERIES, wanted, ['User.Read.All'])).status).toBe(403)
})

test('v1.0 does not know the record type by its name, beta does', async () => {
  const tenant = smallTenant({ audit: EVENTS })
  const body = { ...wanted, recordTypeFilters: ['copilotInteraction'] }
  expect((await tenant.ask('POST', QUERIES, body)).status).toBe(400)
  expect((await tenant.ask('POST', `/beta${QUERIES}`, body)).status).toBe(201)
})

test('the eleventh query at the same time is told to wait', async () => {
  const tenant = smallTenant({})
  for (let n = 0; n < 10; n++)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect((await tenant.ask('POST', QUERIES, wanted)).status).toBe(201)
  const eleventh = await tenant.ask('POST', QUERIES, wanted)
  expect(eleventh).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
})

test('the state of a query has the properties of the example', async (context) => {
  const sample = '../shared/samples/pnp-analytics-tests/graph-audit-query-status.json'
  if (!existsSync(sample)) context.skip(`there is no ${sample}`)
  const example: unknown = JSON.parse(readFileSync(sample, 'utf8'))
  const tenant = smallTenant({ audit: EVENTS })
  const { json } = await tenant.get(await ended(tenant))
  expect(Object.keys(Object(json))).toEqual(expect.arrayContaining(Object.keys(Object(example))))
})

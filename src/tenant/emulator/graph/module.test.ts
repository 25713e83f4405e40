import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTenant, type EmulatedTenant } from '../server.ts'
import { testCertificate } from './testing-certificate.ts'
import { field, textField } from './wire.ts'

// One small tenant over the wire: what the other tests leave out.

let tenant: EmulatedTenant
beforeAll(async () => {
  tenant = await startTenant({
    seed: 1,
    port: 0,
    rate: 1,
    start: new Date('2026-03-04T12:00:00Z'),
    people: 80,
    recordsPerDay: 200,
    backlogDays: 1,
    blobRecords: 100,
    lateness: 'usual',
    faults: new Set(),
    cloud: 'commercial',
  })
})
afterAll(async () => tenant.close())

async function tokenFor(host: string): Promise<string> {
  const url = `${tenant.url}/login.microsoftonline.com/${tenant.tenantId}/oauth2/v2.0/token`
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: tenant.clientId,
    client_secret: tenant.secret,
    scope: `https://${host}/.default`,
  })
  const json: unknown = await (await fetch(url, { method: 'POST', body })).json()
  return textField(json, 'access_token')
}

async function get(url: string, token: string): Promise<{ status: number; json: unknown }> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const json: unknown = await answer.json()
  return { status: answer.status, json }
}

const list = (json: unknown): readonly unknown[] => {
  const value = field(json, 'value')
  return Array.isArray(value) ? value : []
}

test('every person’s history over the wire is what the ledger says can be fetched, no more and no less', async () => {
  const token = await tokenFor('graph.microsoft.com')
  const root = `${tenant.url}/graph.microsoft.com/v1.0`
  const people = list((await get(`${root}/users?$select=id&$top=999`, token)).json)
  const histories = people.map(async (person) => {
    const id = textField(person, 'id')
    const found: string[] = []
    let url = `${root}/copilot/users/${id}/interactionHistory/getAllEnterpriseInteractions?$top=100`
    while (url !== '') {
      // oxlint-disable-next-line no-await-in-loop -- a page names the next one
      const { json } = await get(url, token)
      for (const one of list(json))
        found.push(`${id} ${textField(one, 'sessionId')} ${textField(one, 'id')}`)
      url = textField(json, '@odata.nextLink')
    }
    return found
  })
  const served = (await Promise.all(histories)).flat()
  const ledger = await (await fetch(`${tenant.url}/emulator/ledger/records`)).text()
  const lines = ledger.trim().split('\n')
  const offered = lines.flatMap((line) => {
    const record: unknown = JSON.parse(line)
    if (field(record, 'kind') !== 'interaction') return []
    return [['user', 'session', 'id'].map((name) => textField(record, name)).join(' ')]
  })
  expect(served.length).toBeGreaterThan(20)
  expect(served.toSorted()).toEqual(offered.toSorted())
})

test('no token, a token for another host and an unknown version are refused', async () => {
  const users = `${tenant.url}/graph.microsoft.com/v1.0/users`
  expect(await get(users, 'nothing')).toMatchObject({
    status: 401,
    json: { error: { code: 'InvalidAuthenticationToken' } },
  })
  expect((await get(users, await tokenFor('manage.office.com'))).status).toBe(401)
  const token = await tokenFor('graph.microsoft.com')
  expect((await get(users.replace('v1.0', 'v2.0'), token)).status).toBe(400)
})

test('telemetry is served to its own audience', async () => {
  const url = `${tenant.url}/api.applicationinsights.io/v1/apps/5d0a4c1e-8f2b-4b6d-9c3a-1e7f60d2a948/query`
  const ask = async (token: string) =>
    fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'customEvents | take 2', timespan: 'P1D' }),
    })
  expect((await ask(await tokenFor('graph.microsoft.com'))).status).toBe(401)
  const answer: unknown = await (await ask(await tokenFor('api.applicationinsights.io'))).json()
  expect(answer).toMatchObject({ tables: [{ name: 'PrimaryResult', rows: { length: 2 } }] })
})

test('a subscriber on this machine echoes the token, and is then told of what became available', async () => {
  const told: unknown[] = []
  const server = createServer((request, response) => {
    const token = new URL(request.url ?? '', 'http://here').searchParams.get('validationToken')
    response.setHeader('content-type', 'text/plain')
    if (token !== null) {
      response.end(token)
      return
    }
    let text = ''
    request.on('data', (part: Buffer) => {
      text += part.toString()
    })
    request.on('end', () => {
      told.push(...list(JSON.parse(text)))
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const now = tenant.world.now()
    const answer = await fetch(`${tenant.url}/graph.microsoft.com/v1.0/subscriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokenFor('graph.microsoft.com')}` },
      body: JSON.stringify({
        changeType: 'created,updated',
        notificationUrl: `http://127.0.0.1:${port}/told`,
        lifecycleNotificationUrl: `http://127.0.0.1:${port}/lifecycle`,
        resource: '/copilot/interactionHistory/getAllEnterpriseInteractions',
        includeResourceData: true,
        encryptionCertificate: testCertificate().certificate,
        encryptionCertificateId: 'mine',
        expirationDateTime: new Date(now + 24 * 3_600_000).toISOString(),
      }),
    })
    expect(answer.status).toBe(201)
    tenant.world.clock.advanceTo(now + 3 * 3_600_000)
    await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(3)
    expect(told[0]).toMatchObject({
      changeType: 'created',
      encryptedContent: { dataSignature: expect.any(String) },
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('items have the properties of those in Microsoft’s own examples, down to their attachments', async (context) => {
  const folder = '../shared/samples/ms-graph-aiinteraction'
  if (!existsSync(folder)) context.skip(`there is no ${folder}`)
  const sample: unknown = JSON.parse(
    readFileSync(`${folder}/aiinteraction-bizchat-filter.response.json`, 'utf8'),
  )
  const token = await tokenFor('graph.microsoft.com')
  const root = `${tenant.url}/graph.microsoft.com/v1.0`
  const people = list((await get(`${root}/users?$select=id`, token)).json)
  const filter = `$filter=appClass eq 'IPM.SkypeTeams.Message.Copilot.BizChat'&$top=100`
  const histories = people.map(async (person) => {
    const path = `copilot/users/${textField(person, 'id')}/interactionHistory/getAllEnterpriseInteractions`
    return list((await get(`${root}/${path}?${filter}`, token)).json)
  })
  const served = (await Promise.all(histories)).flat()
  for (const type of ['aiResponse', 'userPrompt']) {
    const of = (all: readonly unknown[]) =>
      all.find((one) => field(one, 'interactionType') === type && !isMarked(one))
    const [ours, theirs] = [of(served), of(list(sample))]
    expect(names(ours)).toEqual(names(theirs))
    expect(names(field(ours, 'from'))).toEqual(names(field(theirs, 'from')))
    // Other answers of Graph's have two properties more.
    const attached = expect.arrayContaining(firstNames(theirs, 'attachments'))
    expect(firstNames(ours, 'attachments')).toEqual(attached)
  }
})

const isMarked = (one: unknown) => field(one, '@odata.type') !== undefined
const names = (value: unknown) => Object.keys(Object(value)).toSorted()
const firstNames = (one: unknown, property: string) =>
  names(list({ value: field(one, property) })[0])

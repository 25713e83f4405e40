// Microsoft's own examples of its protocols, as served by a stand-in: read by the feeds as what they mean.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { refusalOf } from '../platform/http/cloud-error.ts'
import {
  askingOf,
  cloudBelow,
  isTokenRequest,
  standIn,
  tokenAnswer,
  type Said,
} from '../platform/http/stand-in.suite.ts'
import { managementActivity } from './management-activity/feed.ts'
import { webhookReceiver } from './management-activity/webhook-receiver.ts'
import { subscriptionItems, type ContentType } from './management-activity/wire.ts'
import { MemoryDesk, runFeed } from './memory-desk.suite.ts'

const SAMPLES = join(import.meta.dirname, '../../../shared/samples')
const absent = !existsSync(SAMPLES)
if (absent) process.stderr.write(`protocol-samples.test.ts: skipped, there is no ${SAMPLES}\n`)

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'
const AUTH_ID = 'o365activityapinotification'
const never = new AbortController().signal
const sample = (name: string): string => readFileSync(join(SAMPLES, name), 'utf8')
const json = (name: string): unknown => JSON.parse(sample(name))
const MANAGEMENT = 'ms-office365-management-api'

/** What each example is read by. Those of Graph's answers have their tests beside the feeds. */
const READ_BY: Readonly<Record<string, readonly string[]>> = {
  [MANAGEMENT]: [
    'audit-blob-aad.json',
    'error-403-AF429.body.csv',
    'error-AF50000.response.json',
    'subscriptions-content.response.json',
    'subscriptions-list.response.json',
    'subscriptions-start.request.json',
    'subscriptions-start.response.json',
    'webhook-notification.request.json',
  ],
  'ms-entra-token': ['access-token-claims-app.json', 'token-v1-client-credentials.response.json'],
}

const part = (text: string): string => Buffer.from(text).toString('base64url')

const given = (text: string): Said => ({
  body: text,
  headers: { 'content-type': 'application/json' },
})

/** Serves the examples where Microsoft serves them; addresses in them lead to the stand-in. */
const serving = async () =>
  standIn((heard): Said => {
    if (isTokenRequest(heard)) return tokenAnswer()
    const file = heard.path.includes('/subscriptions/list')
      ? 'subscriptions-list.response.json'
      : heard.path.includes('/subscriptions/start')
        ? 'subscriptions-start.response.json'
        : heard.path.includes('/subscriptions/content')
          ? 'subscriptions-content.response.json'
          : 'audit-blob-aad.json'
    const root = `http://${heard.headers.host ?? ''}/manage`
    const text = sample(`${MANAGEMENT}/${file}`)
    return { body: text.replaceAll('https://manage.office.com', root) }
  })
const feedOf = (
  client: ReturnType<typeof askingOf>['client'],
  contentType: ContentType,
  withWebhook = false,
) =>
  managementActivity({
    client,
    tenantId: TENANT,
    publisher: TENANT,
    contentTypes: [contentType],
    ...(withWebhook
      ? {
          webhook: {
            address: 'https://webhook.myapp.com/o365/',
            authId: () => AUTH_ID,
            listen: async () => Promise.resolve(),
          },
        }
      : {}),
  })

describe.skipIf(absent)('Microsoft’s examples', () => {
  test.each(Object.entries(READ_BY))('of %s are all read', (folder, files) => {
    expect(readdirSync(join(SAMPLES, folder)).toSorted()).toEqual(files)
  })

  describe('of errors', () => {
    test.each([
      ['error-403-AF429.body.csv', 403, 'THROTTLED', 'AF429'],
      ['error-AF50000.response.json', 500, 'SERVICE_FAILED', 'AF50000'],
    ])('%s may pass, whatever its status says', (file, status, code, serviceCode) => {
      expect(refusalOf(status, sample(`${MANAGEMENT}/${file}`), 'content')).toMatchObject({
        code,
        serviceCode,
        isPassing: true,
      })
    })
  })

  describe('of tokens', () => {
    const token = 'ms-entra-token/token-v1-client-credentials.response.json'
    const claims = 'ms-entra-token/access-token-claims-app.json'
    test('the answer is taken, though its numbers are texts', async () => {
      await using cloud = await standIn((heard) =>
        isTokenRequest(heard) ? given(sample(token)) : { body: {} },
      )
      await using asking = askingOf(cloudBelow(cloud.url))
      await asking.get('/one')
      expect(cloud.heard.at(-1)?.headers.authorization).toBe('Bearer eyJ0eXAiOiJKV1QiL...')
      asking.clock.nowMs += 3_200_000
      await asking.get('/two')
      expect(cloud.heard.filter(isTokenRequest)).toHaveLength(1)
      asking.clock.nowMs += 200_000
      await asking.get('/three')
      expect(cloud.heard.filter(isTokenRequest)).toHaveLength(2)
    })

    test('the claims say the roles, and what time it is there', async () => {
      const value = `${part('{"alg":"none"}')}.${part(sample(claims))}.x`
      await using cloud = await standIn(() => ({
        body: { token_type: 'Bearer', access_token: value, expires_in: 3_599 },
      }))
      await using asking = askingOf(cloudBelow(cloud.url))
      asking.clock.nowMs = 1_431_655_194_000
      const { client } = asking
      expect(await client.roles('management', never)).toEqual([
        'ServiceHealth.Read',
        'ActivityFeed.Read',
      ])
      expect(client.clockSkewMs?.()).toBe(0)
    })
  })

  describe('of the Management Activity API', () => {
    let desk: MemoryDesk
    beforeEach(() => {
      desk = new MemoryDesk('2015-05-24T12:00:00Z')
    })

    test('a subscription without a status is enabled; one has a webhook, the other none', () => {
      const items = subscriptionItems(json(`${MANAGEMENT}/subscriptions-list.response.json`))
      expect(items).toEqual([
        {
          contentType: 'Audit.SharePoint',
          isEnabled: true,
          webhook: { address: 'https://webhook.myapp.com/o365/', authId: AUTH_ID },
        },
        { contentType: 'Audit.Exchange', isEnabled: true, webhook: null },
      ])
    })

    test('a listing gives units, and a blob its records byte for byte', async () => {
      await using cloud = await serving()
      await using asking = askingOf(cloudBelow(cloud.url))
      const feed = feedOf(asking.client, 'Audit.SharePoint')
      await feed.plan(desk, never)

      const [unit, ...others] = desk.units
      expect(others).toEqual([])
      expect(unit).toMatchObject({
        scope: 'Audit.SharePoint',
        availableAt: '2015-05-23T17:35:00.000Z',
        expiresAt: '2015-05-30T17:35:00.000Z',
      })
      expect([...(await runFeed(feed, desk)).values()]).toEqual(['done'])
      expect(desk.taken[0]?.text).toBe(sample(`${MANAGEMENT}/audit-blob-aad.json`))
      // The `$` of a content id is sent as it was served.
      expect(cloud.heard.some(({ path }) => path.includes('$492638008028$'))).toBe(true)
    })

    test('a webhook is asked for in the form of the example, and its answer is understood', async () => {
      await using cloud = await serving()
      await using asking = askingOf(cloudBelow(cloud.url))
      await feedOf(asking.client, 'Audit.Exchange', true).plan(desk, never)
      const start = cloud.heard.find(({ path }) => path.includes('/subscriptions/start'))
      expect(JSON.parse(start?.body ?? 'null')).toEqual(
        json(`${MANAGEMENT}/subscriptions-start.request.json`),
      )
      expect([...desk.notices.keys()]).toEqual([])
    })

    test('a subscription that has the webhook already is left alone', async () => {
      await using cloud = await serving()
      await using asking = askingOf(cloudBelow(cloud.url))
      await feedOf(asking.client, 'Audit.SharePoint', true).plan(desk, never)
      expect(cloud.heard.filter(({ path }) => path.includes('/start'))).toEqual([])
    })

    test('a notification says which type to list', async () => {
      const news: string[] = []
      const receiver = webhookReceiver({
        tenantId: TENANT,
        contentTypes: ['Audit.SharePoint'],
        authId: () => AUTH_ID,
        onNews: (types) => void news.push(...types),
        onRefused: () => undefined,
      })
      const text = sample(`${MANAGEMENT}/webhook-notification.request.json`)
      const post = async (body: string) =>
        (
          await receiver.request('/', {
            method: 'POST',
            headers: { 'Webhook-AuthID': AUTH_ID },
            body,
          })
        ).status
      // As it stands it is for a tenant that has no name.
      expect([await post(text), news]).toEqual([200, []])
      expect([await post(text.replaceAll('{GUID}', TENANT)), news]).toEqual([
        200,
        ['Audit.SharePoint'],
      ])
    })
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { encryptContent, readCertificate } from '../../tenant/emulator/graph/encrypted-content.ts'
import { bytesOf } from '../../tenant/emulator/graph/mailbox-file.ts'
import { testCertificate } from '../../tenant/emulator/graph/testing-certificate.ts'
import {
  ADELE,
  item,
  MINUTE,
  smallTenant,
  type SmallTenant,
  stored,
} from '../../tenant/emulator/graph/testing.ts'
import type { Person } from '../feed.ts'
import { MemoryDesk, memoryClient, runFeed } from '../memory-desk.suite.ts'
import { openContent } from './encrypted-content.ts'
import { graphNotifications } from './feed.ts'
import { subscribedTo } from './subscription-book.ts'

const ROLES = ['AiEnterpriseInteraction.Read.All']
const { certificate, privateKey } = testCertificate()
const PEM = `-----BEGIN CERTIFICATE-----\n${certificate.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----`
const KEY = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
const adele: Person = {
  id: ADELE.id,
  upn: ADELE.upn,
  licensed: true,
  mailbox: true,
  dataLocation: null,
}

let desk: MemoryDesk
beforeEach(() => {
  desk = new MemoryDesk('2026-03-04T12:00:00Z')
  desk.known = [adele]
})

/** The feed on one side, an emulated Graph on the other, and the wire between them. */
function connected(given: Parameters<typeof smallTenant>[0], wholeTenant = false) {
  let isReachable = true
  const post = async (url: string, body: unknown): Promise<boolean> =>
    isReachable &&
    (await feed.receiver.request(url, { method: 'POST', body: JSON.stringify(body) })).ok
  const tenant: SmallTenant = smallTenant({ ...given, outward: { post } })
  const { client, asked } = memoryClient(async ({ url, method = 'GET', json }) => {
    const path = String(url).replace(/^.*?\/v1\.0/, '')
    const { status, text } = await tenant.ask(method, path, json ?? null)
    return { status, body: text }
  }, ROLES)
  const feed = graphNotifications({
    client,
    tenantId: desk.tenantId,
    url: 'http://127.0.0.1:9/notify',
    certificate: () => PEM,
    key: () => KEY,
    wholeTenant,
  })
  return {
    feed,
    tenant,
    asked,
    cut: (reachable: boolean) => (isReachable = reachable),
    pass: (ms: number) => {
      tenant.pass(ms)
      desk.nowMs += ms
    },
  }
}

test('what a person writes is kept as it was encrypted, as an item of their history', async () => {
  const { feed, tenant, pass } = connected({ mailbox: [item(-1)] })
  await runFeed(feed, desk)
  pass(2 * MINUTE)
  await tenant.graph.notifications.tick()
  // Queued, and still readable for nobody without the key.
  expect(JSON.stringify(desk.units)).not.toContain('etag')
  await runFeed(feed, desk)
  const [own] = [bytesOf(item(-1).lies)]
  expect(desk.taken).toHaveLength(1)
  expect(desk.taken[0]).toMatchObject({
    shape: 'ai-interactions',
    context: { format: 'ai-interaction', custodian: ADELE.id },
    text: `[${Buffer.from(own ?? []).toString()}]`,
  })
})

test('a subscription is renewed before it ends, made again when it is gone, and what was missed is read from the history', async () => {
  const { feed, tenant, asked, pass } = connected({ mailbox: [item(-1), item(-1_500)] })
  await runFeed(feed, desk)
  pass(13 * 60 * MINUTE)
  await runFeed(feed, desk)
  expect(asked.filter(({ method }) => method === 'PATCH')).toHaveLength(1)
  // Away for more than a day: Graph has forgotten it.
  pass(26 * 60 * MINUTE)
  const ended = await runFeed(feed, desk)
  expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(2)
  expect([...ended.keys()].some((key) => key.startsWith(`sweep ${ADELE.id}`))).toBe(true)
  expect(desk.taken.map(({ text }) => text).join()).toContain(item(-1_500).id)
  await tenant.graph.notifications.tick()
})

test('when Graph says that something was not delivered, the history is read since the last sign of life', async () => {
  const { feed, tenant, pass } = connected({
    mailbox: [item(-1)],
    faults: ['notification-missed'],
  })
  await runFeed(feed, desk)
  pass(2 * MINUTE)
  await tenant.graph.notifications.tick()
  await runFeed(feed, desk)
  expect(desk.taken.map(({ text }) => text).join()).toContain(item(-1).id)
  expect(desk.taken[0]?.shape).toBe('graph-page')
})

test('a subscription to the tenant says whose history to read, once the answer is there', async () => {
  const createdDateTime = '2026-03-04T12:01:00.000Z'
  const prompt = { id: '1', createdDateTime, from: { user: { id: ADELE.id } } }
  const { feed, tenant, pass } = connected(
    { mailbox: [item(-1, { lies: stored(JSON.stringify(prompt)) })] },
    true,
  )
  await runFeed(feed, desk)
  pass(2 * MINUTE)
  await tenant.graph.notifications.tick()
  const [unit] = desk.units
  expect(unit).toMatchObject({ scope: ADELE.id, body: { type: 'sweep' } })
  const { signal } = new AbortController()
  const early = unit && (await feed.fetch(unit, desk, signal))
  expect(early).toEqual({ state: 'wait', until: '2026-03-04T12:03:00.000Z' })
  pass(2 * MINUTE)
  await runFeed(feed, desk)
  expect(desk.taken[0]).toMatchObject({ shape: 'graph-page', context: { custodian: ADELE.id } })
})

test('under another certificate there is another subscription, and what came between is read from the history', async () => {
  const first = connected({ mailbox: [item(1)] })
  await runFeed(first.feed, desk)
  desk.saveState('certificate', 'the one before')
  const ended = await runFeed(first.feed, desk)
  expect(first.asked.slice(0, 3).map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST'])
  expect([...ended.values()]).toEqual(['done'])
})

test('who has no licence any more is not subscribed to any more', async () => {
  const { feed, asked } = connected({})
  await runFeed(feed, desk)
  desk.known = []
  await runFeed(feed, desk)
  expect(asked.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
})

const send = async (
  { feed }: ReturnType<typeof connected>,
  body: unknown,
  query = '',
): Promise<Response> =>
  feed.receiver.request(`http://127.0.0.1:9/notify${query}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

describe('nothing is believed', () => {
  test('of what has not our state, or was changed on its way; and an operator is told', async () => {
    const both = connected({})
    await runFeed(both.feed, desk)
    const [made] = both.asked
    const clientState =
      typeof made?.json === 'object' && made.json !== null && 'clientState' in made.json
        ? made.json.clientState
        : ''
    const read = readCertificate(certificate)
    if (read === null) throw new Error('no certificate')
    const good = encryptContent(Buffer.from('{"id":"1"}'), read, 'mine')
    const bad = { ...good, data: Buffer.from('x'.repeat(32)).toString('base64') }
    const subscriptionId = subscribedTo(desk, ADELE.id)?.id
    const entry = { subscriptionId, changeType: 'created', clientState, encryptedContent: good }
    const value = [
      { ...entry, clientState: 'guess' },
      { ...entry, encryptedContent: bad },
      { ...entry, subscriptionId: 'another' },
      { ...entry, lifecycleEvent: 'subscriptionRemoved', clientState: null },
    ]
    expect((await send(both, { value })).status).toBe(202)
    expect(desk.units).toEqual([])
    expect([...desk.notices.values()][0]?.message).toContain('4 notifications')
    // The same with everything right is kept.
    expect((await send(both, { value: [entry] })).status).toBe(202)
    expect(desk.units).toHaveLength(1)
  })

  test('before the feed has been planned Graph is asked to send again; what is no notification is refused', async () => {
    const both = connected({})
    expect((await send(both, { value: [] })).status).toBe(503)
    await runFeed(both.feed, desk)
    expect((await send(both, 'not json')).status).toBe(400)
    expect((await both.feed.receiver.request('http://127.0.0.1:9/notify')).status).toBe(405)
  })

  test('to be kept before it is: what cannot be queued is to be sent again', async () => {
    const both = connected({})
    await runFeed(both.feed, desk)
    desk.state = () => {
      throw new Error('the catalog is closed')
    }
    expect((await send(both, { value: [{ subscriptionId: 'any' }] })).status).toBe(503)
  })

  test('but Graph’s question whether somebody is here is echoed as plain text', async () => {
    const answer = await send(connected({}), '', '?validationToken=%3Cb%3Ehello%3C%2Fb%3E')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(await answer.text()).toBe('<b>hello</b>')
  })

  test('of Microsoft’s example, whose content is no content', async (context) => {
    const sample =
      '../shared/samples/ms-graph-aiinteraction-notifications/notification-encrypted.json'
    if (!existsSync(sample)) context.skip(`there is no ${sample}`)
    const both = connected({})
    await runFeed(both.feed, desk)
    expect((await send(both, readFileSync(sample, 'utf8'))).status).toBe(202)
    expect(desk.units).toEqual([])
  })
})

test('a subscription asks for what Microsoft’s example asks for', async (context) => {
  const sample =
    '../shared/samples/ms-graph-aiinteraction-notifications/subscription-user.request.json'
  if (!existsSync(sample)) context.skip(`there is no ${sample}`)
  const { feed, asked } = connected({})
  await runFeed(feed, desk)
  const example: object = JSON.parse(readFileSync(sample, 'utf8'))
  expect(Object.keys(asked[0]?.json ?? {})).toEqual(expect.arrayContaining(Object.keys(example)))
})

test('an unreachable address, and a certificate without its key, are named with their fix', async () => {
  const { client } = memoryClient(
    () => ({
      status: 400,
      body: {
        error: { code: 'ValidationError', message: 'Subscription validation request failed' },
      },
    }),
    ROLES,
  )
  const options = {
    client,
    tenantId: desk.tenantId,
    url: 'https://daybook.contoso.com/notify',
    certificate: () => PEM,
    key: () => KEY,
    wholeTenant: false,
  }
  await runFeed(graphNotifications(options), desk)
  expect([...desk.notices.values()][0]).toMatchObject({
    code: 'NOT_SUBSCRIBED',
    message: expect.stringContaining('https://daybook.contoso.com/notify'),
  })
  const found = await graphNotifications({ ...options, key: () => 'none' }).check(
    desk,
    new AbortController().signal,
  )
  expect(found.map(({ code }) => code)).toEqual(['CREDENTIAL_UNREADABLE'])
})

test('a signature is looked at before anything is deciphered', () => {
  const read = readCertificate(certificate)
  if (read === null) throw new Error('no certificate')
  const content = encryptContent(Buffer.from('{"id":"1"}'), read, 'mine')
  expect(openContent({ ...content }, privateKey)?.toString()).toBe('{"id":"1"}')
  expect(openContent({ ...content, dataSignature: '' }, privateKey)).toBeNull()
  expect(openContent({ ...content, dataKey: 'AAAA' }, privateKey)).toBeNull()
})

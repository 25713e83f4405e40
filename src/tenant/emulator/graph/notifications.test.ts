import { constants, createDecipheriv, createHmac, privateDecrypt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { testCertificate } from './testing-certificate.ts'
import { ADELE, item, MINUTE, NOON, smallTenant, WITHOUT_LICENCE } from './testing.ts'
import { field, textField } from './wire.ts'

const RESOURCE = `/copilot/users/${ADELE.id}/interactionHistory/getAllEnterpriseInteractions`
const URL_OF_MINE = 'http://127.0.0.1:9/notify'
const { certificate, privateKey } = testCertificate()

const wanted = (other: Readonly<Record<string, unknown>> = {}) => ({
  changeType: 'created,deleted,updated',
  notificationUrl: URL_OF_MINE,
  lifecycleNotificationUrl: 'http://127.0.0.1:9/lifecycle',
  resource: RESOURCE,
  includeResourceData: true,
  encryptionCertificate: certificate,
  encryptionCertificateId: 'mine',
  expirationDateTime: new Date(NOON + 2 * 60 * MINUTE).toISOString(),
  clientState: 'canary',
  ...other,
})

/** A tenant whose subscriber remembers what it was sent. */
function subscribed(given: Omit<Parameters<typeof smallTenant>[0], 'outward'>) {
  const sent: { readonly url: string; readonly body: unknown }[] = []
  const tenant = smallTenant({
    ...given,
    outward: {
      post: async (url, body) => {
        sent.push({ url, body })
        return true
      },
    },
  })
  return { tenant, sent }
}

const events = (sent: readonly { readonly body: unknown }[]): unknown[] =>
  sent.flatMap(({ body }) => {
    const value = field(body, 'value')
    return Array.isArray(value) ? value : []
  })

test('a notification carries the item encrypted for the subscriber, signed, with the state it asked for', async () => {
  const { tenant, sent } = subscribed({ mailbox: [item(-1)] })
  expect((await tenant.ask('POST', '/subscriptions', wanted())).status).toBe(201)
  tenant.pass(2 * MINUTE)
  await tenant.graph.notifications.tick()
  const [event] = events(sent)
  const content = field(event, 'encryptedContent')
  expect(event).toMatchObject({ changeType: 'created', clientState: 'canary' })
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const dataKey = Buffer.from(textField(content, 'dataKey'), 'base64')
  const key = privateDecrypt({ key: privateKey, padding, oaepHash: 'sha1' }, dataKey)
  const data = Buffer.from(textField(content, 'data'), 'base64')
  const signature = createHmac('sha256', key).update(data).digest('base64')
  expect(textField(content, 'dataSignature')).toBe(signature)
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16))
  const plain = Buffer.concat([decipher.update(data), decipher.final()])
  expect(JSON.parse(plain.toString())).toMatchObject({ id: item(-1).id })
  expect(field(sent[0]?.body, 'validationTokens')).toEqual([
    'token for 2f1d5a60-9b4e-4c52-8f0e-6a7d3c1b9e21',
  ])
  sent.length = 0
  await tenant.graph.notifications.tick()
  expect(sent).toEqual([])
})

test('a notification has the shape of Microsoft’s own example', async (context) => {
  const sample =
    '../shared/samples/ms-graph-aiinteraction-notifications/notification-encrypted.json'
  if (!existsSync(sample)) context.skip(`there is no ${sample}`)
  const example: unknown = JSON.parse(readFileSync(sample, 'utf8'))
  const { tenant, sent } = subscribed({ mailbox: [item(-1)] })
  await tenant.ask('POST', '/subscriptions', wanted())
  tenant.pass(2 * MINUTE)
  await tenant.graph.notifications.tick()
  const [theirs] = events([{ body: example }])
  const [ours] = events(sent)
  expect(Object.keys(Object(ours)).toSorted()).toEqual(Object.keys(Object(theirs)).toSorted())
  expect(Object.keys(Object(field(ours, 'encryptedContent')))).toEqual(
    expect.arrayContaining(Object.keys(Object(field(theirs, 'encryptedContent')))),
  )
})

test.each([
  ['an address that is not on this machine', { notificationUrl: 'https://contoso.com/notify' }],
  ['more than three days', { expirationDateTime: new Date(NOON + 4321 * MINUTE).toISOString() }],
  ['more than an hour without an address for lifecycle events', { lifecycleNotificationUrl: '' }],
  ['content without a certificate', { encryptionCertificate: 'none' }],
  ['another resource', { resource: '/users' }],
  ['a filter that is no comparison', { resource: `${RESOURCE}?$filter=contains(locale,'en')` }],
])('a subscription to %s is refused', async (_, other) => {
  const { tenant } = subscribed({})
  expect(await tenant.ask('POST', '/subscriptions', wanted(other))).toMatchObject({ status: 400 })
  expect((await tenant.get('/subscriptions')).value).toEqual([])
})

test('whoever does not echo the token is not subscribed, nor is the history of somebody without a licence', async () => {
  const deaf = smallTenant({ outward: { handshake: async () => false } })
  expect((await deaf.ask('POST', '/subscriptions', wanted())).status).toBe(400)
  const resource = RESOURCE.replace(ADELE.id, WITHOUT_LICENCE.id)
  const { tenant } = subscribed({})
  expect((await tenant.ask('POST', '/subscriptions', wanted({ resource }))).status).toBe(403)
})

test('a subscription is listed, renewed and deleted, and ends by itself without a word', async () => {
  const { tenant, sent } = subscribed({ mailbox: [item(-300)] })
  const made = await tenant.ask('POST', '/subscriptions', wanted())
  const path = `/subscriptions/${textField(made.json, 'id')}`
  const later = new Date(NOON + 4 * 60 * MINUTE).toISOString()
  const renewed = await tenant.ask('PATCH', path, { expirationDateTime: later })
  expect(renewed.json).toMatchObject({ expirationDateTime: later })
  expect((await tenant.get('/subscriptions')).value).toHaveLength(1)
  tenant.pass(301 * MINUTE)
  await tenant.graph.notifications.tick()
  expect(sent).toEqual([])
  expect((await tenant.get(path)).status).toBe(404)
  const another = wanted({ expirationDateTime: new Date(NOON + 400 * MINUTE).toISOString() })
  const next = await tenant.ask('POST', '/subscriptions', another)
  const removed = await tenant.ask('DELETE', `/subscriptions/${textField(next.json, 'id')}`, null)
  expect(removed.status).toBe(204)
})

test('before it ends it asks once to be authorised again, and what was not sent is said to be missed', async () => {
  const { tenant, sent } = subscribed({ mailbox: [item(-95)], faults: ['notification-missed'] })
  await tenant.ask('POST', '/subscriptions', wanted())
  tenant.pass(94 * MINUTE)
  await tenant.graph.notifications.tick()
  await tenant.graph.notifications.tick()
  tenant.pass(2 * MINUTE)
  await tenant.graph.notifications.tick()
  expect(events(sent).map((event) => field(event, 'lifecycleEvent'))).toEqual([
    'reauthorizationRequired',
    'missed',
  ])
})

test('a filter and a kind of change keep out what is not asked for', async () => {
  const changed = item(-1, { version: 2 })
  const { tenant, sent } = subscribed({ mailbox: [changed, item(-2)] })
  await tenant.ask('POST', '/subscriptions', wanted({ changeType: 'updated' }))
  const resource = `${RESOURCE}?$filter=appClass ne 'IPM.SkypeTeams.Message.Copilot.Word'`
  await tenant.ask('POST', '/subscriptions', wanted({ resource }))
  tenant.pass(3 * MINUTE)
  await tenant.graph.notifications.tick()
  expect(events(sent)).toMatchObject([{ changeType: 'updated', resourceData: { id: changed.id } }])
})

test('of what a person deletes the id is told, and no content', async () => {
  const gone = item(5, { deletedMs: NOON + MINUTE, replacedMs: NOON + MINUTE })
  const { tenant, sent } = subscribed({ mailbox: [gone, item(6)] })
  await tenant.ask('POST', '/subscriptions', wanted())
  tenant.pass(2 * MINUTE)
  await tenant.graph.notifications.tick()
  expect(events(sent)).toMatchObject([{ changeType: 'deleted', resourceData: { id: gone.id } }])
  expect(events(sent)[0]).not.toHaveProperty('encryptedContent')
})

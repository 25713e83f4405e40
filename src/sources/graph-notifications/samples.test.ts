import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { applicationCertificate } from '../../platform/http/test-certificates.suite.ts'
import { encryptContent, readCertificate } from '../../tenant/emulator/graph/encrypted-content.ts'
import { MemoryDesk, memoryClient } from '../memory-desk.suite.ts'
import { graphNotifications } from './feed.ts'

const SAMPLES = join(
  import.meta.dirname,
  '../../../../shared/samples/ms-graph-aiinteraction-notifications',
)
const absent = !existsSync(SAMPLES)
if (absent) process.stderr.write(`samples.test.ts: skipped, there is no ${SAMPLES}\n`)

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'
const never = new AbortController().signal
const sample = (name: string): string => readFileSync(join(SAMPLES, name), 'utf8')
const json = (name: string): unknown => JSON.parse(sample(name))

describe.skipIf(absent)('Microsoft’s examples of notifications', () => {
  const ROLE = 'AiEnterpriseInteraction.Read.All'
  const SUBSCRIPTION = '10493aa0-4d29-4df5-bc0c-ef742cc6cd7f'
  const { pem, keyPem } = applicationCertificate()

  /** A feed whose subscription has the id of the example. */
  async function subscribed(wholeTenant: boolean) {
    const desk = new MemoryDesk('2025-02-02T12:00:00Z')
    const adele = 'a3f81c52-90d7-4a6e-8f1b-5c2d7e9b6a41'
    desk.known = [
      { id: adele, upn: 'adele@contoso.com', licensed: true, mailbox: true, dataLocation: null },
    ]
    const { client, asked } = memoryClient(() => ({ body: { id: SUBSCRIPTION } }), [ROLE])
    const feed = graphNotifications({
      client,
      tenantId: TENANT,
      url: 'https://daybook.contoso.com/graph',
      certificate: () => pem,
      key: () => keyPem,
      wholeTenant,
    })
    await feed.plan(desk, never)
    const [request] = asked
    const body: Readonly<Record<string, unknown>> = { ...Object(request?.json) }
    return { desk, feed, body, adele }
  }

  test.each([
    ['subscription-tenant.request.json', true],
    ['subscription-user.request.json', false],
  ])('%s is what is asked for', async (file, wholeTenant) => {
    const example: Readonly<Record<string, unknown>> = { ...Object(json(file)) }
    const { body, adele } = await subscribed(wholeTenant)
    const { resource, changeType, includeResourceData } = body
    expect(Object.keys(body)).toEqual(expect.arrayContaining(Object.keys(example)))
    expect({ resource, changeType, includeResourceData }).toEqual({
      resource: String(example['resource']).replace('{user-id}', adele),
      changeType: example['changeType'],
      includeResourceData: example['includeResourceData'],
    })
  })

  test('one that is ours has the history read, one that is not does nothing', async () => {
    const { desk, feed, body, adele } = await subscribed(false)
    const text = sample(`notification-encrypted.json`)
    const post = async (said: string) =>
      (await feed.receiver.request('/', { method: 'POST', body: said })).status

    expect([await post(text), desk.units]).toEqual([202, []])
    const own = text.replace('<<--SpecifiedClientState-->>', String(body['clientState']))
    expect(await post(own)).toBe(202)
    // The example has no signature, so nothing of its content is believed.
    expect(desk.units).toMatchObject([{ scope: adele, body: { type: 'sweep', person: adele } }])
  })

  test('one with a signature brings what was written, byte for byte', async () => {
    const { desk, feed, body, adele } = await subscribed(false)
    const item = sample(`notification-decrypted.json`)
    const recipient = readCertificate(String(body['encryptionCertificate']))
    if (recipient === null) throw new Error('the feed named no certificate')
    const content = encryptContent(Buffer.from(item), recipient, 'mine')
    const notification = json(`notification-encrypted.json`)
    const said = JSON.stringify(notification, (name, value: unknown) => {
      if (name === 'clientState') return body['clientState']
      return name === 'encryptedContent' ? content : value
    })
    expect((await feed.receiver.request('/', { method: 'POST', body: said })).status).toBe(202)
    const [unit] = desk.units
    if (unit === undefined) throw new Error('nothing was kept')
    expect(await feed.fetch(unit, desk, never)).toMatchObject({ state: 'done' })
    expect(desk.taken[0]?.context).toMatchObject({ custodian: adele })
    expect(desk.taken[0]?.text).toContain(item.trim())
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCloudClient } from '../../platform/http/client.ts'
import { cloudOf } from '../../platform/http/clouds.ts'
import { deadPort } from '../../platform/http/stand-in.suite.ts'
import { openTransport, type Transport } from '../../platform/http/transport.ts'
import type { EmulatedTenant } from '../../tenant/emulator/server.ts'
import { wiredTenant } from '../../tenant/emulator/testing.ts'
import { listenOn } from '../listen.ts'
import { MemoryDesk } from '../memory-desk.suite.ts'
import { managementActivity } from './feed.ts'

const AUTH_ID = 'canary-auth-id-0c4f'
const TYPE = 'Audit.General'

let tenant: EmulatedTenant
let transport: Transport
let stop: AbortController
beforeAll(async () => {
  tenant = await wiredTenant()
  transport = openTransport({ environment: {} })
})
afterAll(async () => {
  await transport.close()
  await tenant.close()
})
beforeEach(() => {
  stop = new AbortController()
  return () => stop.abort()
})

/** A desk whose time is the tenant's, and in which waiting takes none. */
class TenantDesk extends MemoryDesk {
  override now(): Date {
    return new Date(tenant.world.now())
  }
  override async sleep(_ms: number): Promise<void> {
    await new Promise(setImmediate)
    stop.signal.throwIfAborted()
  }
}

async function collecting(
  given: { readonly authId?: () => string; readonly listens?: boolean } = {},
) {
  const port = await deadPort()
  const address = `http://127.0.0.1:${port}/audit`
  const desk = new TenantDesk('2026-03-04T12:00:00Z')
  const clock = { now: () => desk.now(), sleep: async (ms: number) => desk.sleep(ms) }
  const feed = managementActivity({
    client: createCloudClient({
      cloud: cloudOf('commercial', tenant.url),
      tenantId: tenant.tenantId,
      clientId: tenant.clientId,
      credential: { type: 'secret', read: () => tenant.secret },
      clock,
      transport,
      environment: {},
    }),
    tenantId: tenant.tenantId,
    publisher: tenant.tenantId,
    contentTypes: [TYPE],
    webhook: {
      address,
      authId: given.authId ?? (() => AUTH_ID),
      listen: async (receiver, signal) =>
        given.listens === false
          ? undefined
          : listenOn(`127.0.0.1:${port}`, receiver, 'the port', signal),
    },
  })
  const call = async (body: unknown, authId = AUTH_ID): Promise<number> =>
    (
      await fetch(address, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Webhook-AuthID': authId, 'content-type': 'application/json' },
      })
    ).status
  return { desk, feed, call, address }
}

const forged = () => ({
  tenantId: tenant.tenantId,
  clientId: tenant.clientId,
  contentType: TYPE,
  contentId: 'forged$1$audit_general',
  contentUri: 'http://127.0.0.1:1/forged',
  contentCreated: new Date(tenant.world.now()).toISOString(),
  contentExpiration: new Date(tenant.world.now() + 86_400_000).toISOString(),
})

test('what Microsoft calls for is listed at once, long before the next look', async () => {
  const { desk, feed } = await collecting()
  await feed.plan(desk, stop.signal)
  expect(await feed.check(desk, stop.signal)).toEqual([])
  const before = new Set(desk.units.map(({ key }) => key))

  tenant.world.clock.advanceTo(tenant.world.now() + 40 * 60_000)

  const fresh = () => desk.units.filter(({ key }) => !before.has(key))
  await expect.poll(() => fresh().length, { timeout: 5_000 }).toBeGreaterThan(0)
  for (const { availableAt } of fresh())
    expect(Date.parse(availableAt ?? '')).toBeGreaterThan(Date.parse('2026-03-04T11:00:00Z'))
  // The cursor is that of planning: what comes next is looked for as if nobody had called.
  const again = [...desk.units]
  await feed.plan(desk, stop.signal)
  expect(desk.units.slice(0, again.length)).toEqual(again)
  expect([...desk.notices.keys()]).toEqual([])
})

test('what somebody invents has no effect but a look: no unit, nothing asked of an address', async () => {
  const { desk, feed, call } = await collecting()
  await feed.plan(desk, stop.signal)
  const before = desk.units.map(({ key }) => key)

  expect(await call([forged()])).toBe(200)
  expect(await call([forged()], 'guessed')).toBe(401)
  await new Promise((resolve) => setTimeout(resolve, 100))

  const invented = desk.units.filter(({ key, body }) =>
    `${key} ${JSON.stringify(body)}`.includes('forged'),
  )
  expect(invented).toEqual([])
  expect(desk.units.map(({ key }) => key).slice(0, before.length)).toEqual(before)
  const notice = desk.notices.get('WEBHOOK_REFUSED management-activity')
  expect(notice?.message).toContain('limit who can reach the address')
  expect(notice?.message).not.toMatch(/guessed|canary/)
})

describe('a webhook that cannot be', () => {
  test('reached from Microsoft is told, and content is collected all the same', async () => {
    const { desk, feed, address } = await collecting({ listens: false })
    await feed.plan(desk, stop.signal)
    expect(desk.units.length).toBeGreaterThan(0)
    const notice = desk.notices.get(`WEBHOOK_UNREACHABLE ${TYPE}`)
    expect(notice?.message).toContain(address)
    expect(notice?.message).not.toContain(AUTH_ID)
    expect(await feed.check(desk, stop.signal)).toMatchObject([{ code: 'WEBHOOK_SILENT' }])
  })

  test.each([
    ['opened for want of a secret', '', /16 characters/],
    ['believed, since its auth id can be guessed', 'short', /16 characters/],
  ])('%s is told, and content is collected all the same', async (_what, authId, message) => {
    const { desk, feed } = await collecting({ authId: () => authId })
    await feed.plan(desk, stop.signal)
    expect(desk.units.length).toBeGreaterThan(0)
    expect(desk.notices.get('WEBHOOK_CLOSED management-activity')?.message).toMatch(message)
  })
})

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EmulatedTenant } from './server.ts'
import { answered, askToken, tokenIn, wiredTenant } from './testing.ts'

const LISTED = ['contentCreated', 'contentExpiration', 'contentId', 'contentType', 'contentUri']
const NOTIFICATIONS =
  'notifications?contentType=Audit.General&startTime=2026-03-04T11:00:00&endTime=2026-03-04T16:00:00'

/** Of a machine that does other things too. */
const PATIENT = { timeout: 10_000 }

let tenant: EmulatedTenant
let authorization = ''
let server: Server
let url = ''
let told: Record<string, unknown>[] = []
let headers: unknown[] = []
/** How often the address is out of order before it takes something. */
let failures = 0
beforeEach(async () => {
  told = []
  headers = []
  failures = 0
  server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`
  tenant = await wiredTenant([], 'commercial', { blobRecords: 5 })
  authorization = `Bearer ${tokenIn(await askToken(tenant))}`
})
afterEach(async () => {
  await tenant.close()
  server.closeAllConnections()
  server.close()
})

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await json(request)
  headers.push(request.headers['webhook-authid'])
  const isContent = Array.isArray(body)
  if (isContent && failures > 0) {
    failures -= 1
    response.statusCode = 503
  } else if (isContent) told.push(...body)
  response.end()
}

async function ask(method: string, path: string, body?: object) {
  const root = `${tenant.url}/manage.office.com/api/v1.0/${tenant.tenantId}/activity/feed/subscriptions`
  const given = body === undefined ? {} : { body: JSON.stringify(body) }
  return answered(path.startsWith('http') ? path : `${root}/${path}`, {
    method,
    headers: { authorization },
    ...given,
  })
}

const start = async (address: string, authId = 'canary') =>
  ask('POST', 'start?contentType=Audit.General', { webhook: { address, authId, expiration: '' } })

const at = (time: string) => tenant.world.clock.advanceTo(Date.parse(`2026-03-04T${time}Z`))

test('a webhook answers a code, is told of each new content, and what it was told can be listed', async () => {
  expect(await start('http://127.0.0.1:9/nobody')).toMatchObject({
    status: 400,
    json: { error: { code: 'AF20021' } },
  })
  expect(await start(url)).toMatchObject({
    status: 200,
    json: { webhook: { status: 'enabled', authId: 'canary', expiration: null } },
  })
  at('12:50:00')
  await expect.poll(() => told.length, PATIENT).toBeGreaterThan(0)
  expect(Object.keys(told[0] ?? {}).toSorted()).toEqual(['clientId', ...LISTED, 'tenantId'])
  expect(new Set(headers)).toEqual(new Set(['canary']))
  const listed = await ask('GET', NOTIFICATIONS)
  expect(listed.json).toMatchObject(
    told.slice(0, 20).map(({ contentId }) => ({ contentId, notificationStatus: 'success' })),
  )
})

test('what an address does not take it is told again, and the second time counts too', async () => {
  failures = 1
  await start(url, '')
  at('12:50:00')
  await expect
    .poll(
      async () => (await notified()).filter(([, status]) => status === 'failed').length,
      PATIENT,
    )
    .toBeGreaterThan(0)
  at('12:53:00')
  const [[missed] = []] = (await notified()).filter(([, status]) => status === 'failed')
  await expect
    .poll(
      async () => (await notified()).filter(([id]) => id === missed).map(([, status]) => status),
      PATIENT,
    )
    .toEqual(['failed', 'success'])
  expect(told.map(({ contentId }) => contentId)).toContain(missed)
  expect(new Set(headers)).toEqual(new Set([undefined]))
})

/** Every page of what was told: its content, and whether the address took it. */
async function notified(): Promise<(readonly [id: unknown, status: unknown])[]> {
  const found: (readonly [unknown, unknown])[] = []
  for (let next: string | null = NOTIFICATIONS; next !== null;) {
    const page = await ask('GET', next)
    const items: Record<string, unknown>[] = JSON.parse(page.text)
    found.push(...items.map((item) => [item['contentId'], item['notificationStatus']] as const))
    next = page.headers.get('NextPageUri')
  }
  return found
}

import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { startTenant } from './server.ts'

const LISTED = ['contentCreated', 'contentExpiration', 'contentId', 'contentType', 'contentUri']

test('a webhook answers a code, is told of each new content, and what it was told can be listed', async () => {
  const told: Record<string, unknown>[] = []
  const headers: unknown[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => {
      text += part.toString()
    })
    request.on('end', () => {
      const body: unknown = JSON.parse(text)
      headers.push(request.headers['webhook-authid'])
      if (Array.isArray(body)) told.push(...body)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const tenant = await startTenant({
    seed: 1,
    port: 0,
    rate: 1,
    start: new Date('2026-03-04T12:00:00Z'),
    people: 80,
    recordsPerDay: 400,
    backlogDays: 1,
    blobRecords: 100,
    lateness: 'usual',
    faults: new Set(),
    cloud: 'commercial',
  })
  try {
    const login = `${tenant.url}/login.microsoftonline.com/${tenant.tenantId}/oauth2/v2.0/token`
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: tenant.clientId,
      client_secret: tenant.secret,
      scope: 'https://manage.office.com/.default',
    })
    const token: Record<string, unknown> = JSON.parse(
      await (await fetch(login, { method: 'POST', body: form })).text(),
    )
    const root = `${tenant.url}/manage.office.com/api/v1.0/${tenant.tenantId}/activity/feed/subscriptions`
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${root}/${path}`, {
        method,
        headers: { authorization: `Bearer ${String(token['access_token'])}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const json: unknown = JSON.parse(await answer.text())
      return { status: answer.status, json }
    }
    const start = async (url: string) =>
      ask('POST', 'start?contentType=Audit.General', {
        webhook: { address: url, authId: 'canary', expiration: '' },
      })
    expect(await start('http://127.0.0.1:9/nobody')).toMatchObject({
      status: 400,
      json: { error: { code: 'AF20021' } },
    })
    expect(await start(`http://127.0.0.1:${port}/`)).toMatchObject({
      status: 200,
      json: { webhook: { status: 'enabled', authId: 'canary' } },
    })
    tenant.world.clock.advanceTo(Date.parse('2026-03-04T12:50:00Z'))
    await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(0)
    expect(Object.keys(told[0] ?? {}).toSorted()).toEqual(['clientId', ...LISTED, 'tenantId'])
    expect(new Set(headers)).toEqual(new Set(['canary']))
    const listed = await ask(
      'GET',
      'notifications?contentType=Audit.General&startTime=2026-03-04T11:00:00&endTime=2026-03-04T13:00:00',
    )
    expect(listed.json).toMatchObject([
      { contentId: told[0]?.['contentId'], notificationStatus: 'success' },
      ...told.slice(1).map(() => ({ notificationStatus: 'success' })),
    ])
  } finally {
    await tenant.close()
    server.closeAllConnections()
    server.close()
  }
})

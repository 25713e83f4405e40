import { expect, test } from 'vitest'
import { MemoryDesk, memoryClient, runFeed, type Answered } from '../memory-desk.suite.ts'
import { managementActivity } from './feed.ts'

const NINE = '2026-03-04T09:00:00.000Z'
const HOUR_MS = 3_600_000
const GENERAL = 'Audit.General'

const refused = (code: string): Answered => ({
  status: 400,
  body: { error: { code, message: 'The subscription was disabled.' } },
})

/** Microsoft with one subscription, that an administrator may turn off. */
function collecting() {
  const desk = new MemoryDesk(NINE)
  const service = { isOn: false, isKilledAfterStart: false, isListing: true }
  const { client } = memoryClient(({ path }) => {
    if (path.includes('/subscriptions/list'))
      return { body: service.isOn ? [{ contentType: GENERAL, status: 'enabled' }] : [] }
    if (path.includes('/subscriptions/start')) {
      service.isOn = true
      if (service.isKilledAfterStart) throw new Error('killed')
      return { body: {} }
    }
    if (!service.isOn) return refused('AF20023')
    if (!service.isListing) throw new Error('broken off')
    return { body: [] }
  })
  const { tenantId } = desk
  const options = { client, tenantId, publisher: tenantId, contentTypes: [GENERAL] as const }
  return { desk, service, run: async () => runFeed(managementActivity(options), desk) }
}

const lost = (since: string) => [[`${GENERAL} disabled ${since}`, 'SUBSCRIPTION_DISABLED']]

test('what was created while a subscription was off is a loss, from the last listing until it is on again', async () => {
  const { desk, service, run } = collecting()
  expect([...(await run())]).toEqual([])
  desk.nowMs += HOUR_MS / 2
  service.isOn = false
  const ended = await run()
  expect([...ended]).toEqual(lost(NINE))
  expect(desk.notices.get(`SUBSCRIPTION_DISABLED ${GENERAL}`)?.message).toContain('audit-query')
  desk.nowMs += HOUR_MS
  expect([...(await run())]).toEqual([])
  expect(desk.notices.size).toBe(0)
})

test('a process that was killed after the start leaves it to the next one to name the loss', async () => {
  const { desk, service, run } = collecting()
  await run()
  desk.nowMs += HOUR_MS / 2
  service.isOn = false
  service.isKilledAfterStart = true
  await expect(run()).rejects.toThrow('killed')
  expect([...(await run())]).toEqual(lost(NINE))
})

test('where no listing ever came to its end, the loss begins with the first start', async () => {
  const { desk, service, run } = collecting()
  service.isListing = false
  await expect(run()).rejects.toThrow('broken off')
  desk.nowMs += HOUR_MS
  service.isOn = false
  service.isListing = true
  expect([...(await run())]).toEqual(lost(NINE))
})

import { expect, test } from 'vitest'
import { systemClock } from '../../platform/clock.ts'
import { parseConfiguration } from '../../platform/config/configuration.ts'
import { tenantSources } from './feeds.ts'

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'

const sourcesOf = async (feeds: string) =>
  tenantSources(
    parseConfiguration(
      `tenants: [{ id: ${TENANT}, client: { id: ${TENANT}, secret: { env: SECRET } }, feeds: { ${feeds} } }]`,
      'daybook.yaml',
    ),
    { SECRET: 'canary' },
    systemClock,
  )

test('what is named is on, with what is usual; what is not named, or off, is not', async () => {
  const [source] = await sourcesOf('directory: , graph-interactions: {}, app-insights: off')
  expect(source?.feeds.map(({ name }) => name)).toEqual(['directory', 'graph-interactions'])
})

test('notifications take an address, a port and a key', async () => {
  const file = '{ file: notifications.pem }'
  const [source] = await sourcesOf(
    `graph-notifications: { url: "https://contoso.com/graph", listen: "127.0.0.1:8443", certificate: ${file}, key: ${file} }`,
  )
  expect(source?.feeds[0]).toMatchObject({ name: 'graph-notifications', everyMs: 300_000 })
  await expect(sourcesOf('graph-notifications: ')).rejects.toThrow('url, listen, certificate')
})

test('a feed that is off is not there', async () => {
  const [source] = await sourcesOf('context: off')
  expect(source?.feeds).toEqual([])
})

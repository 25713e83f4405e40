import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ItemAnswer, ItemWithRecords } from '../../src/api/answers.ts'
import { folders, openHere, type OpenedApp } from './daybook.suite.ts'
import { auditRecord } from './hostile.suite.ts'

const newFolder = folders()
const exports = newFolder()
let app: OpenedApp

beforeAll(async () => {
  app = await openHere(newFolder())
})
afterAll(() => app.close())

const resources = [
  { Id: 'a', Name: 'Budget.xlsx', SiteUrl: 'https://contoso.sharepoint.com/a' },
  { Id: 'b', Name: 'Plan.docx', SiteUrl: 'https://contoso.sharepoint.com/b' },
]
const messages = [
  { Id: '1', isPrompt: true },
  { Id: '2', isPrompt: false },
]
const record = (changes: object = {}): object =>
  auditRecord(1, {
    CopilotEventData: {
      AppHost: 'Word',
      ThreadId: 't',
      Messages: messages,
      AccessedResources: resources,
    },
    ...changes,
  })
const ID = '00000000-0000-4000-8000-000000000001'

function importText(name: string, text: string) {
  const file = join(exports, name)
  writeFileSync(file, text)
  return app.import([file])
}

async function shown(): Promise<ItemWithRecords> {
  const { value } = await app.get<ItemAnswer>(`/api/v1/items/${ID}`, { raw: 'true' })
  const [found] = value
  if (found === undefined || value.length > 1) throw new Error('not one item')
  return found
}

test('a record served first is added', async () => {
  expect(await importText('blob.json', JSON.stringify([record()]))).toMatchObject({
    read: 1,
    added: 1,
  })
})

test('the same bytes again are a repeat, seen again with the same bytes', async () => {
  expect(await importText('blob-again.json', JSON.stringify([record()]))).toMatchObject({
    read: 1,
    added: 0,
    repeated: 1,
  })
  const { records } = await shown()
  expect(records[0]?.seenAgain).toMatchObject([{ sameBytes: true }])
})

test.each([
  [
    'arrays in another order',
    {
      CopilotEventData: {
        AppHost: 'Word',
        ThreadId: 't',
        Messages: messages.toReversed(),
        AccessedResources: resources.toReversed(),
      },
    },
  ],
  ['a time with its zone', { CreationTime: '2026-02-03T04:05:06Z' }],
])('%s are a repeat', async (name, changes) => {
  const result = await importText(`${name}.json`, JSON.stringify([record(changes)], null, 2))
  expect(result).toMatchObject({ read: 1, added: 0, repeated: 1, versions: 0 })
})

test('the row of a portal export is a repeat of the same record in a blob', async () => {
  const cell = JSON.stringify(record()).replaceAll('"', '""')
  const csv = `RecordId,CreationDate,RecordType,Operation,UserId,AuditData\r\n${ID},2026-02-03T04:05:06.0000000Z,261,CopilotInteraction,ada@contoso.com,"${cell}"\r\n`
  expect(await importText('portal.csv', csv)).toMatchObject({
    read: 1,
    added: 0,
    repeated: 1,
    errors: [],
  })
})

test('every sighting is told with the file it was in', async () => {
  const { records } = await shown()
  expect(records).toHaveLength(1)
  expect(records[0]?.file).toBe(join(exports, 'blob.json'))
  expect(records[0]?.seenAgain.map(({ file }) => file?.slice(exports.length + 1))).toEqual([
    'blob-again.json',
    'arrays in another order.json',
    'a time with its zone.json',
    'portal.csv',
  ])
  expect(records[0]?.seenAgain.map(({ sameBytes }) => sameBytes)).toEqual([
    true,
    false,
    false,
    expect.anything(),
  ])
})

test('another content is a version: both are kept, the item shows the newest and says so', async () => {
  const changed = record({ ClientIP: '192.0.2.7' })
  expect(await importText('changed.json', JSON.stringify([changed]))).toMatchObject({
    read: 1,
    added: 1,
    versions: 1,
  })
  const { item, records } = await shown()
  expect(records.map(({ raw }) => raw)).toEqual([JSON.stringify(record()), JSON.stringify(changed)])
  expect(item).toMatchObject({ versions: 1, clientIps: ['192.0.2.7'] })
  // Either one again is a repeat.
  expect(await importText('both.json', JSON.stringify([record(), changed]))).toMatchObject({
    read: 2,
    added: 0,
    repeated: 2,
  })
})

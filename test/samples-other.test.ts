import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ItemWithRecords, ReferenceAnswer } from '../src/api/answers.ts'
import { folders, itemsOf, openHere, SAMPLES } from './end-to-end/daybook.suite.ts'

// What items and reference data tell of the shapes beside audit records and Graph's items.
const absent = !existsSync(SAMPLES)
if (absent) process.stderr.write(`samples-other.test.ts: skipped in part, there is no ${SAMPLES}\n`)

const newFolder = folders()
const sampled = (name: string): string => join(SAMPLES, name)

describe.skipIf(absent)('the samples of eDiscovery, telemetry and transcripts', () => {
  let items: readonly ItemWithRecords[] = []
  let taken: object = {}
  beforeAll(async () => {
    const app = await openHere(newFolder())
    taken = await app.import([
      sampled('splunk-attack-data-ediscovery'),
      sampled('copilot-studio-app-insights'),
      sampled('fsi-agentgov'),
      sampled('valuelens-dataverse-transcripts'),
    ])
    items = await itemsOf(app)
    await app.close()
  })
  const from = (namespace: string) =>
    items.filter(({ records }) => records[0]?.namespace === namespace)

  test('all of them are taken in and understood', () => {
    expect(taken).toMatchObject({ read: 113, added: 113, unmapped: 0, errors: [] })
  })

  test('eDiscovery: messages and conversations are told apart, and share their threads', () => {
    const rows = from('ediscovery')
    const ofKind = (kind: string) => rows.filter(({ item }) => item.kind === kind)

    expect(ofKind('interaction')).toHaveLength(78)
    expect(ofKind('conversation')).toHaveLength(24)
    const threads = new Set(ofKind('conversation').map(({ item }) => item.sessionId))
    const named = ofKind('interaction').filter(({ item }) => threads.has(item.sessionId))
    expect(named.length).toBeGreaterThan(60)
    expect(ofKind('interaction').every(({ item }) => item.messages.length === 1)).toBe(true)
  })

  test('telemetry: sessions, and a filter that acted', () => {
    const rows = from('telemetry')
    const filtered = rows.filter(({ item }) =>
      item.findings.some(({ code }) => code === 'CONTENT_FILTERED'),
    )

    expect(rows).toHaveLength(6)
    expect(filtered.map(({ item }) => item.sessionId)).toEqual(['session-guid'])
    expect(rows.flatMap(({ item }) => item.messages).map(({ text }) => text)).toEqual(['hello'])
  })

  test('transcripts: activities are turns of a person and an agent', () => {
    const rows = from('transcript')

    expect(rows).toHaveLength(5)
    for (const { item } of rows) {
      expect(item.messages.map(({ role }) => role)).toEqual(['prompt', 'answer'])
      expect(item.messages.every(({ text }) => text !== null)).toBe(true)
      expect(item.custodians).toHaveLength(1)
      expect(item.agent?.name).toBeTruthy()
    }
  })
})

test('reference data survives the loss of the catalog, and is not doubled by being imported again', async () => {
  const folder = newFolder()
  const files = `${folder}-files`
  mkdirSync(files)
  const user = '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70'
  writeFileSync(
    join(files, 'users.json'),
    JSON.stringify({
      value: [{ id: user, displayName: 'Avery Howard', userPrincipalName: 'avery@contoso.com' }],
    }),
  )
  writeFileSync(
    join(files, 'audit.json'),
    JSON.stringify([
      {
        Id: 'a0000000-0000-4000-8000-000000000001',
        CreationTime: '2026-03-02T09:15:04',
        RecordType: 261,
        Operation: 'CopilotInteraction',
        OrganizationId: 'c0000000-0000-4000-8000-000000000002',
        UserId: user,
        CopilotEventData: { AppHost: 'Word' },
      },
    ]),
  )
  const first = await openHere(folder)
  const taken = await first.import([files])
  const again = await first.import([join(files, 'users.json')])
  const [told] = await itemsOf(first)
  await first.close()
  rmSync(join(folder, 'catalog.db'))
  const second = await openHere(folder)
  const found = await second.get<ReferenceAnswer>('/api/v1/reference')
  const [toldAgain] = await itemsOf(second)
  await second.close()

  expect(taken).toMatchObject({
    read: 1,
    reference: [{ kind: 'directory', rows: 1, repeated: false }],
  })
  expect(again).toMatchObject({ read: 0, reference: [{ rows: 1, repeated: true }] })
  // The records beside it said whose it is, although it was read first or last.
  expect(found.value).toMatchObject([{ tenant: 'c0000000-0000-4000-8000-000000000002', rows: 1 }])
  expect(told?.reference?.people).toMatchObject([{ name: 'Avery Howard' }])
  expect(toldAgain?.reference?.people).toEqual(told?.reference?.people)
  // No record says the name, so the item does not.
  expect(told?.item.custodians.map(({ name }) => name)).toEqual([null])
})

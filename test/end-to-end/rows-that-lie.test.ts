import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportResult } from '../../src/cli/import-run.ts'
import {
  differences,
  folders,
  itemsOf,
  openHere,
  timeless,
  type OpenedApp,
} from './daybook.suite.ts'

// Exports hold rows that contradict each other. They are kept, flagged and not merged, whatever is imported first.

const CONTOSO = '5f0c6d2e-0001-4000-8000-000000000001'
const FABRIKAM = '5f0c6d2e-0002-4000-8000-000000000002'
const HONEST = 'a0000000-0000-4000-8000-000000000001'
const DISPUTED = 'a0000000-0000-4000-8000-000000000002'
const PROMPT = '1772442904000'
const ANSWER = '1772442909000'

const newFolder = folders()
const folder = newFolder()
let app: OpenedApp
let rows: ImportResult
let others: ImportResult

const COLUMNS = [
  'RecordId',
  'CreationTime',
  'Operation',
  'UserId',
  'AppHost',
  'ThreadId',
  'Message_Id',
  'Message_isPrompt',
  'OrganizationId',
]
const rowOf = (id: string, user: string, thread: string, message: string) =>
  `${id},2026-03-02T09:15:04,CopilotInteraction,${user},Word,${thread},${message},TRUE,${CONTOSO}`

const audit = {
  Id: HONEST,
  CreationTime: '2026-03-02T09:15:04',
  Operation: 'CopilotInteraction',
  RecordType: 261,
  UserId: 'avery@contoso.com',
  Workload: 'Copilot',
  OrganizationId: CONTOSO,
  CopilotEventData: {
    AppHost: 'Word',
    ThreadId: '19:one@thread.v2',
    Messages: [
      { Id: PROMPT, isPrompt: true },
      { Id: ANSWER, isPrompt: false },
    ],
  },
}
/** Of Fabrikam's, in the session and under the message id of Contoso's record. */
const item = {
  id: PROMPT,
  sessionId: '19:one@thread.v2',
  requestId: 'r1',
  appClass: 'IPM.SkypeTeams.Message.Copilot.Word',
  interactionType: 'userPrompt',
  createdDateTime: '2026-03-02T09:15:04Z',
  body: { contentType: 'text', content: 'Whose session is this?' },
  from: { user: { id: 'b0000000-0000-4000-8000-000000000009', tenantId: FABRIKAM } },
}

const turned = (line: string) => line.split(',').toReversed().join(';')

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

beforeAll(async () => {
  const pax = [
    COLUMNS.join(','),
    rowOf(HONEST, 'avery@contoso.com', '19:one@thread.v2', PROMPT),
    rowOf(HONEST, 'avery@contoso.com', '19:one@thread.v2', ANSWER),
    rowOf(DISPUTED, 'avery@contoso.com', '19:two@thread.v2', PROMPT),
    rowOf(DISPUTED, 'robin@contoso.com', '19:two@thread.v2', PROMPT),
  ]
  app = await openHere(newFolder())
  rows = await app.import([file('pax.csv', pax.join('\n'))])
  others = await app.import([
    file('audit.json', JSON.stringify([audit])),
    file('graph.json', JSON.stringify({ value: [item] })),
  ])
})

afterAll(() => app.close())

test('every row is kept, and none is a version of another', () => {
  expect(rows).toMatchObject({ read: 4, added: 4, versions: 0, unmapped: 0, errors: [] })
  expect(others).toMatchObject({ read: 2, added: 2, versions: 0, errors: [] })
})

test('rows join the record that they were made from, and say why', async () => {
  const items = await itemsOf(app, `id:${HONEST}`)
  expect(items).toHaveLength(1)
  const [found] = items
  expect(found?.records).toHaveLength(3)
  expect(found?.item).toMatchObject({
    recordIds: [HONEST],
    versions: 0,
    messages: [{ id: PROMPT }, { id: ANSWER }],
    joins: [{ basis: 'record-id', confidence: 'certain' }],
  })
})

test('a RecordId twice with different content is two items, each flagged', async () => {
  const items = await itemsOf(app, 'finding:ROWS_DIFFER')
  expect(items.map(({ item: { custodians } }) => custodians.map(({ upn }) => upn))).toEqual(
    expect.arrayContaining([['avery@contoso.com'], ['robin@contoso.com']]),
  )
  expect(items).toHaveLength(2)
  for (const { item: found, records } of items) {
    expect(records).toHaveLength(1)
    expect(found.recordIds).toEqual([DISPUTED])
    expect(found.findings.map(({ code }) => code)).toContain('ROWS_DIFFER')
  }
})

test("an item in another tenant's session stays in its own tenant, without an audit record", async () => {
  const items = await itemsOf(app, `tenant:${FABRIKAM}`)
  expect(items).toHaveLength(1)
  expect(items[0]?.records).toHaveLength(1)
  expect(items[0]?.item.findings.map(({ code }) => code)).toContain('TEXT_WITHOUT_AUDIT')
  const contoso = await itemsOf(app, `tenant:${CONTOSO} AND session:"19:one@thread.v2"`)
  expect(contoso).toHaveLength(1)
  expect(contoso[0]?.item.messages.map(({ text }) => text)).toEqual([null, null])
})

test('the same rows in other columns, and a rebuilt index, change nothing', async () => {
  const before = (await itemsOf(app)).map(timeless)
  const disputed = [
    COLUMNS.join(','),
    rowOf(DISPUTED, 'robin@contoso.com', '19:two@thread.v2', PROMPT),
  ]
  const again = await app.import([file('turned.csv', disputed.map(turned).join('\r\n'))])
  expect(again).toMatchObject({ read: 1, added: 0, repeated: 1 })
  for await (const _ of app.stream('/api/v1/index/rebuild', {}));
  expect(differences((await itemsOf(app)).map(timeless), before)).toEqual([])
})

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isFields, listOf } from './fields.ts'
import { intake } from './intake.ts'
import type { Facts, Intake, ReadContext } from './record.ts'

// Records that we did not write, beside the repository; EXPECTED.md there says what each must give.
const samples = new URL('../../../shared/samples/', import.meta.url)
const absent = !existsSync(samples)
const reason = absent ? ' (skipped: no ../shared/samples beside the repository)' : ''

function read(file: string): string {
  return readFileSync(new URL(file, samples), 'utf8')
}

function lines(file: string, context: ReadContext): Intake[] {
  return read(file)
    .split('\n')
    .filter((line) => line.trim().length > 0)
    .map((line) => intake(line, context))
}

function elements(file: string, context: ReadContext): Intake[] {
  const parsed: unknown = JSON.parse(read(file))
  // A page, or a list.
  const list = isFields(parsed) ? parsed['value'] : parsed
  return listOf(list).map((element) => intake(JSON.stringify(element), context))
}

function expectKept(all: readonly Intake[], count: number): Facts[] {
  expect(all).toHaveLength(count)
  for (const { facts, notAi } of all) expect([notAi, facts.unmapped]).toEqual([null, null])
  return all.map(({ facts }) => facts)
}

describe.skipIf(absent)(`samples${reason}`, () => {
  test('Word and Bing records: file, web grounding, labelled document, model, odd ClientIP', () => {
    const all = lines('ms-copilot-schema/copilotinteraction.ndjson', { format: 'audit' })

    const [word, bing] = expectKept(all, 2)

    expect(word).toMatchObject({ surface: 'Word', setting: 'file', clientIp: 'ffff:10.11.0.229' })
    expect(bing).toMatchObject({ surface: 'Bing', web: true, tenantGrounded: true })
    expect(bing?.labels).toEqual(['f41ab342-8706-4188-bd11-ebb85995028c'])
    expect(bing?.models[0]?.name).toBe('DEEP_LEO')
  })

  test('a SiteUrl in <> is a URL', () => {
    const file = 'sekoia-intake-formats/copilot_interaction_bing_resources.json'

    const [facts] = expectKept(lines(file, { format: 'audit' }), 1)

    expect(facts?.resources[0]?.url).toMatch(/^https:.*[^>]$/)
  })

  test('directory records are not about AI', () => {
    const all = elements('ms-office365-management-api/audit-blob-aad.json', { format: 'audit' })

    expect(all).toHaveLength(3)
    for (const { notAi } of all) expect(notAi).toMatch(/^AzureActiveDirectory\//)
  })

  test('the portal CSV row parses in spite of its quotes and is not about AI', () => {
    const [header = '', row = ''] = read('purview-csv-export/audit-2023-us-date.csv').split(/\r?\n/)
    const columns = header.split(',')

    const { facts, notAi } = intake(row, { format: 'audit-csv', columns, delimiter: ',' })

    expect(facts.unmapped).toBeNull()
    expect(facts.occurredAt).toBe('2023-09-20T04:05:03Z')
    expect(notAi).toBe('AzureActiveDirectory/AzureActiveDirectory/Add service principal.')
  })

  test('the BizChat answer comes out of its card, once', () => {
    const file = 'ms-graph-aiinteraction/aiinteraction-bizchat-filter.response.json'

    const [answer, prompt] = expectKept(elements(file, { format: 'ai-interaction' }), 2)

    expect(answer?.messages[0]?.text).toMatch(/^It looks like there were no important emails/)
    expect(answer?.messages[0]?.text?.split('no important emails')).toHaveLength(2)
    expect(answer?.messages[0]?.text).not.toContain('https://')
    expect(answer?.resources.map(({ name }) => name)).toEqual([
      'test meeting2 - export api',
      'new meeting to test copilot interaction in meetings',
      'test meeting',
      'OnCall DRI Handbook-v3.pdf',
    ])
    expect(prompt?.requestId).toBe(answer?.requestId)
    expect(prompt?.messages[0]?.automatic).toBe(false)
  })

  test('the meeting answer loses its attachment marker, and the notification says the same', () => {
    const file = 'ms-graph-aiinteraction/aiinteraction-teams-meeting.response.json'
    const notified = read('ms-graph-aiinteraction-notifications/notification-decrypted.json')

    const [facts] = expectKept(elements(file, { format: 'ai-interaction' }), 1)

    expect(facts).toMatchObject({ setting: 'meeting', surface: 'Teams' })
    expect(facts?.messages[0]?.text).toMatch(/few minutes\.$/)
    expect(intake(notified, { format: 'ai-interaction' }).facts).toEqual(facts)
  })

  test('records without id, time and operation are interactions all the same', () => {
    const all = lines('pnp-analytics-tests/schema-variants.ndjson', { format: 'audit' })

    for (const facts of expectKept(all, 5)) {
      expect(facts).toMatchObject({ nativeId: null, occurredAt: null, kind: 'interaction' })
    }
  })

  test('the twins of an agent turn name the same agent and conversation', () => {
    const file = 'pnp-analytics-tests/agent-runtime-and-client-twins.ndjson'

    const [runtime, client] = expectKept(lines(file, { format: 'audit' }), 2)

    expect(runtime?.agent?.key).toBe(client?.agent?.key)
    expect(runtime?.agent).toMatchObject({ kind: 'custom-engine', origin: 'customer' })
    expect(client?.agent).toMatchObject({ kind: 'custom-engine', name: 'Contoso Helpdesk' })
    expect(runtime?.conversationId).toBe(client?.conversationId)
  })

  test('Graph audit rows: odd agents, blanks, "True", seven digits', () => {
    const file = 'valuelens-fixtures/audit_records_edge_cases-a.json'

    const all = expectKept(elements(file, { format: 'audit-row' }), 6)

    expect(all[0]?.user?.upn).toBe('alice@contoso.example')
    expect(all[0]).toMatchObject({ setting: 'meeting', web: true })
    expect(all[1]?.occurredAt).toBe('2026-03-03T23:59:59.1234567Z')
    expect(all[1]?.messages[0]?.role).toBe('prompt')
    expect(all[2]?.surface).toBe('Copilot Studio')
    expect(all.map(({ nativeId }) => nativeId)).toEqual([
      'r-001',
      'r-002',
      'r-003',
      'r-004',
      'r-005',
      'r-006',
    ])
  })

  test('Cowork runs: only answers, an agent by name, automatic', () => {
    const all = lines('valuelens-fixtures/cowork_scheduled_runs.ndjson', { format: 'audit-row' })

    for (const facts of expectKept(all, 2)) {
      expect(facts).toMatchObject({ surface: 'Cowork', recordTypeNumber: 261 })
      expect(facts.agent).toMatchObject({ name: 'Copilot Cowork', origin: 'microsoft' })
      expect(facts.messages.every(({ role, automatic }) => role === 'answer' && automatic)).toBe(
        true,
      )
    }
  })

  test('Graph audit rows with auditData as object, string and flattened', () => {
    const all = expectKept(
      lines('copilot-sync-tests/graph-audit-records.ndjson', { format: 'audit-row' }),
      5,
    )

    expect(all[1]?.messages[1]).toMatchObject({ role: 'answer', jailbreak: true })
    expect(all[1]?.resources[0]?.xpia).toBe(true)
    expect(all[2]).toMatchObject({ surface: 'Teams', sessionId: '19:flat-thread@thread.v2' })
    expect(all[4]?.messages).toHaveLength(1)
  })

  test('a DLP block is a block', () => {
    const [facts] = expectKept(
      lines('purview-collector-tests/graph-audit-dlp.ndjson', { format: 'audit-row' }),
      1,
    )

    expect(facts?.dlp).toBe('blocked')
    expect(facts?.resources[1]?.policies).toEqual(['Restrict grounding'])
  })
})

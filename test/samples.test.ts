import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { CountAnswer, ItemWithRecords } from '../src/api/answers.ts'
import {
  folders,
  hitsOf,
  itemsOf,
  openHere,
  SAMPLES,
  type OpenedApp,
} from './end-to-end/daybook.suite.ts'

// Files as Microsoft's interfaces and other people's tools serve them, kept beside the checkout.
const absent = !existsSync(SAMPLES)
if (absent) process.stderr.write(`samples.test.ts: skipped, there is no ${SAMPLES}\n`)

/** What an import into an empty archive must count. */
const READ: Readonly<
  Record<string, { readonly read: number; readonly added: number; readonly notAi: number }>
> = {
  'ms-copilot-schema/copilotinteraction.ndjson': all(2),
  'sekoia-intake-formats/copilot_interaction_bing_resources.json': all(1),
  'ms-office365-management-api/audit-blob-aad.json': none(3),
  'purview-csv-export/audit-2023-us-date.csv': none(1),
  'ms-graph-aiinteraction/aiinteraction-bizchat-filter.response.json': all(2),
  'ms-graph-aiinteraction/aiinteraction-teams-meeting.response.json': all(1),
  'ms-graph-aiinteraction-notifications/notification-decrypted.json': all(1),
  'pnp-analytics-tests/schema-variants.ndjson': all(5),
  'pnp-analytics-tests/agent-runtime-and-client-twins.ndjson': all(2),
  // Audit records too, in forms that are asked for later: they are read already.
  'valuelens-fixtures/audit_records_edge_cases-a.json': all(6),
  'valuelens-fixtures/cowork_scheduled_runs.ndjson': all(2),
  'copilot-sync-tests/graph-audit-records.ndjson': all(5),
  'purview-collector-tests/graph-audit-dlp.ndjson': all(1),
  'splunk-attack-data-ediscovery/copilot_prompt_logs-shared.csv': all(102),
  'activity-explorer-export/2026-05-04-Page-001.json': all(1),
  'copilot-studio-app-insights/custom-events.ndjson': all(5),
  'copilot-studio-app-insights/query-response-empty.json': all(0),
  'fsi-agentgov/rai-content-filtered.json': all(1),
  'valuelens-dataverse-transcripts/conversationtranscripts-a.csv': all(5),
}

/** Tell of an exchange that another sample tells of: each begins an archive anew. */
const APART: ReadonlySet<string> = new Set([
  'ms-graph-aiinteraction/aiinteraction-bizchat-filter.response.json',
  'ms-graph-aiinteraction-notifications/notification-decrypted.json',
])

/** Reference data: taken as such, in no count of records. */
const REFERENCE = /^ms-graph-copilot-(packages|reports)\//

describe.skipIf(absent)('the samples', () => {
  const files = absent ? [] : sampleFiles()
  const known = files.filter((file) => file in READ)
  const refused = files.filter((file) => !(file in READ) && !REFERENCE.test(file))
  const newFolder = folders()
  // One folder for most of them: few samples tell of what another tells.
  let opened: Promise<OpenedApp> | null = null
  const theApp = () => (opened ??= openHere(newFolder()))
  const anew = async () => {
    await (await opened)?.close()
    opened = null
  }
  afterAll(anew)

  test('are those that the expectations name', () => {
    expect(known.toSorted()).toEqual(Object.keys(READ).toSorted())
    expect(refused.length).toBeGreaterThan(10)
  })

  test.each(refused)('%s is no export: nothing is added and a sentence says so', async (file) => {
    const app = await theApp()
    const before = await recordsIn(app)
    const result = await app.import([join(SAMPLES, file)])
    expect(result).toMatchObject({ read: 0, added: 0, notAi: 0, unmapped: 0 })
    expect(result.errors).toMatchObject([{ code: 'NOT_AN_EXPORT' }])
    expect(result.errors[0]?.message).toMatch(
      file.includes('encrypted')
        ? /encrypted.*collector that holds the key/
        : /is no export|no export that/,
    )
    expect(await recordsIn(app)).toBe(before)
  })

  test.each(files.filter((file) => REFERENCE.test(file)))(
    '%s is taken as reference data',
    async (file) => {
      const app = await theApp()
      const result = await app.import([join(SAMPLES, file)])
      expect(result).toMatchObject({ read: 0, added: 0, reference: [{ rows: 1 }], errors: [] })
    },
  )

  test.each(Object.keys(READ))('%s is read as it must be', async (file) => {
    if (APART.has(file)) await anew()
    const app = await theApp()
    const before = await recordsIn(app)
    const seen = new Set((await hitsOf(app, '*')).map(({ id }) => id))
    const result = await app.import([join(SAMPLES, file)])
    expect(result).toMatchObject({
      ...READ[file],
      repeated: 0,
      versions: 0,
      unmapped: 0,
      errors: [],
    })
    expect(await recordsIn(app)).toBe(before + result.added)
    const again = await app.import([join(SAMPLES, file)])
    expect(again).toMatchObject({ added: 0, repeated: result.added, notAi: result.notAi })
    const ids = (await hitsOf(app, '*')).map(({ id }) => id).filter((id) => !seen.has(id))
    REMARKS[file]?.(ids.length === 0 ? [] : await itemsOf(app, `id:${ids.join(',')}`))
    expect(Object.values(result.dropped).reduce((a, b) => a + b, 0)).toBe(result.notAi)
  })
})

/** What the reconciled items must tell. */
const REMARKS: Readonly<Record<string, (items: readonly ItemWithRecords[]) => void>> = {
  'ms-copilot-schema/copilotinteraction.ndjson'(items) {
    const word = the(items, ({ item }) => item.surface === 'Word')
    expect(word.item.setting).toBe('file')
    expect(word.item.contexts).toHaveLength(1)
    const web = the(items, ({ item }) => item.web === true)
    expect(web.item.labels).toHaveLength(1)
    expect(web.item.models.map(({ name }) => name)).toEqual(['DEEP_LEO'])
    expect(items.flatMap(({ item }) => item.clientIps)).toContain('ffff:10.11.0.229')
  },
  'ms-graph-aiinteraction/aiinteraction-bizchat-filter.response.json'(items) {
    expect(items).toHaveLength(1)
    const answer = items[0]?.item.messages.find(({ role }) => role === 'answer')
    expect(answer?.text?.length).toBeGreaterThan(20)
  },
  'pnp-analytics-tests/schema-variants.ndjson'(items) {
    expect(items).toHaveLength(5)
    for (const { item, records } of items) {
      expect(item.timeBasis).toBe('received')
      expect(records).toMatchObject([{ occurredAt: null, nativeId: null }])
    }
  },
  'pnp-analytics-tests/agent-runtime-and-client-twins.ndjson'(items) {
    expect(items).toHaveLength(2)
  },
  'valuelens-fixtures/audit_records_edge_cases-a.json'(items) {
    const people = items.flatMap(({ item }) => item.custodians.map(({ upn }) => upn ?? ''))
    expect(people).not.toEqual([])
    expect(people.filter((upn) => upn !== upn.trim())).toEqual([])
  },
  'valuelens-fixtures/cowork_scheduled_runs.ndjson'(items) {
    for (const { item } of items) {
      expect(item.surface).toBe('Cowork')
      expect(item.messages.every(({ role }) => role === 'answer')).toBe(true)
    }
  },
  'copilot-sync-tests/graph-audit-records.ndjson'(items) {
    const flagged = the(items, ({ item }) => item.jailbreak === true)
    expect(flagged.item.xpia).toBe(true)
    const answer = the(flagged.item.messages, ({ jailbreak }) => jailbreak === true)
    expect(answer.role).toBe('answer')
    the(items, ({ item }) => item.sessionId === '19:flat-thread@thread.v2')
  },
  'purview-collector-tests/graph-audit-dlp.ndjson'(items) {
    expect(items.map(({ item }) => item.dlp)).toEqual(['blocked'])
  },
  'activity-explorer-export/2026-05-04-Page-001.json'(items) {
    expect(items).toHaveLength(1)
    expect(items[0]?.item).toMatchObject({
      kind: 'interaction',
      surface: 'Outlook',
      sessionId: '19:thread',
      web: true,
      versions: 0,
    })
    expect(items[0]?.item.messages.map(({ id }) => id)).toEqual(['1', '2'])
  },
  'fsi-agentgov/rai-content-filtered.json'(items) {
    expect(items[0]?.item.findings.map(({ code }) => code)).toContain('CONTENT_FILTERED')
  },
  'valuelens-dataverse-transcripts/conversationtranscripts-a.csv'(items) {
    for (const { item } of items) {
      expect(item.messages.some(({ role, text }) => role === 'prompt' && text !== null)).toBe(true)
    }
  },
}

function the<T>(list: readonly T[], wanted: (value: T) => boolean): T {
  const [found, ...others] = list.filter(wanted)
  if (found === undefined || others.length > 0) throw new Error('not exactly one is wanted')
  return found
}

async function recordsIn(app: OpenedApp): Promise<number> {
  const { count } = await app.get<CountAnswer>('/api/v1/items/count', { q: '*', unit: 'record' })
  return count
}

function all(added: number) {
  return { read: added, added, notAi: 0 }
}

function none(notAi: number) {
  return { read: notAi, added: 0, notAi }
}

function sampleFiles(): string[] {
  return readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\/.*\.(json|ndjson|csv)$/.test(file))
    .toSorted()
}

import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { read } from './testdata/exports.ts'

const samples = join(import.meta.dirname, '../../../../shared/samples')
const isMissing = !existsSync(samples)
if (isMissing) process.stderr.write('samples.test.ts: skipped, the samples are not here\n')

const EXPORTS: readonly (readonly [string, number, string])[] = [
  ['ms-copilot-schema/copilotinteraction.ndjson', 2, 'audit'],
  ['sekoia-intake-formats/copilot_interaction_bing_resources.json', 1, 'audit'],
  ['ms-office365-management-api/audit-blob-aad.json', 3, 'audit'],
  ['purview-csv-export/audit-2023-us-date.csv', 1, 'audit-csv'],
  ['ms-graph-aiinteraction/aiinteraction-bizchat-filter.response.json', 2, 'ai-interaction'],
  ['ms-graph-aiinteraction/aiinteraction-teams-meeting.response.json', 1, 'ai-interaction'],
  ['ms-graph-aiinteraction-notifications/notification-decrypted.json', 1, 'ai-interaction'],
  ['pnp-analytics-tests/schema-variants.ndjson', 5, 'audit'],
  ['pnp-analytics-tests/agent-runtime-and-client-twins.ndjson', 2, 'audit'],
  ['valuelens-fixtures/audit_records_edge_cases-a.json', 6, 'audit-row'],
  ['valuelens-fixtures/cowork_scheduled_runs.ndjson', 2, 'audit-row'],
  ['copilot-sync-tests/graph-audit-records.ndjson', 5, 'audit-row'],
  ['purview-collector-tests/graph-audit-dlp.ndjson', 1, 'audit-row'],
  ['splunk-attack-data-ediscovery/copilot_prompt_logs-shared.csv', 102, 'ediscovery-csv'],
  ['activity-explorer-export/2026-05-04-Page-001.json', 1, 'explorer'],
  ['copilot-studio-app-insights/custom-events.ndjson', 5, 'telemetry'],
  ['copilot-studio-app-insights/query-response-empty.json', 0, 'telemetry'],
  ['fsi-agentgov/rai-content-filtered.json', 1, 'telemetry'],
  ['valuelens-dataverse-transcripts/conversationtranscripts-a.csv', 5, 'transcript-csv'],
]

const REFERENCES: Readonly<Record<string, string>> = {
  'ms-graph-copilot-packages': 'packages',
  'ms-graph-copilot-reports': 'usage-report',
}

test.skipIf(isMissing)('each sample export gives its records, without an error', async () => {
  for (const [name, count, format] of EXPORTS) {
    const { records, errors } = await read([join(samples, name)])
    const formats = records.map((record) => record.format)
    expect([name, errors, formats]).toEqual([name, [], Array<string>(count).fill(format)])
  }
})

test.skipIf(isMissing)('reference data is told apart, and comes whole', async () => {
  for (const [folder, kind] of Object.entries(REFERENCES)) {
    const { references, containers, errors } = await read([join(samples, folder)])
    expect(references.length).toBeGreaterThan(3)
    expect([containers, errors]).toEqual([[], []])
    for (const { name, reference, bytes, digest } of references) {
      expect([name, reference]).toEqual([name, kind])
      expect(digest.size).toBeGreaterThanOrEqual(bytes.length)
    }
  }
})

test.skipIf(isMissing)('every other sample gives one error and nothing else', async () => {
  const known = new Set(EXPORTS.map(([name]) => name))
  const others = globSync('*/*', { cwd: samples }).filter(
    (name) => !known.has(name) && !(dirname(name) in REFERENCES),
  )
  expect(others.length).toBeGreaterThan(10)
  for (const name of others) {
    const { containers, records, errors } = await read([join(samples, name)])
    expect([name, containers.length, records.length, errors.length]).toEqual([name, 0, 0, 1])
  }
})

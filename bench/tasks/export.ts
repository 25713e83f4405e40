import { quoted } from '../../src/query/sql-text.ts'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExportResult, SummaryAnswer } from '../../src/api/answers.ts'
import { openApp } from '../../src/app.ts'
import { appClient } from '../../src/cli/client.ts'
import type { Client } from '../../src/cli/command.ts'
import { openBare } from '../bare.ts'

export interface ExportTask {
  readonly dataDir: string
  /** Where the exports go; emptied before and after. */
  readonly folder: string
  readonly format: 'raw' | 'csv' | 'parquet' | 'xlsx' | 'user'
  /** What is exported; `user` looks for the busiest one itself. */
  readonly query: string
}

export interface ExportFigures {
  /** Items; of raw texts records. */
  readonly rows: number
  readonly proofs: number
  readonly bytes: number
  readonly seconds: number
  /** Resident before the export, the application being open. */
  readonly idleBytes: number
}

/** An export through the application's own interface, as the command line does it, after a small one. */
export async function exportAs({
  dataDir,
  folder,
  format,
  query: asked,
}: ExportTask): Promise<ExportFigures> {
  const app = await openApp({
    dataDir,
    purpose: 'benchmark',
    index: true,
    signal: new AbortController().signal,
    environment: {},
  })
  const client = appClient(app.fetch, () => app.close())
  const into = async (name: string, body: object): Promise<ExportResult> => {
    let result: ExportResult | null = null
    const output = join(folder, name)
    type Step = { readonly type: 'progress' } | ({ readonly type: 'result' } & ExportResult)
    for await (const step of client.stream<Step>('/api/v1/exports', { output, ...body }))
      if (step.type === 'result') result = step
    if (result === null) throw new Error('the export gave no result')
    return result
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await into('warm', { queries: ['dlp:blocked'], format: 'csv' })
  const query = format === 'user' ? await busiestYear(client) : asked
  await sleep(500)
  const idleBytes = process.memoryUsage.rss()
  const result = await into('out', { queries: [query], ...BODIES[format] })
  await client.close()
  rmSync(folder, { recursive: true })
  const { counts, bytes, seconds } = result
  const rows = format === 'raw' ? counts.record : counts.item
  return { rows, proofs: counts.proof, bytes, seconds, idleBytes }
}

const BODIES: Readonly<Record<ExportTask['format'], object>> = {
  raw: { unit: 'record', format: 'jsonl', raw: true },
  csv: { format: 'csv' },
  parquet: { format: 'parquet' },
  xlsx: { format: 'xlsx' },
  user: { format: 'csv', proofs: true, zip: true },
}

/** The person with the most items, and all of the corpus's year. */
async function busiestYear(client: Client): Promise<string> {
  const { facets } = await client.get<SummaryAnswer>('/api/v1/items/summary', { q: '*' })
  const user = facets.find(({ name }) => name === 'custodian')?.values[0]?.value
  if (user === undefined) throw new Error('the corpus has no persons')
  return `user:"${user}"`
}

export interface BareExportTask {
  /** Where the index lies. */
  readonly path: string
  readonly folder: string
  readonly format: 'csv' | 'parquet'
  /** Which rows, as SQL. */
  readonly where: string
}

/** The bare engine's own INSERT INTO FUNCTION file of the same rows, all columns, in the same order. */
export async function exportBare({
  path,
  folder,
  format,
  where,
}: BareExportTask): Promise<{ readonly seconds: number }> {
  mkdirSync(folder, { recursive: true })
  const engine = openBare(path)
  const file = join(folder, `bare.${format}`)
  const name = format === 'csv' ? 'CSVWithNames' : 'Parquet'
  await engine.query('SELECT count(), sum(length(text)) FROM items')
  const started = performance.now()
  await engine.run(
    `INSERT INTO FUNCTION file(${quoted(file)}, ${name}) SELECT * FROM items WHERE ${where} ORDER BY occurredAt, id SETTINGS engine_file_truncate_on_insert = 1`,
  )
  const seconds = (performance.now() - started) / 1_000
  await engine.close()
  rmSync(file)
  return { seconds }
}

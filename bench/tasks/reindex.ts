import { openApp } from '../../src/app.ts'
import { appClient } from '../../src/cli/client.ts'
import type { DataInput } from './verify.ts'

export interface ReindexFigures {
  readonly records: number
  readonly seconds: number
}

/** The index dropped and built again from the archive, as `daybook reindex` does it. */
export async function reindex({ dataDir }: DataInput): Promise<ReindexFigures> {
  const app = await openApp({
    dataDir,
    purpose: 'benchmark',
    index: true,
    signal: new AbortController().signal,
    environment: {},
  })
  const client = appClient(app.fetch, () => app.close())
  let records = 0
  const started = performance.now()
  type Step = { readonly type: 'progress' } | { readonly type: 'result'; readonly records: number }
  for await (const step of client.stream<Step>('/api/v1/index/rebuild', {}))
    if (step.type === 'result') records = step.records
  const seconds = (performance.now() - started) / 1_000
  await client.close()
  return { records, seconds }
}

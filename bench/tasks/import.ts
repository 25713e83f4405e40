import { setTimeout as sleep } from 'node:timers/promises'
import { openApp } from '../../src/app.ts'

export interface ImportInput {
  readonly dataDir: string
  readonly paths: readonly string[]
}

export interface ImportFigures {
  readonly read: number
  readonly added: number
  readonly repeated: number
  readonly versions: number
  readonly errors: number
  /** False: what was archived is not all searchable. */
  readonly indexed: boolean
  /** From the request to its answer: everything is archived, fsynced, logged and searchable then. */
  readonly seconds: number
  readonly closingSeconds: number
  /** Resident before the import, the application being open. */
  readonly idleBytes: number
}

/** An import through the application's own interface, as the command line does it. */
export async function importCorpus({ dataDir, paths }: ImportInput): Promise<ImportFigures> {
  const app = await openApp({
    dataDir,
    purpose: 'benchmark',
    index: true,
    signal: new AbortController().signal,
    environment: {},
  })
  await sleep(500)
  const idleBytes = process.memoryUsage.rss()
  const started = performance.now()
  const response = await app.fetch(
    new Request('http://daybook.local/api/v1/imports', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ paths }),
    }),
  )
  const result = await lastLine(response)
  const answered = performance.now()
  await app.close()
  const number = (name: string): number => Number(result[name])
  return {
    read: number('read'),
    added: number('added'),
    repeated: number('repeated'),
    versions: number('versions'),
    errors: Array.isArray(result['errors']) ? result['errors'].length : 0,
    indexed: result['indexed'] === true,
    seconds: (answered - started) / 1_000,
    closingSeconds: (performance.now() - answered) / 1_000,
    idleBytes,
  }
}

async function lastLine(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await response.text()
  const last: unknown = JSON.parse(text.trimEnd().split('\n').at(-1) ?? 'null')
  if (typeof last !== 'object' || last === null || !('type' in last) || last.type !== 'result')
    throw new Error(`the import gave no result: ${JSON.stringify(last)}`)
  return { ...last }
}

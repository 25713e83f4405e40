import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { openApp } from '../../src/app.ts'
import type { Feed } from '../../src/sources/feed.ts'

export interface CollectBlobInput {
  readonly dataDir: string
  readonly file: string
}

export interface CollectBlobFigures {
  readonly idleBytes: number
  readonly seconds: number
}

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'

/** Collects one content blob of any size, over HTTP, as the feed of audit content hands it over. */
export async function collectBlob({
  dataDir,
  file,
}: CollectBlobInput): Promise<CollectBlobFigures> {
  const server = createServer((_request, response) => void createReadStream(file).pipe(response))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo
  const app = await openApp({
    dataDir,
    purpose: 'benchmark',
    index: true,
    signal: new AbortController().signal,
    environment: {},
    collect: {
      settings: { everyMs: 600_000, lookBackMs: 6 * 86_400_000 },
      sources: async () =>
        Promise.resolve([{ tenantId: TENANT, feeds: [oneBlob(port)], usage: () => [] }]),
    },
  })
  await sleep(500)
  const idleBytes = process.memoryUsage.rss()
  const started = performance.now()
  const answer = await app.fetch(
    new Request('http://daybook.local/api/v1/collect', {
      method: 'POST',
      body: JSON.stringify({ once: true }),
    }),
  )
  await answer.text()
  const seconds = (performance.now() - started) / 1_000
  await app.close()
  server.close()
  return { idleBytes, seconds }
}

function oneBlob(port: number): Feed {
  const span = { from: '2026-03-02T10:00:00Z', to: '2026-03-02T11:00:00Z' }
  return {
    name: 'management-activity',
    permissions: [],
    everyMs: null,
    concurrency: 1,
    plan: async (desk) => {
      const at = { availableAt: span.from, expiresAt: null }
      const unit = { key: 'blob', scope: 'Audit.General', span, ...at, body: null }
      const listing = { scope: 'Audit.General', span, pages: 1, complete: true, units: [unit] }
      await Promise.resolve(desk.announce(listing))
    },
    fetch: async (_unit, desk) => {
      const { body } = await fetch(`http://127.0.0.1:${port}/`)
      if (body === null) throw new Error('the blob has no body')
      const form = { shape: 'management-blob', context: { format: 'audit' } } as const
      await desk.take({ name: 'blob', ...form, bytes: body })
      return { state: 'done' }
    },
    check: async () => Promise.resolve([]),
  }
}

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import type { AppContext } from '../context.ts'

/** GET /api/v1/status: what the data folder holds and in which state. Does not need the index. */
export function statusRoutes(app: AppContext): Hono {
  return new Hono().get('/api/v1/status', async (context) => {
    const tenants = []
    for (const tenant of app.archives.tenants()) {
      const reader = await app.archives.reader(tenant)
      await reader.refresh()
      const segments = reader.segments('records')
      const checkpoint = reader.checkpoint()
      tenants.push({
        tenant,
        records: reader.nextSequence('records'),
        recordsInOpenSegment: segments
          .filter(({ state }) => state === 'open')
          .reduce((sum, { count }) => sum + count, 0),
        segments: segments.filter(({ state }) => state === 'sealed').length,
        segmentBytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
        logSize: checkpoint?.size ?? 0,
        logRoot: checkpoint === undefined ? null : Buffer.from(checkpoint.root).toString('base64'),
        indexed: app.index?.watermark(tenant) ?? null,
      })
    }
    return context.json({
      dataDir: app.dataDir,
      tenants,
      disk: {
        archive: sizeOf(join(app.dataDir, 'archive')),
        index: sizeOf(join(app.dataDir, 'index')),
      },
      imports: app.catalog.imports(10).map((container) => ({
        file: container.name,
        shape: container.shape,
        startedAt: container.startedAt,
        endedAt: container.endedAt,
        ...container.counts,
      })),
      dropped: app.catalog.dropped().slice(0, 20),
    })
  })
}

/** Bytes of the files in a folder. Files that go while it is counted (the engine merges) count as nothing. */
function sizeOf(folder: string): number {
  let total = 0
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      if (entry.isFile())
        total += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
    }
  } catch {
    // There is none yet.
  }
  return total
}

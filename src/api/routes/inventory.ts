import { hash } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import { decodeLine, rawOf } from '../../archive/line.ts'
import { CodedError } from '../../platform/errors.ts'
import type { InventoryLine } from '../answers.ts'
import type { AppContext } from '../context.ts'
import { looked } from '../look.ts'
import { ndjsonOf } from '../ndjson.ts'

const Body = z.strictObject({ tenant: z.string().min(1) })

/**
 * POST /api/v1/records/inventory: every archived record of a tenant by its identity and the hash of its text, in order
 * of sequence, NDJSON; to be held against what somebody else says was served. Reads the archive, not the index.
 */
export function inventoryRoutes(app: AppContext): Hono {
  return new Hono().post('/api/v1/records/inventory', async (context) => {
    const body = Body.safeParse(await context.req.json())
    if (!body.success || !app.archives.tenants().includes(body.data.tenant))
      throw new CodedError('USAGE', 'The request names no tenant whose records are here')
    const { tenant } = body.data
    // The look is on disk before the first line is answered.
    await looked(app, 'inventory', { tenant }, () => Promise.resolve())
    return ndjsonOf(inventory(app, tenant))
  })
}

async function* inventory(app: AppContext, tenant: string): AsyncGenerator<InventoryLine> {
  const reader = await app.archives.reader(tenant)
  await reader.refresh()
  for await (const { lines } of reader.scan(0, 'records')) {
    for (const line of lines) {
      const record = decodeLine(line)
      const { sequence, namespace, id = null, source, receivedAt } = record
      const sha256 = hash('sha256', rawOf(record), 'hex')
      yield { sequence, namespace, id, source, receivedAt, sha256 }
    }
  }
}

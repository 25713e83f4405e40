import { Hono } from 'hono'
import { z } from 'zod'
import { CodedError } from '../../platform/errors.ts'
import type { AppContext } from '../context.ts'

const Body = z.strictObject({ tenant: z.guid() })

/** POST /api/v1/tenants: makes a tenant's archive with its key and writes its first entry. */
export function tenantRoutes(app: AppContext): Hono {
  return new Hono().post('/api/v1/tenants', async (context) => {
    const body = Body.safeParse(await context.req.json())
    if (!body.success) {
      throw new CodedError('USAGE', 'A tenant id is a GUID, as Entra shows it under "Tenant ID"')
    }
    const tenant = body.data.tenant.toLowerCase()
    const writer = await app.archives.writer(tenant)
    app.catalog.addTenant(tenant, app.clock.now().toISOString())
    const { origin, size } = writer.checkpoint()
    return context.json({ tenant, origin, logSize: size }, 201)
  })
}

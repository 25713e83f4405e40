import { Hono } from 'hono'
import { z } from 'zod'
import { CodedError } from '../../platform/errors.ts'
import type { AppContext } from '../context.ts'
import { ndjson } from '../ndjson.ts'

const Body = z.strictObject({
  paths: z.array(z.string().min(1)).min(1),
  tenant: z.guid('give a GUID, as Entra shows it under "Tenant ID"').nullable().optional(),
})

/** POST /api/v1/imports: takes in files of this machine; NDJSON of progress and, last, the result. */
export function importRoutes(app: AppContext): Hono {
  return new Hono().post('/api/v1/imports', async (context) => {
    const body = Body.safeParse(await context.req.json())
    if (!body.success)
      throw new CodedError('USAGE', `Cannot import: ${z.prettifyError(body.error)}`)
    const { paths, tenant = null } = body.data
    return ndjson(async (emit, gone) =>
      app.importFiles({ paths, tenant: tenant?.toLowerCase() ?? null, gone }, (step) =>
        emit({ type: 'progress', ...step }),
      ),
    )
  })
}

import { Hono } from 'hono'
import type { AppContext } from './context.ts'
import { errorAnswer } from './errors.ts'
import { attestationRoutes } from './routes/attestations.ts'
import { collectRoutes } from './routes/collect.ts'
import { coverageRoutes } from './routes/coverage.ts'
import { exportRoutes } from './routes/exports.ts'
import { importRoutes } from './routes/imports.ts'
import { indexRoutes } from './routes/index-rebuild.ts'
import { inventoryRoutes } from './routes/inventory.ts'
import { itemRoutes } from './routes/items.ts'
import { proofRoutes } from './routes/proofs.ts'
import { referenceRoutes } from './routes/reference.ts'
import { reportRoutes } from './routes/reports.ts'
import { statusRoutes } from './routes/status.ts'
import { tenantRoutes } from './routes/tenants.ts'
import { timelineRoutes } from './routes/timeline.ts'

/** The HTTP interface: what the command line calls in this process, and what a server will serve. */
export function createApi(app: AppContext): Hono {
  const api = new Hono()
  api.onError((error, context) => errorAnswer(context, error))
  api.notFound((context) =>
    context.json({ error: { code: 'NOT_FOUND', message: `There is no ${context.req.path}` } }, 404),
  )
  for (const routes of [
    attestationRoutes,
    collectRoutes,
    coverageRoutes,
    exportRoutes,
    importRoutes,
    indexRoutes,
    inventoryRoutes,
    itemRoutes,
    proofRoutes,
    referenceRoutes,
    reportRoutes,
    statusRoutes,
    tenantRoutes,
    timelineRoutes,
  ])
    api.route('/', routes(app))
  return api
}

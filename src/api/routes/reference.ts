import { Hono } from 'hono'
import { referenceStore } from '../../catalog/reference.ts'
import type { AppContext } from '../context.ts'

/** GET /api/v1/reference: which reference data was taken in, the newest first. Does not need the index. */
export function referenceRoutes(app: AppContext): Hono {
  return new Hono().get('/api/v1/reference', (context) => {
    const value = referenceStore(app.catalog.database).files()
    return context.json({ unit: 'file', value })
  })
}

import { Hono } from 'hono'
import type { AppContext } from '../context.ts'
import { ndjson } from '../ndjson.ts'

/** POST /api/v1/index/rebuild: empties the index and builds it from the archive. */
export function indexRoutes(app: AppContext): Hono {
  return new Hono().post('/api/v1/index/rebuild', () =>
    ndjson(async (emit) => {
      const started = app.clock.now().getTime()
      const records = await app.catchUp({ fromScratch: true }, (step) =>
        emit({ type: 'progress', ...step }),
      )
      return { records, seconds: (app.clock.now().getTime() - started) / 1_000 }
    }),
  )
}

import { Hono } from 'hono'
import type { AppContext } from './context.ts'
import { errorAnswer } from './errors.ts'

/** The HTTP interface: what the command line calls in this process, and what a server will serve. */
export interface Api {
  fetch(request: Request): Promise<Response>
  /** Loads every route now. */
  loadAll(): Promise<void>
}

type Routes = (app: AppContext) => Hono

/** What answers below `/api/v1/<name>`. Loaded when it is first asked for: most processes ask for one or two. */
const ROUTES: ReadonlyMap<string, () => Promise<Routes>> = new Map([
  ['attestations', async () => (await import('./routes/attestations.ts')).attestationRoutes],
  ['collect', async () => (await import('./routes/collect.ts')).collectRoutes],
  ['coverage', async () => (await import('./routes/coverage.ts')).coverageRoutes],
  ['exports', async () => (await import('./routes/exports.ts')).exportRoutes],
  ['imports', async () => (await import('./routes/imports.ts')).importRoutes],
  ['index', async () => (await import('./routes/index-rebuild.ts')).indexRoutes],
  ['items', async () => (await import('./routes/items.ts')).itemRoutes],
  ['proofs', async () => (await import('./routes/proofs.ts')).proofRoutes],
  ['records', async () => (await import('./routes/inventory.ts')).inventoryRoutes],
  ['reference', async () => (await import('./routes/reference.ts')).referenceRoutes],
  ['reports', async () => (await import('./routes/reports.ts')).reportRoutes],
  ['sessions', async () => (await import('./routes/items.ts')).itemRoutes],
  ['status', async () => (await import('./routes/status.ts')).statusRoutes],
  ['tenants', async () => (await import('./routes/tenants.ts')).tenantRoutes],
  ['timeline', async () => (await import('./routes/timeline.ts')).timelineRoutes],
])

const PATH = /^\/api\/v1\/([a-z]+)(?:\/|$)/

export function createApi(app: AppContext): Api {
  const loaded = new Map<string, Promise<Hono>>()
  const routesOf = (name: string): Promise<Hono> => {
    const load = ROUTES.get(name) ?? (async () => () => new Hono())
    const routes = loaded.get(name) ?? load().then((of) => served(of(app)))
    if (ROUTES.has(name)) loaded.set(name, routes)
    return routes
  }
  return {
    async fetch(request) {
      const [, name = ''] = PATH.exec(new URL(request.url).pathname) ?? []
      const routes = await routesOf(name)
      return routes.fetch(request)
    },
    async loadAll() {
      await Promise.all([...ROUTES.keys()].map(routesOf))
    },
  }
}

function served(routes: Hono): Hono {
  const api = new Hono()
  api.onError((error, context) => errorAnswer(context, error))
  api.notFound((context) =>
    context.json({ error: { code: 'NOT_FOUND', message: `There is no ${context.req.path}` } }, 404),
  )
  return api.route('/', routes)
}

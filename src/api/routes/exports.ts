import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Hono } from 'hono'
import { z } from 'zod'
import { readRequest } from '../../discovery/export/request.ts'
import { runExport } from '../../discovery/export/run-export.ts'
import { CodedError } from '../../platform/errors.ts'
import { packageVersion } from '../../platform/package-version.ts'
import { and } from '../../query/kql/ast.ts'
import { explain } from '../../query/kql/explain.ts'
import { parse } from '../../query/kql/parser.ts'
import { offlineVerifierPage } from '../../verify/offline-page.ts'
import type { AppContext } from '../context.ts'
import { indexState, openIndexOf } from '../index-state.ts'
import { looked } from '../look.ts'
import { ndjson } from '../ndjson.ts'

const Body = z.strictObject({
  queries: z.array(z.string()).min(1),
  unit: z.enum(['item', 'record']).optional(),
  format: z.string().default('jsonl'),
  raw: z.boolean().default(false),
  proofs: z.boolean().default(false),
  fields: z.array(z.string().min(1)).min(1).nullable().default(null),
  minimise: z.array(z.enum(['users', 'dates'])).default([]),
  profile: z.enum(['spreadsheet', 'machine']).default('spreadsheet'),
  purpose: z.string().min(1).max(2_000).nullable().default(null),
  output: z.string().min(1),
  zip: z.boolean().default(false),
})

/** POST /api/v1/exports: writes an export onto this machine; NDJSON of progress and, last, the result. */
export function exportRoutes(app: AppContext): Hono {
  return new Hono().post('/api/v1/exports', async (context) => {
    const body = Body.safeParse(await context.req.json())
    if (!body.success)
      throw new CodedError('USAGE', `Cannot export: ${z.prettifyError(body.error)}`)
    const { minimise, ...input } = body.data
    const query = and(input.queries.map((text) => parse(text, app.clock.now())))
    const request = readRequest({
      ...input,
      query,
      minimise: { users: minimise.includes('users'), dates: minimise.includes('dates') },
    })
    const index = openIndexOf(app)
    const { complete, behind } = await indexState(app)
    const text = complete
      ? 'Complete: the index covered everything that was archived.'
      : `Incomplete: ${behind} archived records were not yet searchable.`
    const asked = {
      query: explain(query),
      unit: request.unit,
      format: request.format.name,
      fields: request.fields.map(({ name }) => name),
      raw: request.raw,
      proofs: request.proofs,
      minimised: minimise,
      purpose: request.purpose,
    }
    const ports = {
      index,
      archives: app.archives,
      catalog: app.catalog,
      readRecords: app.readRecords,
      itemsProgram: app.itemsProgram,
      publicKey: app.publicKey,
      clock: app.clock,
      signal: app.signal,
      actor: app.actor,
      software: `daybook/${packageVersion()}`,
      pseudonymFile: join(app.dataDir, 'keys', 'pseudonyms.key'),
      newId: () => randomBytes(16).toString('hex'),
      announce: (id: string) => looked(app, 'export', { export: id, ...asked }, async () => {}),
      verifierPage: offlineVerifierPage,
    }
    return ndjson((emit) =>
      runExport(request, ports, { complete, behind, text }, (step) =>
        emit({ type: 'progress', ...step }),
      ),
    )
  })
}

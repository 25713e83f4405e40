import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import { attestationStore } from '../../catalog/attestations.ts'
import { CodedError } from '../../platform/errors.ts'
import { BLIND_SPOTS } from '../../reports/coverage/inputs.ts'
import type { AppContext } from '../context.ts'

const Body = z.strictObject({
  tenant: z.string().optional(),
  code: z.enum(BLIND_SPOTS),
  says: z.enum(['excluded', 'present']),
  words: z.string().trim().min(1).max(2_000),
})

/** POST /api/v1/attestations: what an operator vouches for; in the archive, with name and time, before it is answered. */
export function attestationRoutes(app: AppContext): Hono {
  return new Hono().post('/api/v1/attestations', async (context) => {
    const body = Body.safeParse(await context.req.json())
    if (!body.success)
      throw new CodedError('USAGE', `Cannot read the request: ${z.prettifyError(body.error)}`)
    const { code, says, words } = body.data
    const [only, ...others] = app.archives.tenants()
    const tenant = body.data.tenant ?? (others.length === 0 ? only : undefined)
    if (tenant === undefined || !app.archives.tenants().includes(tenant))
      throw new CodedError(
        'USAGE',
        'Say of which tenant with --tenant, as "daybook status" lists it',
      )
    const attestation = {
      id: randomUUID(),
      tenant,
      code,
      says,
      words,
      actor: app.actor,
      at: app.clock.now().toISOString(),
    }
    const { id, at } = attestation
    await app.journal.record(tenant, [
      { kind: 'operator.attestation', actor: app.actor, body: { id, at, code, says, words } },
    ])
    attestationStore(app.catalog.database).add(attestation)
    return context.json(attestation, 201)
  })
}

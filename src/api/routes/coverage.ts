import { hash } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import { CodedError } from '../../platform/errors.ts'
import { canonicalJson } from '../../platform/jcs.ts'
import { coverageHtml } from '../../reports/coverage/html.ts'
import { REASON_WORDS } from '../../reports/coverage/words.ts'
import { coverageStatement } from '../../reports/coverage/statement.ts'
import type { CoverageAnswer } from '../answers.ts'
import type { AppContext } from '../context.ts'

const DAY = /^\d{4}-\d\d-\d\d$/
const MOST_DAYS = 3_660

const Query = z.object({
  from: z.string().regex(DAY),
  to: z.string().regex(DAY),
  tenant: z.string().optional(),
  user: z.string().optional(),
  html: z.enum(['true', 'false']).optional(),
})

/**
 * GET /api/v1/coverage?from&to[&user&tenant&html]: who was covered on which day, and what is missing for which reason. What it rests on is hashed
 * into the log before it is answered. Does not need the index.
 */
export function coverageRoutes(app: AppContext): Hono {
  return new Hono().get('/api/v1/coverage', async (context) => {
    const asked = Query.safeParse(context.req.query())
    if (!asked.success)
      throw new CodedError('USAGE', `Cannot read the request: ${z.prettifyError(asked.error)}`)
    const { from, to, user, html } = asked.data
    const days = (Date.parse(to) - Date.parse(from)) / 86_400_000
    if (!(days > 0 && days <= MOST_DAYS))
      throw new CodedError('USAGE', `The days must be in order, and ${MOST_DAYS} at most`)
    const tenant = tenantOf(app, asked.data.tenant)
    const inputs = await app.coverageInputs({ tenant, from, to, user: user ?? null })
    if (user !== undefined && inputs.people.length === 0)
      throw new CodedError(
        'PERSON_UNKNOWN',
        'The directory names nobody like that: give the address or object id as "daybook reference" lists it',
      )
    const statement = coverageStatement(inputs)
    const statementSha256 = hash('sha256', canonicalJson(statement), 'hex')
    await app.journal.record(tenant, [
      {
        kind: 'operator.coverage',
        actor: app.actor,
        body: {
          from,
          to,
          user: user ?? null,
          inputsSha256: statement.inputsSha256,
          statementSha256,
        },
      },
    ])
    const writer = await app.archives.writer(tenant)
    const index = await writer.appendEntry('coverage', {
      tenant,
      at: app.clock.now().toISOString(),
      about: 'statement',
      from,
      to,
      days: statement.days,
      losses: statement.losses.length,
      inputsSha256: statement.inputsSha256,
      statementSha256,
    })
    const answer: CoverageAnswer = {
      statement,
      logged: { index, statementSha256 },
      reasons: reasonsOf(statement),
      html: html === 'true' ? coverageHtml(statement) : null,
    }
    return context.json(answer)
  })
}

function reasonsOf({ reasons }: CoverageAnswer['statement']): CoverageAnswer['reasons'] {
  return Object.entries(REASON_WORDS)
    .filter(([reason]) => reason in reasons)
    .map(([reason, [means, remedy]]) => ({ reason, means, remedy }))
}

function tenantOf(app: AppContext, asked: string | undefined): string {
  const tenants = app.archives.tenants()
  if (asked !== undefined && tenants.includes(asked)) return asked
  const [only, ...others] = tenants
  if (asked === undefined && only !== undefined && others.length === 0) return only
  throw new CodedError(
    'USAGE',
    tenants.length === 0
      ? 'Nothing is archived yet, so nothing can be said of its coverage: run "daybook collect" or "daybook import" first'
      : `Say of which tenant with --tenant: ${tenants.join(', ')}`,
  )
}

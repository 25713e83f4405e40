import { Hono } from 'hono'
import { CREDIT_RULE_SETS, DEFAULT_CREDIT_RULES } from '../../interactions/credits.ts'
import { CodedError } from '../../platform/errors.ts'
import { explain } from '../../query/kql/explain.ts'
import { parse } from '../../query/kql/parser.ts'
import { or } from '../../query/kql/ast.ts'
import { COMPLETE, partial } from '../../reports/figure.ts'
import { all } from '../../reports/kql.ts'
import { personOf } from '../../reports/person.ts'
import { REPORTS, type Period } from '../../reports/report.ts'
import { tablesOf } from '../../reports/reports.ts'
import type { AppContext } from '../context.ts'
import { indexState, openIndexOf } from '../index-state.ts'
import { looked } from '../look.ts'
import { namesOf } from '../reference-view.ts'
import { withReference } from '../report-names.ts'

const PERIODS: readonly Period[] = ['day', 'week', 'month', 'quarter']
const DEFAULT_TOP = 20
const MAX_TOP = 10_000

/** GET /api/v1/reports/:name: tables of figures, each with its unit, its state and the query that lists its items. */
export function reportRoutes(app: AppContext): Hono {
  return new Hono().get('/api/v1/reports/:name', async (context) => {
    const index = openIndexOf(app)
    const name = oneOf(REPORTS, context.req.param('name'), 'The report')
    const rules = oneOf(
      CREDIT_RULE_SETS,
      context.req.query('rules') ?? DEFAULT_CREDIT_RULES,
      'rules',
    )
    const by = context.req.query('by')
    const period = by === undefined ? null : oneOf(PERIODS, by, 'by')
    const top = wholeNumber(context.req.query('top'))
    const typed = (context.req.queries('q') ?? []).map((text) => parse(text, app.clock.now()))
    const users = context.req.queries('user') ?? []
    const asked = { report: name, query: explain(all(...typed)), users, rules }
    const answer = await looked(app, `report.${name}`, asked, async () => {
      const people = await Promise.all(users.map(async (user) => personOf(index, user)))
      const anyOfThem = people.length === 0 ? [] : [or(people.map((person) => person.query))]
      const others = all(...typed)
      const query = all(...anyOfThem, others)
      const state = await indexState(app)
      const lack = state.complete
        ? COMPLETE
        : partial(`${state.behind} archived records are not in the index yet`)
      const tables = await tablesOf(name, {
        index,
        query,
        asked: others,
        people: people.length > 0,
        lack,
        period,
        top,
        rules,
      })
      const unknownPeople = people.filter(({ known }) => !known).map(({ label }) => label)
      const labels = people.map(({ label }) => label)
      return { query: explain(query), people: labels, unknownPeople, state, tables }
    })
    const { query, people, unknownPeople, state, tables } = answer
    return context.json({
      report: name,
      query,
      people,
      unknownPeople,
      rules,
      timeZone: 'UTC',
      createdAt: app.clock.now().toISOString(),
      state,
      tables: withReference(tables, namesOf(app), app.archives.tenants()),
    })
  })
}

function oneOf<T extends string>(allowed: readonly T[], given: string, name: string): T {
  const found = allowed.find((value) => value === given)
  if (found === undefined) throw new CodedError('USAGE', `${name} is one of ${allowed.join(', ')}`)
  return found
}

function wholeNumber(text: string | undefined): number {
  if (text === undefined) return DEFAULT_TOP
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > MAX_TOP)
    throw new CodedError('USAGE', `top is a whole number from 1 to ${MAX_TOP}`)
  return value
}

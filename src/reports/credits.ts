import { creditRates, DEEP_REASONING_MODEL, type CreditRuleSet } from '../interactions/credits.ts'
import type { Query } from '../query/kql/ast.ts'
import { parse } from '../query/kql/parser.ts'
import { visible } from '../query/visible.ts'
import { joined, part, partial, type Figure, type Lack, type Row, type Table } from './figure.ts'
import { all, countsOf, having, is, kqlOf, without } from './kql.ts'
import type { ReportScope } from './report.ts'
import { AGENTS } from './top.ts'
import { EXCHANGES } from './usage.ts'
import { counted } from './words.ts'

// What exchanges cost, worked out again from what the index keeps of each, so that every rule set can be asked for.
// The rules are those of interactions/credits.ts; credits.test.ts holds the two against each other.

/** The exchanges that a rule set may charge for, those that cost nothing, and those that nobody can judge. */
interface Judged {
  readonly charged: Query
  readonly free: Query
  readonly unjudged: Query
}

const JUDGED: Readonly<Record<CreditRuleSet, Judged>> = {
  'v1.2': {
    charged: parse('credits>0'),
    free: parse('credits:0'),
    unjudged: without('credits'),
  },
  // Every agent, of exchanges that an audit record tells of.
  'brief-004': {
    charged: all(having('agent'), having('recordtype')),
    free: all(without('agent'), having('recordtype')),
    unjudged: without('recordtype'),
  },
}

const GROUNDED = is('grounded', 'true')
const DEEP = is('model', DEEP_REASONING_MODEL)

const COLUMNS = [
  { key: 'credits', title: 'Credits', unit: 'credit', shareOf: 'all credits' },
  { key: 'exchanges', title: 'Exchanges', unit: 'item', shareOf: null },
  { key: 'answers', title: 'Answers', unit: 'interaction', shareOf: null },
] as const

const NOTES = [
  'An estimate from what records show, never a bill: Microsoft’s own figures are in the licensing interface of Power Platform.',
  'Classic answers, agent flows and content processing leave no trace in these records and are not in it; nor are a maker’s tests.',
]

const RULE_NOTES: Readonly<Record<CreditRuleSet, string>> = {
  'v1.2':
    'Rule set v1.2 (rates of March 2026): agents with an engine of their own are charged; declarative agents and Microsoft’s own are free.',
  'brief-004': 'Rule set brief-004 (an older state of the same rates): every agent is charged.',
}

/** Credits by category under one rule set. */
export async function creditsByCategory(scope: ReportScope): Promise<Table> {
  const { rules, index } = scope
  const query = all(EXCHANGES, scope.query)
  const judged = JUDGED[rules]
  const [charged, free, unjudged] = [
    all(query, judged.charged),
    all(query, judged.free),
    all(query, judged.unjudged),
  ]
  const [grounded, deep] = [all(charged, GROUNDED), all(charged, DEEP)]
  const queries = [charged, grounded, deep, free, unjudged]
  const [[cost = NOTHING], counts] = await Promise.all([
    costs(scope, charged, "''", "''"),
    countsOf(index, queries),
  ])
  const [chargedItems = 0, groundedItems = 0, deepItems = 0, freeItems = 0, unjudgedItems = 0] =
    counts
  const lack = unjudgedLack(scope.lack, unjudgedItems)
  const rates = creditRates(rules)
  const whole = creditsOf(cost, rules)
  const row = (label: string, credits: number, answers: number, items: number, of: Query): Row => ({
    label,
    figures: figures(credits, answers, items, of, whole, lack),
  })
  return {
    name: 'credits',
    title: `Copilot credits by category (rule set ${rules})`,
    rowTitle: 'Category',
    columns: COLUMNS,
    rows: [
      row(
        `Generative answer: ${rates.perAnswer}`,
        cost.answers * rates.perAnswer,
        cost.answers,
        chargedItems,
        charged,
      ),
      row(
        `Tenant grounding: ${rates.perGroundedAnswer} an answer`,
        cost.grounded * rates.perGroundedAnswer,
        cost.grounded,
        groundedItems,
        grounded,
      ),
      row(
        `Deep reasoning: ${rates.perDeepReasoning} an exchange`,
        cost.deep * rates.perDeepReasoning,
        cost.deepAnswers,
        deepItems,
        deep,
      ),
      row('No charge', 0, await answersOf(scope, free), freeItems, free),
      ...(unjudgedItems === 0
        ? []
        : [
            unknownRow(await answersOf(scope, unjudged), unjudgedItems, unjudged, scope.lack, lack),
          ]),
    ],
    none: null,
    total: row('All charged', whole, cost.answers, chargedItems, charged),
    distinct: 5,
    notes: [RULE_NOTES[rules], ...NOTES],
  }
}

/** Credits by agent, the dearest first. */
export async function creditsByAgent(scope: ReportScope): Promise<Table> {
  const { rules } = scope
  const query = all(EXCHANGES, scope.query)
  const charged = all(query, JUDGED[rules].charged)
  const [found, [unjudgedItems = 0]] = await Promise.all([
    costs(scope, charged, `arrayJoin(${AGENTS.values})`, AGENTS.label),
    countsOf(scope.index, [all(query, JUDGED[rules].unjudged)]),
  ])
  const lack = unjudgedLack(scope.lack, unjudgedItems)
  const dearest = found
    .map((cost) => ({ cost, credits: creditsOf(cost, rules) }))
    .toSorted((a, b) => b.credits - a.credits || (a.cost.key < b.cost.key ? -1 : 1))
  const whole = dearest.reduce((sum, { credits }) => sum + credits, 0)
  return {
    name: 'credits-by-agent',
    title: `Copilot credits by agent (rule set ${rules})`,
    rowTitle: 'Agent',
    columns: COLUMNS,
    rows: dearest.slice(0, scope.top).map(({ cost, credits }) => ({
      label: cost.label || cost.key,
      figures: figures(
        credits,
        cost.answers,
        cost.exchanges,
        all(charged, AGENTS.query(cost.key)),
        whole,
        lack,
      ),
    })),
    none: null,
    total: null,
    distinct: dearest.length,
    notes: [],
  }
}

interface Cost {
  readonly key: string
  readonly label: string
  readonly exchanges: number
  readonly answers: number
  readonly grounded: number
  readonly deep: number
  readonly deepAnswers: number
}

const NOTHING: Cost = {
  key: '',
  label: '',
  exchanges: 0,
  answers: 0,
  grounded: 0,
  deep: 0,
  deepAnswers: 0,
}

/** A runtime record without its client has no messages and is free, whatever its model. */
const IS_DEEP = 'has(models, {deep:String}) AND notEmpty(messageIds)'

async function costs(
  scope: ReportScope,
  query: Query,
  key: string,
  label: string,
): Promise<Cost[]> {
  const { where, params } = visible(scope.index, query)
  const sql = `SELECT ${key} AS key_, toString(${label}), count(), sum(answers), sumIf(answers, tenantGrounded = 1),
      countIf(${IS_DEEP}), sumIf(answers, ${IS_DEEP}) FROM items WHERE ${where} GROUP BY key_`
  const rows = await scope.index.engine.query(sql, { ...params, deep: DEEP_REASONING_MODEL })
  return rows.map(([name, shown, exchanges, answers, grounded, deep, deepAnswers]) => ({
    key: String(name),
    label: String(shown),
    exchanges: Number(exchanges),
    answers: Number(answers),
    grounded: Number(grounded),
    deep: Number(deep),
    deepAnswers: Number(deepAnswers),
  }))
}

async function answersOf(scope: ReportScope, query: Query): Promise<number> {
  const [cost = NOTHING] = await costs(scope, query, "''", "''")
  return cost.answers
}

function creditsOf({ answers, grounded, deep }: Cost, rules: CreditRuleSet): number {
  const { perAnswer, perGroundedAnswer, perDeepReasoning } = creditRates(rules)
  return answers * perAnswer + grounded * perGroundedAnswer + deep * perDeepReasoning
}

function figures(
  credits: number,
  answers: number,
  items: number,
  of: Query,
  whole: number,
  lack: Lack,
): Row['figures'] {
  const figure = (value: number, unit: Figure['unit'], share: number | null = null): Figure => ({
    value,
    unit,
    share,
    ...lack,
    kql: kqlOf(of),
    items,
  })
  return {
    credits: figure(credits, 'credit', part(credits, whole)),
    exchanges: figure(items, 'item'),
    answers: figure(answers, 'interaction'),
  }
}

/** How many they are is known; what they cost is not. */
function unknownRow(answers: number, items: number, of: Query, known: Lack, unknown: Lack): Row {
  const { credits, ...counts } = figures(0, answers, items, of, 0, known)
  return {
    label: 'Cannot be judged',
    figures: {
      ...counts,
      ...(credits === undefined
        ? {}
        : { credits: { ...credits, value: null, ...unknown, state: 'unknown' } }),
    },
  }
}

function unjudgedLack(lack: Lack, exchanges: number): Lack {
  return exchanges === 0
    ? lack
    : joined(
        lack,
        partial(
          `${counted(exchanges, 'exchange')} cannot be judged: no audit record, or an agent of unknown kind`,
        ),
      )
}

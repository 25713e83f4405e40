import type { Query } from '../query/kql/ast.ts'
import { visible } from '../query/visible.ts'
import type { Row, Table } from './figure.ts'
import { all, countsOf, is, kqlOf, not, within, without } from './kql.ts'
import {
  readUse,
  sumOf,
  USE_COLUMNS,
  USE_SOURCE,
  USE_SQL,
  useFigures,
  type Use,
} from './measures.ts'
import { idsOf, PEOPLE, peopleWith } from './person.ts'
import type { Period, ReportScope } from './report.ts'

const INTERACTION = is('kind', 'interaction')
const TESTS = is('finding', 'TEST_TRAFFIC')
const DOCUMENTS = is('finding', 'ATTACHED_DOCUMENT')

/**
 * Exchanges alone: events, runs and reads of the history are no use of Copilot by somebody, nor are a maker's tests and
 * the files that an eDiscovery report lists beside conversations.
 */
export const EXCHANGES = all(INTERACTION, not(is('finding', 'TEST_TRAFFIC', 'ATTACHED_DOCUMENT')))

interface Group {
  readonly key: string
  readonly use: Use
}

/** Interactions by surface, with the whole below. */
export async function bySurface(scope: ReportScope): Promise<Table> {
  const query = all(EXCHANGES, scope.query)
  const [groups, workloads] = await Promise.all([
    grouped(scope, query, 'lower(surface)', 'any(surface)'),
    workloadsOf(scope, query),
  ])
  const shown = groups.slice(0, scope.top)
  const queries = shown.map(({ key }) =>
    all(query, key === '' ? without('surface') : is('surface', key)),
  )
  const rows = await checked(scope, shown, queries, {
    named: (key) => key || '(not told)',
    // `surface:` finds workloads, too.
    isDoubtful: (key) => key === '' || workloads.has(key.toLowerCase()),
  })
  const notes = rows.some(({ label }) => label === 'Copilot Studio')
    ? ['Copilot Studio is the test pane of those who make agents, not adoption']
    : []
  return {
    name: 'surfaces',
    title: 'Interactions by surface',
    rowTitle: 'Surface',
    columns: USE_COLUMNS,
    rows,
    none: null,
    total: {
      label: 'All',
      figures: useFigures(sumOf(groups.map(({ use }) => use)), query, scope.lack),
    },
    distinct: groups.length,
    notes,
  }
}

/** Interactions by day, week, month or quarter (UTC); periods in which nothing happened are left out. */
export async function byPeriod(scope: ReportScope): Promise<Table> {
  const query = all(EXCHANGES, scope.query)
  const period = scope.period ?? (await fittingPeriod(scope, query))
  const start = `toUnixTimestamp(toDateTime(${STARTS[period]}, 'UTC'))`
  const groups = await grouped(scope, query, `toString(${start})`, `toString(any(${start}))`, 'key')
  const rows = groups.map(({ key, use }) => {
    const from = new Date(Number(key) * 1_000)
    const to = endOf(from, period)
    const during = all(query, within(from.toISOString(), to.toISOString()))
    return { label: labelOf(from, period), figures: useFigures(use, during, scope.lack) }
  })
  return {
    name: 'periods',
    title: `Interactions by ${period}`,
    rowTitle: period === 'week' ? 'Week from' : capital(period),
    columns: USE_COLUMNS,
    rows,
    none: null,
    total: null,
    distinct: rows.length,
    notes: ['Days are UTC; weeks begin on Monday. Periods without any are left out.'],
  }
}

/** Interactions by person, the most active first. An exchange of several people (a meeting) counts for each. */
export async function byUser(scope: ReportScope): Promise<Table> {
  const query = all(EXCHANGES, scope.query)
  const { where, params } = visible(scope.index, query)
  const sql = `WITH ${peopleWith(scope.index.scope().where)}
    SELECT key, ${USE_SQL}, count() OVER () FROM
      (SELECT arrayJoin(if(empty(${PEOPLE}), [''], ${PEOPLE})) AS key, ${USE_SOURCE} FROM items WHERE ${where})
    GROUP BY key ORDER BY sum(length(messageIds)) DESC, key LIMIT ${scope.top}`
  const found = await scope.index.engine.query(sql, params)
  const shown = found.map((row) => ({ key: String(row[0]), use: readUse(row.slice(1)) }))
  const ids = await idsOf(
    scope.index,
    shown.map(({ key }) => key),
  )
  const queries = shown.map(({ key }) =>
    all(query, key === '' ? without('user') : is('user', key, ...(ids.get(key) ?? []))),
  )
  const rows = await checked(scope, shown, queries, {
    named: (key) => key || '(nobody named)',
    // Somebody known by an address or an id may have the same name.
    isDoubtful: (key) => !key.includes('@') && !GUID.test(key),
  })
  return {
    name: 'users',
    title: 'Interactions by person',
    rowTitle: 'Person',
    columns: USE_COLUMNS,
    rows,
    none: null,
    total: null,
    distinct: Number(found[0]?.at(-1) ?? 0),
    notes: ['An exchange of several people, such as one in a meeting, counts for each of them.'],
  }
}

/** What the asker's query also finds, and what is no use: named, counted, and left out of every other figure. */
export async function leftOut(scope: ReportScope): Promise<Table> {
  const others = all(not(INTERACTION), scope.query)
  const { where, params } = visible(scope.index, others)
  const sql = `SELECT toString(kind) AS kind_, count() AS found_ FROM items WHERE ${where} GROUP BY kind_ ORDER BY found_ DESC, kind_`
  const kinds = await scope.index.engine.query(sql, params)
  const beside: readonly (readonly [string, Query])[] = [
    ['A maker’s tests of an agent', all(INTERACTION, TESTS, scope.query)],
    ['Files listed beside conversations', all(INTERACTION, DOCUMENTS, scope.query)],
    [
      'Exchanges logged twice, counted once',
      all(EXCHANGES, is('finding', 'RUNTIME_TWIN'), scope.query),
    ],
    ...(scope.people
      ? ([
          ['Exchanges that name nobody (of anybody)', all(EXCHANGES, without('user'), scope.asked)],
        ] as const)
      : []),
  ]
  const counts = await countsOf(
    scope.index,
    beside.map(([, query]) => query),
  )
  const row = (label: string, items: number, query: Query): Row => ({
    label,
    figures: {
      items: { value: items, unit: 'item', share: null, ...scope.lack, kql: kqlOf(query), items },
    },
  })
  const rows = [
    ...kinds.map(([kind, found]) =>
      row(
        WORDS[String(kind)] ?? String(kind),
        Number(found),
        all(is('kind', String(kind)), scope.query),
      ),
    ),
    ...beside.flatMap(([label, query], at) =>
      (counts[at] ?? 0) > 0 ? row(label, counts[at] ?? 0, query) : [],
    ),
  ]
  return {
    name: 'left-out',
    title: 'Not counted as use',
    rowTitle: 'What',
    columns: [{ key: 'items', title: 'Items', unit: 'item', shareOf: null }],
    rows,
    none: null,
    total: null,
    distinct: rows.length,
    notes: rows.length === 0 ? ['Nothing was left out.'] : [],
  }
}

const WORDS: Readonly<Record<string, string>> = {
  'own-access': 'Reading the history (collectors, exports)',
  'agent-admin': 'Changes of agents',
  'settings-admin': 'Changes of settings',
  'plugin-admin': 'Changes of plug-ins',
  'workspace-admin': 'Changes of workspaces',
  'promptbook-admin': 'Changes of prompt books',
  'scheduled-prompt': 'Scheduled prompts, made or removed',
  automation: 'Automations',
  'agent-run': 'Steps of agents',
  other: 'Other events',
}

async function grouped(
  scope: ReportScope,
  query: Query,
  key: string,
  label: string,
  order = 'sum(length(messageIds)) DESC, key',
): Promise<Group[]> {
  const { where, params } = visible(scope.index, query)
  const sql = `SELECT toString(${label}), ${USE_SQL}, ${key} AS key FROM items WHERE ${where} GROUP BY key ORDER BY ${order}`
  const rows = await scope.index.engine.query(sql, params)
  return rows.map((row) => ({ key: String(row[0]), use: readUse(row.slice(1)) }))
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function workloadsOf(scope: ReportScope, query: Query): Promise<ReadonlySet<string>> {
  const { where, params } = visible(scope.index, query)
  const sql = `SELECT DISTINCT lower(arrayJoin(workloads)) FROM items WHERE ${where}`
  const rows = await scope.index.engine.query(sql, params)
  return new Set(rows.map(([workload]) => String(workload)))
}

interface Naming {
  readonly named: (key: string) => string
  /** Whether the query of this row may list others: then it is counted. */
  readonly isDoubtful: (key: string) => boolean
}

/** Rows with their queries; one that lists other items than the row counts (a workload called like a surface) is not quoted. */
async function checked(
  scope: ReportScope,
  groups: readonly Group[],
  queries: readonly Query[],
  { named, isDoubtful }: Naming,
): Promise<Row[]> {
  const doubtful = groups.flatMap(({ key }, at) => (isDoubtful(key) ? [at] : []))
  const counts = await countsOf(
    scope.index,
    doubtful.map((at) => queries[at] ?? EXCHANGES),
  )
  const disagree = new Set(doubtful.filter((at, nth) => counts[nth] !== groups[at]?.use.exchanges))
  return groups.map(({ key, use }, at) => {
    const figures = useFigures(use, queries[at] ?? EXCHANGES, scope.lack)
    return { label: named(key), figures: disagree.has(at) ? unquoted(figures) : figures }
  })
}

function unquoted(figures: Row['figures']): Row['figures'] {
  return Object.fromEntries(
    Object.entries(figures).map(([key, figure]) => [key, { ...figure, kql: null }]),
  )
}

// --- periods ---------------------------------------------------------------------------------------------------

const STARTS: Readonly<Record<Period, string>> = {
  day: 'toStartOfDay(occurredAt)',
  week: 'toMonday(occurredAt)',
  month: 'toStartOfMonth(occurredAt)',
  quarter: 'toStartOfQuarter(occurredAt)',
}

const DAY = 86_400_000

/** Few enough rows to read: up to 31 days, 26 weeks, 24 months. */
async function fittingPeriod(scope: ReportScope, query: Query): Promise<Period> {
  const { where, params } = visible(scope.index, query)
  const sql = `SELECT toUnixTimestamp64Milli(max(occurredAt)) - toUnixTimestamp64Milli(min(occurredAt)) FROM items WHERE ${where}`
  const [row] = await scope.index.engine.query(sql, params)
  const days = Number(row?.[0] ?? 0) / DAY
  if (days <= 31) return 'day'
  if (days <= 26 * 7) return 'week'
  return days <= 730 ? 'month' : 'quarter'
}

function endOf(from: Date, period: Period): Date {
  if (period === 'day') return new Date(from.getTime() + DAY)
  if (period === 'week') return new Date(from.getTime() + 7 * DAY)
  const months = period === 'month' ? 1 : 3
  return new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1))
}

function labelOf(from: Date, period: Period): string {
  const day = from.toISOString().slice(0, 10)
  if (period === 'month') return day.slice(0, 7)
  if (period === 'quarter') return `${day.slice(0, 4)} Q${Math.floor(from.getUTCMonth() / 3) + 1}`
  return day
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

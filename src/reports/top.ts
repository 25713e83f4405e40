import type { Query } from '../query/kql/ast.ts'
import { visible } from '../query/visible.ts'
import { joined, part, partial, type Figure, type Lack, type Row, type Table } from './figure.ts'
import { all, countsOf, is, kqlOf, without } from './kql.ts'
import { PEOPLE, peopleWith } from './person.ts'
import type { ReportScope } from './report.ts'
import { EXCHANGES } from './usage.ts'
import { counted } from './words.ts'

/** A table of the most frequent values of something, and how it is read. */
interface Ranking {
  readonly name: string
  readonly title: string
  readonly rowTitle: string
  /** SQL: the values of a row of the index, an array without doubles. */
  readonly values: string
  /** SQL over a value's rows: what a person calls it. */
  readonly label: string
  /** Lists the items that have the value. */
  readonly query: (value: string) => Query
  /** Lists the items without any value. */
  readonly none: Query
  /** What only audit records tell: without one it is not known. */
  readonly audited: boolean
  readonly notes: readonly string[]
}

const present = (column: string): string => `arrayDistinct(arrayMap(x -> lower(x), ${column}))`

const AGENT_KEY = 'lower(agentKey)'

export const AGENTS: Ranking = {
  name: 'agents',
  title: 'Agents',
  rowTitle: 'Agent',
  values: `if(agentKey = '', if(agentName = '', emptyArrayString(), [concat('=', toString(agentName))]), [toString(${AGENT_KEY})])`,
  label: "if(max(toString(agentName)) = '', any(toString(agentId)), max(toString(agentName)))",
  // Known by name alone: with an id it is another row.
  query: (value) =>
    value.startsWith('=')
      ? all(is('agent', value.slice(1)), without('agentid'))
      : is('agentid', value),
  none: without('agent'),
  audited: true,
  notes: [],
}

export const RESOURCES: Ranking = {
  name: 'resources',
  title: 'Files, messages and other resources',
  rowTitle: 'Resource',
  values:
    "arrayFilter(x -> NOT startsWith(x, 'http'), arrayDistinct(arrayMap(x -> toString(x), files)))",
  label: 'value',
  query: (value) => is('file', value),
  none: without('file'),
  audited: true,
  notes: ['By name, in lower case: files of the same name in several places are one row.'],
}

export const SITES: Ranking = {
  name: 'sites',
  title: 'Sites',
  rowTitle: 'Site',
  values: 'arrayDistinct(arrayMap(x -> toString(x), sites))',
  label: 'value',
  query: (value) => is('site', value),
  none: without('site'),
  audited: true,
  notes: [],
}

export const LABELS: Ranking = {
  name: 'labels',
  title: 'Sensitivity labels of what was read',
  rowTitle: 'Label',
  values: present('labels'),
  label: 'value',
  query: (value) => is('label', value),
  none: without('label'),
  audited: true,
  notes: [],
}

export const MODELS: Ranking = {
  name: 'models',
  title: 'Models',
  rowTitle: 'Model',
  values: 'arrayDistinct(arrayMap(x -> toString(x), models))',
  label: 'value',
  query: (value) => is('model', value),
  none: without('model'),
  audited: true,
  notes: [],
}

const COLUMNS = [
  { key: 'exchanges', title: 'Exchanges', unit: 'item', shareOf: 'all exchanges' },
  { key: 'people', title: 'People', unit: 'person', shareOf: null },
  { key: 'interactions', title: 'Interactions', unit: 'interaction', shareOf: null },
  { key: 'automatic', title: 'Automatic', unit: 'item', shareOf: 'the row’s exchanges' },
] as const

const MEASURES = `count() AS found_, uniqExactArray(people), sum(length(messageIds)), countIf(automatic = 1)`

/** The most frequent values, each with the exchanges that have it; an exchange may have several or none. */
export async function ranked(scope: ReportScope, ranking: Ranking): Promise<Table> {
  const query = all(EXCHANGES, scope.query)
  const { where, params } = visible(scope.index, query)
  const source = `SELECT ${ranking.values} AS values, ${PEOPLE} AS people, messageIds, automatic, agentName, agentId FROM items WHERE ${where}`
  const known = `WITH ${peopleWith(scope.index.scope().where)}`
  const [found, [whole = []], lack] = await Promise.all([
    scope.index.engine.query(
      `${known} SELECT value, ${ranking.label}, ${MEASURES}, count() OVER () FROM
         (SELECT *, arrayJoin(if(empty(values), [''], values)) AS value FROM (${source}))
       GROUP BY value ORDER BY value = '' DESC, found_ DESC, value LIMIT ${scope.top + 1}`,
      params,
    ),
    scope.index.engine.query(`${known} SELECT ${MEASURES} FROM (${source})`, params),
    ranking.audited ? auditLack(scope, query) : scope.lack,
  ])
  // Without a value comes first.
  const hasNone = found[0]?.[0] === ''
  const none = hasNone ? (found[0]?.slice(2) ?? []) : []
  const rows = found.slice(hasNone ? 1 : 0).slice(0, scope.top)
  const everything = Number(whole[0] ?? 0)
  const figures = (
    row: readonly unknown[],
    of: Query,
    its: Lack,
    quoted = true,
  ): Row['figures'] => {
    const [exchanges = 0, people = 0, interactions = 0, automatic = 0] = row.map(Number)
    const figure = (
      value: number,
      unit: Figure['unit'],
      listed: Query,
      items: number,
      share: number | null = null,
    ): Figure => ({ value, unit, share, ...its, kql: quoted ? kqlOf(listed) : null, items })
    return {
      exchanges: figure(exchanges, 'item', of, exchanges, part(exchanges, everything)),
      people: figure(people, 'person', of, exchanges),
      interactions: figure(interactions, 'interaction', of, exchanges),
      automatic: figure(
        automatic,
        'item',
        all(of, is('automatic', 'true')),
        automatic,
        part(automatic, exchanges),
      ),
    }
  }
  const noValue = all(query, ranking.none)
  const [listed] = await countsOf(scope.index, [noValue])
  const table: Row[] = rows.map((row) => {
    const value = String(row[0])
    return {
      label: String(row[1]) || value,
      figures: figures(row.slice(2), all(query, ranking.query(value)), lack),
    }
  })
  const noneRow: Row = {
    label: '(none)',
    figures: figures(none, noValue, lack, listed === Number(none[0] ?? 0)),
  }
  return {
    name: ranking.name,
    title: ranking.title,
    rowTitle: ranking.rowTitle,
    columns: COLUMNS,
    rows: table,
    none: hasNone ? noneRow : null,
    total: { label: 'All exchanges', figures: figures(whole, query, scope.lack) },
    distinct: Number(found[0]?.at(-1) ?? 0) - (hasNone ? 1 : 0),
    notes: ranking.notes,
  }
}

/** Agents, files, labels and models are told by audit records: of an exchange without one they are not known. */
async function auditLack(scope: ReportScope, query: Query): Promise<Lack> {
  const [unaudited = 0] = await countsOf(scope.index, [all(query, without('recordtype'))])
  return unaudited === 0
    ? scope.lack
    : joined(
        scope.lack,
        partial(
          `of ${counted(unaudited, 'exchange')} no audit record is here, which alone tells this (NOT recordtype:*)`,
        ),
      )
}

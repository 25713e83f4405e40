import type { Table } from './figure.ts'
import { creditsByAgent, creditsByCategory } from './credits.ts'
import type { ReportName, ReportScope } from './report.ts'
import { AGENTS, LABELS, MODELS, ranked, RESOURCES, SITES } from './top.ts'
import { byPeriod, bySurface, byUser, leftOut } from './usage.ts'

type Tables = readonly ((scope: ReportScope) => Promise<Table>)[]

const TABLES: Readonly<Record<Exclude<ReportName, 'all'>, Tables>> = {
  usage: [bySurface, byPeriod, leftOut],
  users: [byUser],
  agents: [(scope) => ranked(scope, AGENTS)],
  resources: [(scope) => ranked(scope, RESOURCES), (scope) => ranked(scope, SITES)],
  labels: [(scope) => ranked(scope, LABELS)],
  models: [(scope) => ranked(scope, MODELS)],
  credits: [creditsByCategory, creditsByAgent],
}

/** The tables of a report, one after the other: each reads the index with all processors. */
export async function tablesOf(name: ReportName, scope: ReportScope): Promise<Table[]> {
  const makers = name === 'all' ? Object.values(TABLES).flat() : TABLES[name]
  const tables: Table[] = []
  for (const make of makers) tables.push(await make(scope))
  return tables
}

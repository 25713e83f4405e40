import type { IndexStore } from './index-store.ts'
import type { Query } from './kql/ast.ts'
import { visible } from './visible.ts'

type FacetName = 'surface' | 'custodian' | 'agent' | 'label' | 'kind' | 'flag'

export interface Facet {
  readonly name: FacetName
  /** How many different values there are, shown or not. */
  readonly distinct: number
  /** The most frequent values and how many items have them; an item may have several or none. */
  readonly values: readonly { readonly value: string; readonly items: number }[]
}

/** Values shown of one facet. */
const SHOWN = 20

type Rows = readonly (readonly unknown[])[]

/**
 * Exact counts by the six facets. Four readings of narrow columns: grouping what the rows are made of took a third
 * of the time that one reading with `sumMap` over arrays did (260,000 items: 33 and 115 ms).
 */
export async function facets(index: IndexStore, query: Query): Promise<Facet[]> {
  const { where, params } = visible(index, query)
  const ask = (sql: string): Promise<Rows> => index.engine.query(sql, params)
  const [singles, custodians, labels, flags] = await Promise.all([
    ask(singlesSql(where)),
    ask(manySql(CUSTODIANS, where)),
    ask(manySql('labels', where)),
    ask(`SELECT ${Object.values(FLAGS).join(', ')} FROM items WHERE ${where}`),
  ])
  const single = (set: number): Rows => singles.filter((row) => row[3] === set)
  return [
    facetOf('surface', single(GROUPED.surface)),
    facetOf('custodian', custodians),
    facetOf('agent', single(GROUPED.agent)),
    facetOf('label', labels),
    facetOf('kind', single(GROUPED.kind)),
    flagFacet(flags[0] ?? []),
  ]
}

/** What GROUPING(surface, kind, agent) says for each set: the bit of a column that was not grouped by is set. */
const GROUPED = { surface: 0b011, kind: 0b101, agent: 0b110 } as const

function singlesSql(where: string): string {
  const agent = "if(agentName = '', agentId, agentName)"
  const grouped = `SELECT surface, kind, ${agent} AS agent_, GROUPING(surface, kind, agent_) AS set_, count() AS found_
    FROM items WHERE ${where} GROUP BY GROUPING SETS ((surface), (kind), (agent_))`
  return `SELECT toString(multiIf(set_ = ${GROUPED.surface}, surface, set_ = ${GROUPED.kind}, kind, agent_)) AS value_, found_,
    count() OVER (PARTITION BY set_), set_ FROM (${grouped}) WHERE value_ != '' ORDER BY set_, found_ DESC, value_ LIMIT ${SHOWN} BY set_
    SETTINGS force_grouping_standard_compatibility = 1`
}

/** A custodian is called by the user principal name, or the object id without one. */
const CUSTODIANS = "arrayMap((upn, id) -> if(upn = '', id, upn), custodianUpns, custodianIds)"

function manySql(values: string, where: string): string {
  const grouped = `SELECT toString(arrayJoin(${values})) AS value_, count() AS found_ FROM items WHERE ${where} GROUP BY value_`
  return `SELECT value_, found_, count() OVER () FROM (${grouped}) WHERE value_ != '' ORDER BY found_ DESC, value_ LIMIT ${SHOWN}`
}

const FLAGS: Readonly<Record<string, string>> = {
  jailbreak: 'countIf(jailbreak = 1)',
  xpia: 'countIf(xpia = 1)',
  web: 'countIf(web = 1)',
  automatic: 'countIf(automatic = 1)',
  'dlp-blocked': "countIf(dlp = 'blocked')",
  versions: 'countIf(versions > 0)',
  finding: 'countIf(notEmpty(findings))',
}

function flagFacet(counts: readonly unknown[]): Facet {
  const values = Object.keys(FLAGS)
    .map((value, at) => ({ value, items: Number(counts[at] ?? 0) }))
    .filter(({ items }) => items > 0)
    .toSorted((a, b) => b.items - a.items)
  return { name: 'flag', distinct: values.length, values }
}

function facetOf(name: FacetName, rows: Rows): Facet {
  const values = rows.map(([value, items]) => ({ value: String(value), items: Number(items) }))
  return { name, distinct: Number(rows[0]?.[2] ?? 0), values }
}

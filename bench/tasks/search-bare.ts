import { ITEM_ROW_COLUMNS } from '../../src/query/item-row.ts'
import { mergesDone, openBare, partsOf, type Bare } from '../bare.ts'
import { PAGE, type Draw } from '../mix.ts'
import { timeMix, type SearchInput } from '../timing.ts'
import type { SearchFigures } from './search.ts'

/** The mix as plain SQL, each query as one would write it down, on the bare table. */
export async function searchBare({ corpusDir, path }: SearchInput): Promise<SearchFigures> {
  const engine = openBare(path)
  await mergesDone(engine)
  const kinds = await timeMix(corpusDir, (draw) => ask(engine, draw))
  const parts = await partsOf(engine)
  await engine.close()
  return { kinds, parts }
}

async function ask(engine: Bare, { asked, where, params }: Draw): Promise<() => string> {
  if (asked === 'page') {
    const rows = await engine.query(
      `SELECT ${ITEM_ROW_COLUMNS} FROM items WHERE ${where} ORDER BY occurredAt DESC, id DESC LIMIT ${PAGE}`,
      params,
    )
    return () => rows.map(([id]) => String(id).replaceAll('-', '')).join()
  }
  if (asked === 'count') {
    const [row] = await engine.query(`SELECT count() FROM items WHERE ${where}`, params)
    return () => String(row?.[0])
  }
  const [days = [], flags = [], ...facets] = await Promise.all(
    [
      `SELECT toStartOfDay(occurredAt) AS day, count() FROM items WHERE ${where} GROUP BY day ORDER BY day`,
      `SELECT ${FLAGS.join(', ')} FROM items WHERE ${where}`,
      ...Object.values(FACETS).map((value) => facetSql(value, where)),
    ].map((sql) => engine.query(sql, params)),
  )
  const found = Object.keys(FACETS).map((name, at) => [name, numbersOf(facets[at] ?? [])])
  const raised = (flags[0] ?? []).map(Number).filter((items) => items > 0)
  return () =>
    JSON.stringify([numbersOf(days), [...found, ['flag', raised.toSorted((a, b) => b - a)]]])
}

const FACETS: Readonly<Record<string, string>> = {
  surface: 'surface',
  custodian: "arrayJoin(arrayMap((upn, id) -> if(upn = '', id, upn), custodianUpns, custodianIds))",
  agent: "if(agentName = '', agentId, agentName)",
  label: 'arrayJoin(labels)',
  kind: 'kind',
}

const FLAGS = [
  'countIf(jailbreak = 1)',
  'countIf(xpia = 1)',
  'countIf(web = 1)',
  'countIf(automatic = 1)',
  "countIf(dlp = 'blocked')",
  'countIf(versions > 0)',
  'countIf(notEmpty(findings))',
]

function facetSql(value: string, where: string): string {
  return `SELECT ${value} AS value_, count() AS found_ FROM items WHERE ${where} GROUP BY value_ HAVING value_ != ''
    ORDER BY found_ DESC, value_ LIMIT 20`
}

/** The last column, a count. */
const numbersOf = (rows: readonly (readonly unknown[])[]): number[] =>
  rows.map((row) => Number(row.at(-1)))

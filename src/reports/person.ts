import { CodedError } from '../platform/errors.ts'
import type { IndexStore } from '../query/index-store.ts'
import { exactly, type Query } from '../query/kql/ast.ts'
import { fold, wordsOf } from '../query/text.ts'
import { andScope, visible } from '../query/visible.ts'
import { is } from './kql.ts'

/** Somebody as the records name them: audit records by address, Graph items by object id. */
export interface PersonNames {
  /** What people are shown. */
  readonly label: string
  /** Whether any record names them: no figure about somebody unknown is a zero. */
  readonly known: boolean
  readonly query: Query
}

type Named = readonly [upn: string, id: string, name: string]

const MOST = 2_000

/**
 * Who is meant by an address, an object id or a name, under every address and id that one record ties together.
 * Throws QUERY_AMBIGUOUS_USER when several people answer to the name.
 */
export async function personOf(index: IndexStore, text: string): Promise<PersonNames> {
  const wanted = text.trim()
  const typed: Query = {
    type: 'property',
    property: 'user',
    comparison: ':',
    values: [exactly(wanted)],
  }
  if (wanted === '') throw new CodedError('USAGE', 'A user is an address, an object id or a name')
  const found = (await namedIn(index, typed)).filter((named) => answersTo(named, wanted))
  const exact = found.filter((named) => named.some((one) => fold(one) === fold(wanted)))
  const meant = exact.length > 0 ? exact : found
  const people = new Set(meant.map(([upn, id, name]) => upn || id || name))
  const addresses = new Set(meant.map(([upn]) => upn).filter((upn) => upn !== ''))
  if (addresses.size > 1 || (addresses.size === 0 && people.size > 1))
    throw ambiguous(wanted, [...people])
  const names = new Set([...addresses, ...meant.map(([, id]) => id)].filter((one) => one !== ''))
  if (names.size === 0) return { label: wanted, known: false, query: typed }
  // An id that was asked for leads to the address, and that to further ids.
  for (const [upn, id] of await namedIn(index, is('user', ...names))) {
    if (!names.has(upn) && !names.has(id)) continue
    if (upn !== '') names.add(upn)
    if (id !== '') names.add(id)
  }
  const list = [...names].toSorted(
    (a, b) => Number(b.includes('@')) - Number(a.includes('@')) || (a < b ? -1 : 1),
  )
  return { label: list[0] ?? wanted, known: true, query: is('user', ...list) }
}

async function namedIn(index: IndexStore, query: Query): Promise<Named[]> {
  const { where, params } = visible(index, query)
  const sql = `SELECT DISTINCT arrayJoin(arrayZip(custodianUpns, custodianIds, custodianNames)) AS named
    FROM items WHERE ${where} ORDER BY named LIMIT ${MOST}`
  const rows = await index.engine.query(sql, params)
  return rows.map(([named]): Named => {
    const [upn, id, name] = Array.isArray(named) ? named.map(String) : []
    return [upn ?? '', id ?? '', name ?? '']
  })
}

/** As the query language compares: whole, or by words of the address or name. */
function answersTo([upn, id, name]: Named, wanted: string): boolean {
  if ([upn, id, name].some((one) => fold(one) === fold(wanted))) return true
  const words = wordsOf(wanted).map(({ text }) => text)
  return [upn, name].some((one) => {
    const own = new Set(wordsOf(one).map(({ text }) => text))
    return words.length > 0 && words.every((word) => own.has(word))
  })
}

function ambiguous(wanted: string, people: readonly string[]): CodedError {
  const some = people.slice(0, 5).join(', ')
  const more = people.length > 5 ? `, and ${people.length - 5} more` : ''
  return new CodedError(
    'QUERY_AMBIGUOUS_USER',
    `"${wanted.slice(0, 100)}" may be ${people.length} people (${some}${more}): give the address or the object id`,
  )
}

/**
 * SQL that names each custodian of a row once: by address, where any record ties the object id to one; else by object
 * id; else by name. Stands behind `WITH ${peopleWith(scope)}`.
 */
export const PEOPLE =
  "arrayDistinct(arrayFilter(x -> x != '', arrayMap((u, i, n) -> multiIf(u != '', lower(u), i != '', transform(lower(i), known.1, known.2, lower(i)), toString(n)), custodianUpns, custodianIds, custodianNames)))"

/** The constant that PEOPLE looks ids up in: the ids, and the address of each. */
export function peopleWith(scopeWhere: string): string {
  const tied = `SELECT lower(p.2) AS id, argMax(lower(p.1), (n, p.1)) AS upn FROM (
      SELECT arrayJoin(arrayZip(custodianUpns, custodianIds)) AS p, count() AS n FROM items WHERE 1${andScope(scopeWhere)} GROUP BY p
    ) WHERE p.1 != '' AND p.2 != '' GROUP BY id ORDER BY id`
  return `(SELECT (groupArray(id), groupArray(upn)) FROM (${tied})) AS known`
}

/** The object ids that are tied to each of these addresses. */
export async function idsOf(
  index: IndexStore,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const scope = index.scope()
  const sql = `WITH ${peopleWith(scope.where)} SELECT p.2, groupArray(p.1) FROM
    (SELECT arrayJoin(arrayZip(known.1, known.2)) AS p) WHERE p.2 IN {upns:Array(String)} GROUP BY p.2`
  const rows = await index.engine.query(sql, { ...scope.params, upns: addresses })
  return new Map(rows.map(([upn, ids]) => [String(upn), Array.isArray(ids) ? ids.map(String) : []]))
}

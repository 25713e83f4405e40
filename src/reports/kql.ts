import { and, exactly, type Query } from '../query/kql/ast.ts'
import { compile } from '../query/kql/compile.ts'
import { explain } from '../query/kql/explain.ts'
import { parse } from '../query/kql/parser.ts'
import { andScope } from '../query/visible.ts'
import type { IndexStore } from '../query/index-store.ts'

// Queries as figures quote them.

/** `property:value`, the value as it is. */
export function is(property: string, ...values: readonly string[]): Query {
  return { type: 'property', property, comparison: '=', values: values.map(exactly) }
}

/** Items that have no value. */
export function without(property: string): Query {
  return { type: 'not', of: having(property) }
}

export function having(property: string): Query {
  const any = { text: '', prefix: false, any: true }
  return { type: 'property', property, comparison: ':', values: [any] }
}

export const not = (query: Query): Query => ({ type: 'not', of: query })

/** Half-open, ISO instants; null: without an end. */
export function within(from: string | null, to: string | null): Query {
  return and([
    ...(from === null ? [] : [occurred('>=', from)]),
    ...(to === null ? [] : [occurred('<', to)]),
  ])
}

function occurred(comparison: '>=' | '<', instant: string): Query {
  return { type: 'property', property: 'occurred', comparison, values: [exactly(instant)] }
}

/** All of them; `*` adds nothing and is left away. */
export function all(...queries: readonly Query[]): Query {
  return and(queries.filter(({ type }) => type !== 'all'))
}

/** The text that a person types to get these items; null where the language cannot say it (a name that ends in `*`). */
export function kqlOf(query: Query): string | null {
  const text = explain(query)
  try {
    return JSON.stringify(parse(text)) === JSON.stringify(query) ? text : null
  } catch {
    return null
  }
}

/** How many items each of these queries lists, in one reading. */
export async function countsOf(index: IndexStore, queries: readonly Query[]): Promise<number[]> {
  if (queries.length === 0) return []
  const scope = index.scope()
  const params: Record<string, unknown> = { ...scope.params }
  const counted = queries.map((query, at) => {
    const condition = compile(query)
    for (const [name, value] of Object.entries(condition.params)) params[`q${at}${name}`] = value
    return `countIf(${condition.where.replaceAll(/\{(p\d+:)/g, `{q${at}$1`)})`
  })
  const sql = `SELECT ${counted.join(', ')} FROM items WHERE 1${andScope(scope.where)}`
  const [row = []] = await index.engine.query(sql, params)
  return queries.map((_, at) => Number(row[at] ?? 0))
}

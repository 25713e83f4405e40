import type { IndexStore } from './index-store.ts'
import type { Query } from './kql/ast.ts'
import { compile, type Condition } from './kql/compile.ts'

/** The condition of a query on the rows of `items` that may be seen now. */
export function visible(index: IndexStore, query: Query): Condition {
  const { where, params } = compile(query)
  const scope = index.scope()
  return { where: `(${where})${andScope(scope.where)}`, params: { ...params, ...scope.params } }
}

/** A scope's condition behind another one. */
export function andScope(where: string): string {
  return where === '' ? '' : ` AND (${where})`
}

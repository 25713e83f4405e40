import type { IndexStore } from './index-store.ts'
import type { Query } from './kql/ast.ts'
import { compile, compileNarrow, type Condition, type NarrowCondition } from './kql/compile.ts'

/** The condition of a query on the rows of `items` that may be seen now. */
export function visible(index: IndexStore, query: Query): Condition {
  return scoped(index, compile(query))
}

/** What all of them fulfil and no text must be read for; null where that is the whole condition. */
export function narrowed(index: IndexStore, query: Query): NarrowCondition | null {
  const condition = compileNarrow(query)
  if (condition === null) return null
  const { close, rough } = condition
  return { ...scoped(index, condition), close, rough: scoped(index, rough) }
}

function scoped(index: IndexStore, { where, params }: Condition): Condition {
  const scope = index.scope()
  return { where: `(${where})${andScope(scope.where)}`, params: { ...params, ...scope.params } }
}

/** A scope's condition behind another one. */
export function andScope(where: string): string {
  return where === '' ? '' : ` AND (${where})`
}

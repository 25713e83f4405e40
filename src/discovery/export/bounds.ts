import type { Query } from '../../query/kql/ast.ts'
import { spanOf } from '../../query/kql/dates.ts'

/** The half-open bounds of the event time that a query sets for everything it finds; null where it sets none. */
export function boundsOf(query: Query): {
  readonly from: string | null
  readonly to: string | null
} {
  let from = -Infinity
  let to = Infinity
  for (const term of query.type === 'and' ? query.of : [query]) {
    const [start, end] = termBounds(term)
    from = Math.max(from, start)
    to = Math.min(to, end)
  }
  return { from: instant(from), to: instant(to) }
}

function termBounds(term: Query): [from: number, to: number] {
  const none: [number, number] = [-Infinity, Infinity]
  if (term.type === 'range' && term.property === 'occurred') {
    const [start, end] = [spanOf(term.from.text), spanOf(term.to.text)]
    return start === undefined || end === undefined ? none : [start.from, end.to]
  }
  if (term.type !== 'property' || term.property !== 'occurred' || term.values.length !== 1)
    return none
  const span = spanOf(term.values[0]?.text ?? '')
  if (span === undefined) return none
  switch (term.comparison) {
    case ':':
    case '=':
      return [span.from, span.to]
    case '>=':
      return [span.from, Infinity]
    case '>':
      return [span.to, Infinity]
    case '<':
      return [-Infinity, span.from]
    case '<=':
      return [-Infinity, span.to]
    case '<>':
    default:
      return none
  }
}

const instant = (at: number): string | null =>
  Number.isFinite(at) ? new Date(at).toISOString() : null

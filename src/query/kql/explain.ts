import type { Query, Value } from './ast.ts'
import { unreachable } from './unreachable.ts'

/** The query in its one canonical spelling: `parse(explain(query))` is the query again. */
export function explain(query: Query): string {
  switch (query.type) {
    case 'all':
      return '*'
    case 'text':
      return valueOf(query.value)
    case 'property':
      return `${query.property}${query.comparison}${query.values.map(valueOf).join(',')}`
    case 'range':
      return `${query.property}:${valueOf(query.from)}..${valueOf(query.to)}`
    case 'not':
      return `NOT ${inside(query.of)}`
    case 'and':
      return query.of
        .map((part) => (part.type === 'or' ? `(${explain(part)})` : explain(part)))
        .join(' AND ')
    case 'or':
      return query.of.map(explain).join(' OR ')
    default:
      return unreachable(query)
  }
}

function inside(query: Query): string {
  return query.type === 'and' || query.type === 'or' ? `(${explain(query)})` : explain(query)
}

function valueOf({ text, prefix, any }: Value): string {
  if (any) return '*'
  return `"${text.replaceAll('"', '""')}${prefix ? '*' : ''}"`
}

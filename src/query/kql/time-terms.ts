import { and, or, type Comparison, type Query, type Value } from './ast.ts'
import { namedDates } from './dates.ts'
import { valueOf } from './values.ts'

/** A comparison with a time. Named dates become what they stand for at `now`, so that the query keeps its meaning. */
export function timeQuery(
  property: string,
  comparison: Comparison,
  value: Value,
  now: Date,
): Query {
  const dates = value.any ? undefined : namedDates(value.text, now)
  if (dates === undefined) return { type: 'property', property, comparison, values: [value] }
  const [from, to] = [valueOf(dates[0]), valueOf(dates[1])]
  if (comparison === ':' || comparison === '=') return { type: 'range', property, from, to }
  if (comparison === '<>') return { type: 'not', of: { type: 'range', property, from, to } }
  const end = comparison === '<' || comparison === '>=' ? from : to
  return { type: 'property', property, comparison, values: [end] }
}

/** Several times of one comparison: any of them, or with `<>` none of them. */
export function anyTime(comparison: Comparison, queries: readonly Query[]): Query {
  return comparison === '<>' ? and(queries) : or(queries)
}

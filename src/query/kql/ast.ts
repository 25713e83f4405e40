// What a query says, free of how it was typed. Built by the parser, read by compile(), matches() and explain().

export type Comparison = ':' | '=' | '<>' | '<' | '<=' | '>' | '>='

/** A value as typed, without its quotes. `prefix`: it ended in `*`. `any`: it was `*` alone, meaning "has a value". */
export interface Value {
  readonly text: string
  readonly prefix: boolean
  readonly any: boolean
}

export type Query =
  | { readonly type: 'all' }
  /** Words next to each other, anywhere in the item. */
  | { readonly type: 'text'; readonly value: Value }
  /** Any of the values; with `<>` none of them. */
  | {
      readonly type: 'property'
      /** Canonical name, see properties.ts. */
      readonly property: string
      readonly comparison: Comparison
      readonly values: readonly Value[]
    }
  /** Both ends included. */
  | { readonly type: 'range'; readonly property: string; readonly from: Value; readonly to: Value }
  | { readonly type: 'not'; readonly of: Query }
  | { readonly type: 'and'; readonly of: readonly Query[] }
  | { readonly type: 'or'; readonly of: readonly Query[] }

export const ALL: Query = { type: 'all' }

/** All of them, flat. */
export function and(queries: readonly Query[]): Query {
  const of = queries.flatMap((query) => (query.type === 'and' ? query.of : [query]))
  return of.length === 1 && of[0] !== undefined
    ? of[0]
    : of.length === 0
      ? ALL
      : { type: 'and', of }
}

/** Any of them, flat. */
export function or(queries: readonly Query[]): Query {
  const of = queries.flatMap((query) => (query.type === 'or' ? query.of : [query]))
  return of.length === 1 && of[0] !== undefined ? of[0] : { type: 'or', of }
}

/** A value without `*`. */
export function exactly(text: string): Value {
  return { text, prefix: false, any: false }
}

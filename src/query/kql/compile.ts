import { dayCondition } from '../days.ts'
import { fold, wordsOf } from '../text.ts'
import type { Query, Value } from './ast.ts'
import { Binder } from './binder.ts'
import { textCondition, wordsCondition } from './compile-words.ts'
import { spanOf } from './dates.ts'
import { patternOf } from './pattern.ts'
import { propertyOf } from './property-names.ts'
import { lower, type Column, type Property } from './property.ts'
import { unreachable } from './unreachable.ts'

/** A condition on the table `items`; every value of the query is bound, none is part of the text. */
export interface Condition {
  readonly where: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface NarrowCondition extends Condition {
  /** Whether nearly all that it finds is found by the whole condition, too. */
  readonly close: boolean
  /** What the index alone answers of it: all that it finds, and more. */
  readonly rough: Condition
}

/** Compiles a query. The SQL depends on the query's shape only, never on what its values say. */
export function compile(query: Query): Condition {
  const binder = new Binder('texts')
  return { where: conditionOf(query, binder, false), params: binder.params }
}

/**
 * What every row that `compile` finds fulfils and the index answers without reading texts; null where it is the same.
 * Of a phrase: all its words are there.
 */
export function compileNarrow(query: Query): NarrowCondition | null {
  const binder = new Binder('hashes')
  const where = conditionOf(query, binder, false)
  if (binder.left === 0) return null
  const index = new Binder('index')
  const rough = { where: conditionOf(query, index, false), params: index.params }
  return { where, params: binder.params, close: binder.loose === 0, rough }
}

/** `negated` is carried down to the terms: NOT directly before a term is what the engine's index answers. */
function conditionOf(query: Query, binder: Binder, negated: boolean): string {
  switch (query.type) {
    case 'all':
      return negated ? '0' : '1'
    case 'text':
      return term(() => textCondition('all', query.value, binder), negated, binder)
    case 'not':
      return conditionOf(query.of, binder, !negated)
    case 'and':
    case 'or': {
      const parts = query.of.map((part) => conditionOf(part, binder, negated))
      return join(parts, (query.type === 'and') === negated ? 'OR' : 'AND')
    }
    case 'range': {
      const property = known(query.property)
      const from = ordered(property, '>=', query.from, binder)
      return negate(`(${from} AND ${ordered(property, '<=', query.to, binder)})`, negated)
    }
    case 'property': {
      const property = known(query.property)
      const sign = query.comparison === '<>' ? '=' : query.comparison
      return term(
        () => dated(property, anyOf(property, sign, query.values, binder), query.values, binder),
        (query.comparison === '<>') !== negated,
        binder,
      )
    }
    default:
      return unreachable(query)
  }
}

/** Of what was left open the opposite is open too: more rows than there are would become fewer. */
function term(make: () => string, negated: boolean, binder: Binder): string {
  const left = binder.left
  const condition = make()
  if (!negated || binder.left === left) return negate(condition, negated)
  binder.loose += 1
  return '1'
}

function negate(condition: string, negated: boolean): string {
  return negated ? `NOT (${condition})` : condition
}

/** Constants are taken out: with them the engine no longer answers from its index. */
function join(parts: readonly string[], operator: 'AND' | 'OR'): string {
  const [neutral, decisive] = operator === 'AND' ? ['1', '0'] : ['0', '1']
  if (parts.includes(decisive)) return decisive
  const rest = parts.filter((part) => part !== neutral)
  if (rest.length < 2) return rest[0] ?? neutral
  return `(${rest.join(` ${operator} `)})`
}

function known(name: string): Property {
  const property = propertyOf(name)
  if (property === undefined)
    throw new Error(`No property "${name}": the parser should have refused it`)
  return property
}

type Sign = ':' | '=' | '<' | '<=' | '>' | '>='

function anyOf(property: Property, sign: Sign, values: readonly Value[], binder: Binder): string {
  if (
    property.type === 'exact' &&
    values.length > 1 &&
    values.every(({ any, prefix }) => !any && !prefix)
  )
    return `(${property.columns
      .map((column) =>
        inList(
          column,
          values.flatMap((value) => meanings(property, value)),
          binder,
        ),
      )
      .join(' OR ')})`
  const parts = values.map((value) => compare(property, sign, value, binder))
  return parts.length === 1 ? (parts[0] ?? '0') : `(${parts.join(' OR ')})`
}

/** Ids are looked for on the days on which there are such: the rows of others need not be looked at. */
function dated(
  property: Property,
  condition: string,
  values: readonly Value[],
  binder: Binder,
): string {
  if (property.type !== 'exact' || property.dated !== true) return condition
  if (values.some(({ any, prefix }) => any || prefix)) return condition
  const ids = values.flatMap((value) => meanings(property, value))
  return `(${condition} AND ${dayCondition(ids, binder)})`
}

function compare(property: Property, sign: Sign, value: Value, binder: Binder): string {
  switch (property.type) {
    case 'text':
      return textCondition(property.part, value, binder)
    case 'flag':
      return value.any
        ? `${property.column} != -1`
        : `${property.column} = ${binder.bind('Int8', flagOf(value.text))}`
    case 'time':
    case 'number':
      return ordered(property, sign, value, binder)
    case 'name':
      return nameCondition(property, sign, value, binder)
    case 'exact': {
      const parts = property.columns.map((column) =>
        exactCondition(property, column, value, binder),
      )
      return parts.length === 1 ? (parts[0] ?? '0') : `(${parts.join(' OR ')})`
    }
    default:
      return unreachable(property)
  }
}

/** 1, 0 or -1 (unknown), as the columns hold it. */
export function flagOf(text: string): number {
  const word = text.toLowerCase()
  if (word === 'true' || word === 'yes' || word === '1') return 1
  return word === 'unknown' ? -1 : 0
}

// --- names and values ------------------------------------------------------------------------------------------

function nameCondition(
  property: Extract<Property, { type: 'name' }>,
  sign: Sign,
  value: Value,
  binder: Binder,
): string {
  const { column } = property
  if (value.any) return `notEmpty(${column})`
  const bound = binder.text(fold(value.text))
  const whole = value.prefix
    ? `arrayExists(x -> startsWith(x, ${bound}), ${column})`
    : `has(${column}, ${bound})`
  const words = wordsOf(value.text)
  if (sign === '=' || words.length === 0 || property.whole(value.text)) return whole
  // Names are part of the text, so its index narrows the rows first.
  if (!binder.readsTexts && words.length >= TELLING) {
    binder.left += 1
    return `(${whole} OR ${wordsCondition(words, value.prefix, binder)})`
  }
  const pattern = binder.text(patternOf(words, value.prefix))
  const part = `arrayExists(x -> match(x, ${pattern}), ${property.names.sql})`
  return `(${whole} OR (${wordsCondition(words, value.prefix, binder)} AND ${part}))`
}

/** So many words of a name are seldom all in a text that has not the name. */
const TELLING = 3

/** What the value may be called in the columns. */
export function meanings(property: Extract<Property, { type: 'exact' }>, value: Value): string[] {
  const named =
    property.means === undefined || value.prefix ? [value.text] : property.means(value.text)
  return [...new Set(named.map(lower))]
}

function exactCondition(
  property: Extract<Property, { type: 'exact' }>,
  column: Column,
  value: Value,
  binder: Binder,
): string {
  if (value.any) return anyCondition(column)
  const names = meanings(property, value)
  if (value.prefix) {
    const bound = binder.text(names[0] ?? '')
    const sql = column.sql === ITEM_ID ? "replaceAll(toString(id), '-', '')" : column.sql
    return column.array
      ? `arrayExists(x -> startsWith(x, ${bound}), ${sql})`
      : `startsWith(${sql}, ${bound})`
  }
  return inList(column, names, binder)
}

/** Stands for the item's own id, which the index keeps as a UUID. */
const ITEM_ID = 'itemId'

function anyCondition(column: Column): string {
  if (column.sql === ITEM_ID) return '1'
  return column.array ? `notEmpty(${column.sql})` : `${column.sql} != ''`
}

function inList(column: Column, values: readonly string[], binder: Binder): string {
  if (column.sql === ITEM_ID) return `id IN ${binder.bind('Array(UUID)', values.map(uuidOf))}`
  const [only] = values
  if (values.length === 1 && only !== undefined)
    return column.array
      ? `has(${column.sql}, ${binder.text(only)})`
      : `${column.sql} = ${binder.text(only)}`
  const bound = binder.bind('Array(String)', values)
  return column.array ? `hasAny(${column.sql}, ${bound})` : `${column.sql} IN ${bound}`
}

/** No item has the zero id: what is no id of an item finds nothing. */
export function uuidOf(id: string): string {
  const hex = /^[0-9a-f]{32}$/.test(id) ? id : '0'.repeat(32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

// --- times and numbers -----------------------------------------------------------------------------------------

function ordered(property: Property, sign: Sign, value: Value, binder: Binder): string {
  if (property.type === 'number') return numberCondition(property.column, sign, value, binder)
  if (property.type !== 'time')
    throw new Error(`"${property.name}" has no order: the parser should have refused it`)
  if (value.any) return '1'
  const span = spanOf(value.text)
  if (span === undefined) throw new Error('No date: the parser should have refused it')
  const { column } = property
  const from = (): string => binder.bind(INSTANT, sqlTime(span.from))
  const to = (): string => binder.bind(INSTANT, sqlTime(span.to))
  switch (sign) {
    case '<':
      return `${column} < ${from()}`
    case '<=':
      return `${column} < ${to()}`
    case '>':
      return `${column} >= ${to()}`
    case '>=':
      return `${column} >= ${from()}`
    case ':':
    case '=':
      return `(${column} >= ${from()} AND ${column} < ${to()})`
    default:
      return unreachable(sign)
  }
}

const INSTANT = "DateTime64(3, 'UTC')"

/** What the engine's times can hold. */
const FIRST = Date.UTC(1900, 0, 1)
const LAST = Date.UTC(2299, 0, 1)

/** Epoch milliseconds as the engine reads a DateTime64(3). */
export function sqlTime(at: number): string {
  return new Date(Math.min(Math.max(at, FIRST), LAST)).toISOString().slice(0, 23).replace('T', ' ')
}

function numberCondition(column: string, sign: Sign, value: Value, binder: Binder): string {
  // Below zero stands for unknown.
  if (value.any) return `${column} >= 0`
  const compared = `${column} ${sign === ':' ? '=' : sign} ${binder.bind('Float64', Number(value.text))}`
  return `(${column} >= 0 AND ${compared})`
}

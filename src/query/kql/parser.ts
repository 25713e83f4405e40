import { wordsOf } from '../text.ts'
import { ALL, and, or, type Comparison, type Query, type Value } from './ast.ts'
import { namedDates } from './dates.ts'
import { QueryError } from './errors.ts'
import { Lexer, type Token } from './lexer.ts'
import { nearestProperty, propertyOf } from './property-names.ts'
import type { Property } from './property.ts'
import { anyTime, timeQuery } from './time-terms.ts'
import { unreachable } from './unreachable.ts'
import { faultOf, misuseOf, NO_WORDS, textFaultOf, valueOf } from './values.ts'

/** Deeper nesting is refused, so that neither this parser nor the engine's runs out of stack. */
const MAX_DEPTH = 50
const MAX_TERMS = 2_000

const UNSUPPORTED = new Set(['NEAR', 'ONEAR', 'XRANK', 'WORDS'])

/**
 * Reads a KQL query (spine.md section 5). Nothing at all means everything.
 * `now`: what `today` and its like are counted from; they are resolved here, so the query keeps its meaning.
 * @throws QueryError with the place at fault
 */
export function parse(source: string, now: Date = new Date(0)): Query {
  return new Parser(source, now).query()
}

class Parser {
  readonly #lexer: Lexer
  readonly #now: Date
  #token: Token
  #depth = 0
  #terms = 0

  constructor(source: string, now: Date) {
    this.#lexer = new Lexer(source)
    this.#now = now
    this.#token = this.#termOfWords()
  }

  query(): Query {
    if (this.#token.type === 'end') {
      if (this.#lexer.source.trim() === '') return ALL
      throw this.#error('QUERY_BAD_VALUE', NO_WORDS, 0)
    }
    const query = this.#or()
    if (this.#token.type === ')')
      throw this.#error('QUERY_SYNTAX', 'this parenthesis closes nothing')
    return query
  }

  #or(): Query {
    const parts = [this.#and()]
    while (this.#takeWord('or')) parts.push(this.#and())
    return or(parts)
  }

  #and(): Query {
    const parts = [this.#not()]
    while (this.#takeWord('and') || this.#startsTerm()) parts.push(this.#not())
    return and(parts)
  }

  #startsTerm(): boolean {
    return this.#token.type !== 'end' && this.#token.type !== ')' && !this.#isWord('or')
  }

  #not(): Query {
    // Not recursive: a thousand NOTs are a thousand steps, and two of them take each other away.
    let negate = false
    let depth = 0
    while (this.#token.type === 'not' || this.#token.type === 'plus' || this.#isWord('not')) {
      if (this.#token.type !== 'plus') depth += 1
      negate = depth % 2 === 1
      this.#next()
    }
    const term = this.#term()
    return negate ? { type: 'not', of: term } : term
  }

  #term(): Query {
    const token = this.#token
    this.#terms += 1
    if (this.#terms > MAX_TERMS)
      throw this.#error('QUERY_TOO_LARGE', `it has more than ${MAX_TERMS} terms`)
    switch (token.type) {
      case '(':
        return this.#group()
      case 'quoted':
      case 'word':
        return this.#text(token)
      case 'property':
        return this.#property(token)
      case ')':
      case 'end':
      case 'not':
      case 'plus':
        throw this.#error(
          'QUERY_SYNTAX',
          token.type === 'end'
            ? 'something is missing at its end'
            : 'a word or property is missing here',
        )
      default:
        return unreachable(token)
    }
  }

  #group(): Query {
    const opened = this.#token
    this.#depth += 1
    if (this.#depth > MAX_DEPTH)
      throw this.#error('QUERY_TOO_LARGE', `it is nested more than ${MAX_DEPTH} deep`)
    this.#next()
    if (this.#token.type === ')')
      throw this.#error('QUERY_SYNTAX', 'there is nothing between these parentheses')
    const query = this.#or()
    if (!this.#is(')'))
      throw this.#error(
        'QUERY_SYNTAX',
        'the parenthesis that opens here is never closed',
        opened.at,
      )
    this.#depth -= 1
    this.#next()
    return query
  }

  #text(token: Extract<Token, { text: string }>): Query {
    if (
      token.type === 'word' &&
      UNSUPPORTED.has(token.text.replace(/\d+$/, '')) &&
      this.#lexer.source[this.#lexer.at] === '('
    )
      throw this.#error(
        'QUERY_SYNTAX',
        `${token.text}(…) is not supported: use words or a "phrase"`,
      )
    this.#next()
    if (token.type === 'word') {
      if (token.text === '*') return ALL
      const reserved = token.text.toLowerCase()
      if (reserved === 'and' || reserved === 'or')
        throw this.#error(
          'QUERY_SYNTAX',
          `there is nothing in front of ${token.text}; put it in quotes to search for the word`,
          token.at,
        )
      this.#refuseInnerStar(token.text, token.at)
    }
    const value = valueOf(token.text)
    if (value.any) return ALL
    const wrong = textFaultOf(value)
    if (wrong !== undefined) throw this.#error('QUERY_BAD_VALUE', wrong, token.at)
    return { type: 'text', value }
  }

  #property(token: Extract<Token, { type: 'property' }>): Query {
    const property = propertyOf(token.name)
    if (property === undefined) {
      const near = nearestProperty(token.name)
      const hint =
        near === undefined
          ? 'put the text in quotes to search for it as words'
          : `did you mean "${near}"?`
      throw this.#error(
        'QUERY_UNKNOWN_PROPERTY',
        `there is no property "${clip(token.name)}"; ${hint}`,
        token.at,
      )
    }
    if (this.#lexer.take('(')) return this.#alternatives(property, token.comparison)
    const first = this.#value(property)
    if (this.#lexer.take('..')) return this.#range(property, token, first)
    const values = [first]
    while (this.#lexer.take(',')) {
      this.#lexer.skipSpace()
      values.push(this.#value(property))
    }
    this.#next()
    return this.#compare(property, token.comparison, values)
  }

  /** `user:(a OR b)`, as Purview's own searches write lists. */
  #alternatives(property: Property, comparison: Comparison): Query {
    const values: (Value & { readonly at: number })[] = []
    for (;;) {
      this.#lexer.skipSpace()
      values.push(this.#value(property))
      this.#lexer.skipSpace()
      if (this.#lexer.take(')')) break
      if (this.#lexer.take(',')) continue
      const at = this.#lexer.at
      if (this.#lexer.source.slice(at, at + 3).toLowerCase() !== 'or ')
        throw this.#error(
          'QUERY_SYNTAX',
          'between the values of a property only OR or a comma may stand',
          at,
        )
      this.#lexer.take(this.#lexer.source.slice(at, at + 3))
    }
    this.#next()
    return this.#compare(property, comparison, values)
  }

  #value(property: Property): Value & { readonly at: number } {
    this.#terms += 1
    if (this.#terms > MAX_TERMS)
      throw this.#error('QUERY_TOO_LARGE', `it has more than ${MAX_TERMS} values`, this.#lexer.at)
    const { text, quoted, at } = this.#lexer.value()
    if (!quoted) this.#refuseInnerStar(text, at)
    const value = { ...valueOf(text), at }
    if (!value.any) this.#check(property, value, at)
    return value
  }

  /** Passed over, it would find what was not asked for. Before a sign, as in `*.docx`, it says nothing and does no harm. */
  #refuseInnerStar(text: string, at: number): void {
    const star = INNER_STAR.exec(text)
    if (star === null) return
    throw this.#error(
      'QUERY_BAD_VALUE',
      'a "*" can only end a word, as in merg*; put the text in quotes to search for it as it stands',
      at + star.index,
    )
  }

  #check(property: Property, value: Value, at: number): void {
    const wrong = faultOf(property, value, this.#now)
    if (wrong !== undefined) throw this.#error('QUERY_BAD_VALUE', wrong, at)
  }

  #compare(
    property: Property,
    comparison: Comparison,
    values: readonly (Value & { readonly at: number })[],
  ): Query {
    const wrong = misuseOf(property, comparison, values.length)
    if (wrong !== undefined) throw this.#error('QUERY_BAD_VALUE', wrong, values[0]?.at)
    if (property.type === 'time')
      return anyTime(
        comparison,
        values.map((value) => timeQuery(property.name, comparison, plain(value), this.#now)),
      )
    return { type: 'property', property: property.name, comparison, values: values.map(plain) }
  }

  #range(property: Property, token: Extract<Token, { type: 'property' }>, from: Value): Query {
    if (property.type !== 'time' && property.type !== 'number')
      throw this.#error(
        'QUERY_BAD_VALUE',
        `${property.name} has no order: a range cannot be asked of it`,
        token.at,
      )
    if (token.comparison !== ':' && token.comparison !== '=')
      throw this.#error(
        'QUERY_BAD_VALUE',
        `a range goes with ":", not with "${token.comparison}"`,
        token.at,
      )
    const to = this.#value(property)
    if (from.any || to.any)
      throw this.#error(
        'QUERY_BAD_VALUE',
        'a range needs both of its ends; use >= or <= for one',
        token.at,
      )
    this.#next()
    const first = namedDates(from.text, this.#now)?.[0] ?? from.text
    const last = namedDates(to.text, this.#now)?.[1] ?? to.text
    return { type: 'range', property: property.name, from: valueOf(first), to: valueOf(last) }
  }

  #is(type: Token['type']): boolean {
    return this.#token.type === type
  }

  #isWord(word: 'and' | 'or' | 'not'): boolean {
    return this.#token.type === 'word' && this.#token.text.toLowerCase() === word
  }

  #takeWord(word: 'and' | 'or'): boolean {
    if (!this.#isWord(word)) return false
    this.#next()
    return true
  }

  #next(): void {
    this.#token = this.#termOfWords()
  }

  /** Signs that stand alone, as in `plan – deal` or `research & development`, are passed over. */
  #termOfWords(): Token {
    for (;;) {
      const token = this.#lexer.term()
      if (token.type !== 'word' || token.text === '*' || wordsOf(token.text).length > 0)
        return token
    }
  }

  #error(code: QueryError['code'], what: string, at: number = this.#token.at): QueryError {
    return new QueryError(code, `Cannot read the query: ${what}`, this.#lexer.source, at)
  }
}

const INNER_STAR = /\*[\p{L}\p{N}]/u

function plain({ text, prefix, any }: Value): Value {
  return { text, prefix, any }
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

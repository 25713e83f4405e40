import { QueryError } from './errors.ts'
import type { Comparison } from './ast.ts'

export type Token =
  | { readonly type: '(' | ')' | 'end' | 'not' | 'plus'; readonly at: number }
  | { readonly type: 'word' | 'quoted'; readonly text: string; readonly at: number }
  | {
      readonly type: 'property'
      readonly name: string
      readonly comparison: Comparison
      readonly at: number
    }

/** Longer queries are refused: nobody types them, and every step below is linear in this. */
export const MAX_LENGTH = 50_000

const SMART_QUOTES = '“”„‟«»'
const SPACE = /\s/
const OPERATOR = /<>|<=|>=|[:=<>]/y
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  ':': ':',
  '=': '=',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

/** Walks over a query's text. The parser asks for a term or, behind a property, for a value: the same characters mean different things there. */
export class Lexer {
  readonly source: string
  #at = 0

  constructor(source: string) {
    if (source.length > MAX_LENGTH)
      throw new QueryError(
        'QUERY_TOO_LARGE',
        `Cannot read the query: it has more than ${MAX_LENGTH} characters`,
        '',
        0,
      )
    this.source = source
  }

  get at(): number {
    return this.#at
  }

  skipSpace(): void {
    while (this.#at < this.source.length && SPACE.test(this.#current())) this.#at += 1
  }

  /** The next token where a term may begin. */
  term(): Token {
    this.skipSpace()
    const at = this.#at
    const character = this.#current()
    if (character === '') return { type: 'end', at }
    if (character === '(' || character === ')') {
      this.#at += 1
      return { type: character, at }
    }
    if (isQuote(character)) return { type: 'quoted', text: this.#quoted(), at }
    if ((character === '-' || character === '+') && this.#startsTerm(at + 1)) {
      this.#at += 1
      return { type: character === '-' ? 'not' : 'plus', at }
    }
    return this.#wordOrProperty(at)
  }

  #wordOrProperty(at: number): Token {
    const text = this.#run((character) => !isOperator(character))
    const end = this.#at
    // Blanks around a comparison are accepted (`credits > 10`), before a colon or = they are not part of it.
    this.skipSpace()
    OPERATOR.lastIndex = this.#at
    const sign = OPERATOR.exec(this.source)?.[0]
    const comparison = sign === undefined ? undefined : COMPARISONS[sign]
    if (sign === undefined || comparison === undefined) {
      this.#at = end
      return { type: 'word', text, at }
    }
    if (text === '')
      throw new QueryError(
        'QUERY_SYNTAX',
        `Cannot read the query: "${sign}" has no property in front of it`,
        this.source,
        this.#at,
      )
    this.#at += sign.length
    this.skipSpace()
    return { type: 'property', name: text, comparison, at }
  }

  /** One value behind a property: quoted, or everything up to a blank, a comma, a parenthesis or `..`. */
  value(): { readonly text: string; readonly quoted: boolean; readonly at: number } {
    const at = this.#at
    if (isQuote(this.#current())) return { text: this.#quoted(), quoted: true, at }
    const text = this.#run(
      (character, index) => character !== ',' && !this.source.startsWith('..', index),
    )
    if (text === '')
      throw new QueryError(
        'QUERY_SYNTAX',
        'Cannot read the query: a value is missing here',
        this.source,
        at,
      )
    return { text, quoted: false, at }
  }

  /** Takes `text` if it comes next. */
  take(text: string): boolean {
    if (!this.source.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #current(): string {
    return this.source[this.#at] ?? ''
  }

  #startsTerm(index: number): boolean {
    const character = this.source[index] ?? ''
    return (
      character !== '' &&
      character !== ')' &&
      character !== '-' &&
      character !== '+' &&
      !SPACE.test(character)
    )
  }

  #run(belongs: (character: string, index: number) => boolean): string {
    const from = this.#at
    let at = from
    for (; at < this.source.length; at += 1) {
      const character = this.source[at] ?? ''
      if (SPACE.test(character) || character === '(' || character === ')') break
      if (isQuote(character) || !belongs(character, at)) break
    }
    this.#at = at
    return this.source.slice(from, at)
  }

  /** A doubled quote inside stands for one. Typographic quotes close each other. */
  #quoted(): string {
    const from = this.#at
    const straight = this.#current() === '"'
    let text = ''
    let start = from + 1
    for (let at = start; at < this.source.length; at += 1) {
      const character = this.source[at] ?? ''
      if (straight ? character !== '"' : !SMART_QUOTES.includes(character)) continue
      text += this.source.slice(start, at)
      if (!straight || this.source[at + 1] !== '"') {
        this.#at = at + 1
        return text
      }
      text += '"'
      at += 1
      start = at + 1
    }
    throw new QueryError(
      'QUERY_SYNTAX',
      'Cannot read the query: the quote that opens here is never closed',
      this.source,
      from,
    )
  }
}

function isQuote(character: string): boolean {
  return character === '"' || (character !== '' && SMART_QUOTES.includes(character))
}

function isOperator(character: string): boolean {
  return character === ':' || character === '=' || character === '<' || character === '>'
}

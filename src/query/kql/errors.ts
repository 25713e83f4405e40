import { CodedError } from '../../platform/errors.ts'

export type QueryErrorCode =
  | 'QUERY_SYNTAX'
  | 'QUERY_UNKNOWN_PROPERTY'
  | 'QUERY_BAD_VALUE'
  | 'QUERY_TOO_LARGE'

/** A query that cannot be understood. `position`: index of the first character at fault, in UTF-16 units. */
export class QueryError extends CodedError<QueryErrorCode> {
  readonly position: number

  constructor(code: QueryErrorCode, message: string, source: string, position: number) {
    super(code, `${message}\n${caret(source, position)}`)
    this.position = position
  }
}

/** How much of the query is shown on either side. */
const SHOWN = 30

/** The place in the query, and a caret under it. */
function caret(source: string, position: number): string {
  const from = Math.max(0, position - SHOWN)
  const to = Math.min(source.length, position + SHOWN)
  const before = `  ${from > 0 ? '…' : ''}${printable(source.slice(from, position))}`
  const after = `${printable(source.slice(position, to))}${to < source.length ? '…' : ''}`
  return `${before}${after}\n${' '.repeat(Array.from(before).length)}^`
}

function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Z}]/gu, ' ')
}

import type { Field } from './fields.ts'
import { pseudonymSql, type Minimise } from './minimise.ts'

// The fields as expressions on the index's rows, per form: typed, as cells of a CSV, as cells for a writer.

/** Settings with which the engine writes what the specification says. */
export const OUTPUT_SETTINGS =
  "date_time_output_format = 'iso', format_csv_null_representation = '', output_format_csv_crlf_end_of_line = 1, output_format_json_escape_forward_slashes = 0"

/** Typed columns, null where unknown: what Parquet and Arrow keep, and what JSON tells. */
export function typedColumns(fields: readonly Field[], minimise: Minimise): string {
  return fields.map((field) => named(typed(field, minimise), field)).join(', ')
}

/** Cells of a CSV: lists joined with line feeds; defused where a spreadsheet would run them. */
export function csvColumns(
  fields: readonly Field[],
  minimise: Minimise,
  options: { readonly defuse: boolean },
): string {
  return fields
    .map((field) => {
      const cell = csvCell(field, minimise)
      const safe = options.defuse && mayHoldFormula(field) ? defused(cell) : cell
      return named(safe, field)
    })
    .join(', ')
}

/**
 * The form in which rows are handed to a writer (packed-rows.ts): text, also of lists; numbers and times (milliseconds
 * since 1970) as Float64, NaN for unknown; flags as Int8.
 */
export function packedColumns(fields: readonly Field[], minimise: Minimise): string {
  return fields.map((field) => named(packed(field, minimise), field)).join(', ')
}

function packed(field: Field, minimise: Minimise): string {
  const sql = minimised(field, minimise)
  switch (field.type) {
    case 'flag':
      return `toInt8(${sql})`
    case 'number':
      return `if(${sql} < 0, nan, toFloat64(${sql}))`
    case 'time':
      return `toFloat64(ifNull(toUnixTimestamp64Milli(${sql}), nan))`
    case 'list':
      return csvCell(field, minimise)
    case 'text':
    case 'object':
    default:
      return `toString(${sql})`
  }
}

/** How many cells of a row a spreadsheet would run. */
export function formulaCount(fields: readonly Field[], minimise: Minimise): string {
  const cells = fields.filter(mayHoldFormula).map((field) => isFormula(csvCell(field, minimise)))
  return cells.length === 0 ? '0' : cells.map((cell) => `toUInt64(${cell})`).join(' + ')
}

/** How many cells of a row hold several values in one. */
export function joinedCount(fields: readonly Field[]): string {
  const lists = fields.filter(({ type }) => type === 'list')
  return lists.length === 0
    ? '0'
    : lists.map(({ sql }) => `toUInt64(length(${sql}) > 1)`).join(' + ')
}

/** An own name before the field's: an alias that is also a column would be taken for it in the conditions. */
const named = (sql: string, { name }: Field): string => `${sql} AS out_${name}`

/** The statement around one of `typedColumns` that gives the columns their fields' names. */
export function renamed(fields: readonly Field[], statement: string): string {
  return `SELECT ${fields.map(({ name }) => `out_${name} AS ${name}`).join(', ')} FROM (${statement})`
}

function minimised({ sql, type, personal }: Field, { users, dates }: Minimise): string {
  if (users && personal === 'identity') return `arrayMap(p -> ${pseudonymSql('p')}, ${sql})`
  return dates && type === 'time' ? `toDateTime64(toStartOfDay(${sql}), 3, 'UTC')` : sql
}

function typed(field: Field, minimise: Minimise): string {
  const sql = minimised(field, minimise)
  switch (field.type) {
    case 'flag':
      return `CAST(if(${sql} = -1, NULL, ${sql} = 1), 'Nullable(Bool)')`
    case 'number':
      return `if(${sql} < 0, NULL, ${sql})`
    case 'text':
      return `nullIf(toString(${sql}), '')`
    case 'list':
      return `CAST(${sql}, 'Array(String)')`
    case 'time':
    case 'object':
    default:
      return sql
  }
}

function csvCell(field: Field, minimise: Minimise): string {
  return field.type === 'list'
    ? String.raw`arrayStringConcat(${minimised(field, minimise)}, '\n')`
    : typed(field, minimise)
}

const SAFE: ReadonlySet<string> = new Set(['id', 'tenant', 'identity', 'kind', 'sequences'])

const mayHoldFormula = ({ name, type }: Field): boolean =>
  (type === 'text' || type === 'list') && !SAFE.has(name)

/** What a spreadsheet runs: the first visible character decides. NUL, TAB and CR alone make some of them look further. */
export const FORMULA = /^(?:[\s\uFEFF]*[=+\-@＝＋－＠]|[\t\r\0])/

/** The same for the engine's regular expressions (RE2, UTF-8). */
const FORMULA_SQL = String.raw`'^(?:[\\s\\x{FEFF}\\x{A0}]*[=+\\-@＝＋－＠]|[\\t\\r\\x00])'`

const isFormula = (cell: string): string => `ifNull(match(${cell}, ${FORMULA_SQL}), 0)`

const defused = (cell: string): string => `if(${isFormula(cell)}, concat('\\'', ${cell}), ${cell})`

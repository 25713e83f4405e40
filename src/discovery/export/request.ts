import { isPattern } from '../../query/sql-text.ts'
import { CodedError } from '../../platform/errors.ts'
import type { Query } from '../../query/kql/ast.ts'
import { ITEM_FIELDS, RECORD_FIELDS, type Field } from './fields.ts'
import { FORMATS, type Format } from './formats.ts'
import { isLeftOut } from './minimise.ts'
import type { ExportUnit } from './writer.ts'

/** What is asked for, as the interface takes it. */
export interface ExportInput {
  /** As typed; all must match. */
  readonly queries: readonly string[]
  readonly query: Query
  readonly unit?: ExportUnit | undefined
  readonly format: string
  readonly raw: boolean
  readonly proofs: boolean
  /** Names of fields; null: all that are not left out by minimising. */
  readonly fields: readonly string[] | null
  readonly minimise: { readonly users: boolean; readonly dates: boolean }
  readonly profile: 'spreadsheet' | 'machine'
  readonly purpose: string | null
  /** Absolute path. */
  readonly output: string
  readonly zip: boolean
}

/** What will be done, with every default spelled out. */
export interface ExportRequest extends Omit<ExportInput, 'format' | 'fields' | 'unit'> {
  readonly unit: ExportUnit
  readonly format: Format
  /** Fields of the data file, in its order. */
  readonly fields: readonly Field[]
  readonly leftOut: readonly Field[]
  /** The rows are whole texts: no data file beside them. */
  readonly textsOnly: boolean
}

/** Throws USAGE for what does not go together. */
export function readRequest(input: ExportInput): ExportRequest {
  const format = FORMATS.find(({ name }) => name === input.format)
  if (format === undefined)
    throw wrong(`--format is one of ${FORMATS.map(({ name }) => name).join(', ')}`)
  const unit = input.unit ?? format.units[0] ?? 'item'
  if (!format.units.includes(unit))
    throw wrong(`--format ${format.name} writes ${format.units.join(' or ')}s, not ${unit}s`)
  const { minimise, raw, proofs } = input
  const minimised = minimise.users || minimise.dates
  if (minimised && (raw || proofs || format.name === 'audit'))
    throw wrong(
      'exact texts cannot be minimised: leave away --minimise, or --raw, --proofs and --format audit',
    )
  if (raw && format.name !== 'jsonl')
    throw wrong('--raw goes with --format jsonl; --proofs adds the exact texts to any format')
  // Every format has the engine write files there, of its own or on the way.
  if (isPattern(input.output))
    throw wrong(
      'the search engine takes * ? { and } in a path for a pattern: choose an --output-path without them',
    )
  const textsOnly = format.name === 'jsonl' && raw
  const whole = textsOnly || format.name === 'audit'
  if (whole && input.fields !== null)
    throw wrong('--fields chooses columns; this format has whole texts')
  const known = fieldsFor(format.name, unit)
  const fields = whole
    ? []
    : input.fields === null
      ? known.filter((field) => !isLeftOut(field, minimise))
      : input.fields.map((name) => fieldNamed(name, known))
  return {
    ...input,
    unit,
    format,
    fields,
    leftOut: whole || input.fields !== null ? [] : known.filter((one) => isLeftOut(one, minimise)),
    textsOnly,
  }
}

/** Objects have no place in a flat table. */
function fieldsFor(format: string, unit: ExportUnit): readonly Field[] {
  const fields = unit === 'record' ? RECORD_FIELDS : ITEM_FIELDS
  const nested = ['jsonl', 'html', 'pdf'].includes(format)
  return nested ? fields : fields.filter(({ type }) => type !== 'object')
}

function fieldNamed(name: string, known: readonly Field[]): Field {
  const field = known.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (field === undefined)
    throw wrong(
      `there is no field "${name.slice(0, 60)}" here; fields are ${known.map((one) => one.name).join(', ')}`,
    )
  return field
}

function wrong(what: string): CodedError {
  return new CodedError('USAGE', `Cannot export: ${what}`)
}

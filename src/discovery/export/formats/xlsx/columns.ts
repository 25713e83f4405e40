import type { Column, ColumnType } from '../../../../platform/spreadsheet/columns.ts'
import type { Field, FieldType } from '../../fields.ts'

const TYPES: Readonly<Record<FieldType, ColumnType>> = {
  text: 'text',
  list: 'text',
  number: 'number',
  flag: 'flag',
  time: 'instant',
  object: 'text',
}

// Columns that are read rather than looked at.
const WIDTHS: Readonly<Record<string, number>> = {
  id: 36,
  identity: 36,
  tenant: 38,
  session: 40,
  users: 30,
  prompt: 70,
  answer: 70,
  files: 50,
  sites: 40,
}

export function columnOf({ name, type }: Field): Column {
  const width = WIDTHS[name]
  return {
    header: type === 'time' ? `${name} (UTC)` : name,
    type: TYPES[type],
    ...(width === undefined ? {} : { width }),
  }
}

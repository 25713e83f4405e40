import type {
  Cell as SheetCell,
  Column,
  ColumnType,
} from '../../../../platform/spreadsheet/columns.ts'
import type { Field, FieldType } from '../../fields.ts'
import type { Cell } from '../../writer.ts'

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

/** What a spreadsheet's cell shows of an exported one: a list is joined with line feeds. */
export function sheetCell(cell: Cell): SheetCell {
  return typeof cell === 'object' && cell !== null ? cell.join('\n') : cell
}

/** Whether joining took something away: which line feeds part the elements. */
export function isJoined(cell: Cell): boolean {
  return typeof cell === 'object' && cell !== null && cell.length > 1
}

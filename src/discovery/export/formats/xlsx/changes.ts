import type { ChangeCode, SpreadsheetChange } from '../../../../platform/spreadsheet/changes.ts'
import type { Change } from '../../writer.ts'

// The manifest's codes (docs/spec/export-format.md, section 2) for what a spreadsheet cannot hold.
const CODES: Readonly<Record<ChangeCode, string>> = {
  LINE_ENDS: 'LINE_ENDS_UNIFIED',
  ILLEGAL_CHARACTERS: 'CHARACTER_REPLACED',
  ESCAPE_LOOKALIKES: 'ESCAPE_ESCAPED',
  LONG_TEXTS_CONTINUED: 'CELL_SPLIT',
  LONG_TEXTS_CUT: 'CELL_CUT',
  SHEET_CONTINUED: 'SHEET_SPLIT',
  DATES_AS_TEXT: 'DATE_AS_TEXT',
  FRACTIONS_OF_MILLISECONDS: 'TIME_CUT',
  NUMBERS_AS_TEXT: 'NUMBER_AS_TEXT',
}

export function manifestChanges(
  file: string,
  changes: readonly SpreadsheetChange[],
  joined: number,
): Change[] {
  const told = changes.map(({ code, count, message }) => ({
    code: CODES[code],
    count,
    file,
    how: message,
  }))
  if (joined === 0) return told
  const how = 'cells hold several values, separated by line feeds'
  return [{ code: 'LIST_JOINED', count: joined, file, how }, ...told]
}

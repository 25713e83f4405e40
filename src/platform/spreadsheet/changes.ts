/** Why a value does not stand in its cell as it was given. */
export type ChangeCode =
  | 'LINE_ENDS'
  | 'ILLEGAL_CHARACTERS'
  | 'ESCAPE_LOOKALIKES'
  | 'LONG_TEXTS_CONTINUED'
  | 'LONG_TEXTS_CUT'
  | 'SHEET_CONTINUED'
  | 'DATES_AS_TEXT'
  | 'FRACTIONS_OF_MILLISECONDS'
  | 'NUMBERS_AS_TEXT'

/** One kind of change and how many cells (for `SHEET_CONTINUED`: further sheets) it touched. */
export interface SpreadsheetChange {
  readonly code: ChangeCode
  readonly count: number
  /** What was done, for the people who read the sheet. */
  readonly message: string
}

const MESSAGES: Readonly<Record<ChangeCode, (count: string) => string>> = {
  LINE_ENDS: (n) => `Carriage returns are line feeds in ${n}`,
  ILLEGAL_CHARACTERS: (n) => `Characters that a spreadsheet cannot hold are spelt <U+0000> in ${n}`,
  ESCAPE_LOOKALIKES: (n) =>
    `Text like _x000D_ is escaped in the file of ${n}, so that spreadsheet programs show it as it is`,
  LONG_TEXTS_CONTINUED: (n) =>
    `Text longer than a cell can hold (32,767 characters) ends with a mark in ${n}, which says where the whole text is`,
  LONG_TEXTS_CUT: (n) =>
    `Text longer than a cell can hold (32,767 characters) is cut, with a mark that says how much, in ${n}`,
  SHEET_CONTINUED: (n) => `A sheet holds 1,048,576 rows at most: the rows go on in ${n}`,
  DATES_AS_TEXT: (n) => `Dates that a spreadsheet does not know are text in ${n}`,
  FRACTIONS_OF_MILLISECONDS: (n) => `Times are shown to the millisecond, cut off, in ${n}`,
  NUMBERS_AS_TEXT: (n) => `Numbers with more than 15 digits are text in ${n}`,
}

/** Counts what was changed while a spreadsheet is written. */
export class Changes {
  readonly #counts = new Map<ChangeCode, number>()

  count(code: ChangeCode): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
  }

  list(): SpreadsheetChange[] {
    return [...this.#counts].map(([code, count]) => {
      const noun = code === 'SHEET_CONTINUED' ? 'further sheet' : 'cell'
      const message = MESSAGES[code](`${count} ${noun}${count === 1 ? '' : 's'}`)
      return { code, count, message }
    })
  }
}

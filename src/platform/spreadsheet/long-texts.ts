import { MOST_CHARACTERS, type Column } from './columns.ts'

/** Where texts that are longer than a cell are kept whole. */
export interface LongTexts {
  /** The place, for the mark that stands in the cell: `in the file "items-long-texts.xlsx"`. */
  readonly where: string
  keep(sheet: string, cell: string, text: string): Promise<void>
}

/** Columns of a sheet that holds such texts, part after part. */
export const LONG_TEXT_COLUMNS: readonly Column[] = [
  { header: 'Sheet', type: 'text', width: 16 },
  { header: 'Cell', type: 'text', width: 12 },
  { header: 'Part', type: 'integer', width: 8 },
  { header: 'Parts', type: 'integer', width: 8 },
  { header: 'Text', type: 'text', width: 100 },
]

/** Cuts a text into parts that fit a cell, never inside a surrogate pair: put together they are the text. */
export function partsOf(text: string): string[] {
  const parts: string[] = []
  for (let from = 0; from < text.length;) {
    const to = wholeCharacters(text, from + MOST_CHARACTERS)
    parts.push(text.slice(from, to))
    from = to
  }
  return parts
}

/** The last place at or before `end` that does not tear a surrogate pair. */
export function wholeCharacters(text: string, end: number): number {
  if (end >= text.length) return text.length
  const before = text.charCodeAt(end - 1)
  return before >= 0xd800 && before <= 0xdbff ? end - 1 : end
}

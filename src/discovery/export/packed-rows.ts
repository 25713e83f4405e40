import type { Field, FieldType } from './fields.ts'

// Rows as the engine packs them (RowBinary of the columns of `packedColumns`), read without an object for a cell.

/** What takes the cells of rows, from left to right. Texts and lists are UTF-8, lists joined with line feeds. */
export interface CellReader {
  /** `joined`: how many of the row's cells hold several values. */
  begin(joined: number): void
  text(at: number, bytes: Buffer, start: number, end: number): void
  /** NaN: unknown. */
  number(at: number, value: number): void
  /** 1, 0, or -1: unknown. */
  flag(at: number, value: number): void
  /** Milliseconds since 1970; NaN: unknown. */
  time(at: number, ms: number): void
}

const JOINED_BYTES = 4

/** Reads the row that begins at `at`, and answers where it ends; more than there are bytes when the row is cut. */
export function readRow(
  bytes: Buffer,
  types: readonly FieldType[],
  at: number,
  to: CellReader | null,
): number {
  let next = at + JOINED_BYTES
  if (next > bytes.length) return next
  to?.begin(bytes.readUInt32LE(at))
  for (let column = 0; column < types.length; column += 1) {
    const type = types[column]
    if (type === 'flag') {
      if (next + 1 > bytes.length) return bytes.length + 1
      to?.flag(column, bytes.readInt8(next))
      next += 1
    } else if (type === 'number' || type === 'time') {
      if (next + 8 > bytes.length) return bytes.length + 1
      if (to !== null) {
        const value = bytes.readDoubleLE(next)
        if (type === 'number') to.number(column, value)
        else to.time(column, value)
      }
      next += 8
    } else {
      let length = 0
      let shift = 1
      let byte = 0x80
      while (byte >= 0x80) {
        byte = bytes[next] ?? 0
        next += 1
        length += (byte & 0x7f) * shift
        shift *= 128
      }
      if (next + length > bytes.length) return bytes.length + 1
      to?.text(column, bytes, next, next + length)
      next += length
    }
  }
  return next
}

/** How many whole rows there are; -1 when the last one is cut. */
export function packedCount(bytes: Buffer, types: readonly FieldType[]): number {
  let rows = 0
  let at = 0
  while (at < bytes.length) {
    at = readRow(bytes, types, at, null)
    rows += 1
  }
  return at === bytes.length ? rows : -1
}

export const typesOf = (fields: readonly Field[]): FieldType[] => fields.map(({ type }) => type)

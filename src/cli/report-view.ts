import type { Column, Figure, ReportAnswer, Row, Table } from '../api/answers.ts'
import type { Console } from './command.ts'
import { unknownPerson } from './people.ts'
import { stateText } from './state.ts'
import { columnsOf, cut, cutHead, number, oneLine, pad, wrap } from './terminal.ts'

/** Prints a report's tables, at most as wide as the console; `period` in words. */
export function printReport(answer: ReportAnswer, period: string, console: Console): void {
  const { line, paint, width } = console
  const who = answer.people.length === 0 ? 'everybody' : answer.people.map(oneLine).join(', ')
  for (const text of wrap(`${who}; ${period}`, width)) line(paint('bold', text))
  for (const text of wrap(`${stateText(answer.state)}.`, width))
    line(paint(answer.state.complete ? 'dim' : 'yellow', text))
  for (const name of answer.unknownPeople)
    for (const text of wrap(`${unknownPerson(name)}.`, width)) line(paint('yellow', text))
  for (const table of answer.tables) {
    line()
    printTable(table, console)
  }
  line()
  for (const text of wrap(
    '--json says of each figure what it lacks and which query lists its items.',
    width,
  ))
    line(paint('dim', text))
}

function printTable(table: Table, { line, paint, width }: Console): void {
  const shown = table.rows.length
  const more =
    table.distinct > shown ? `, the first ${number(shown)} of ${number(table.distinct)}` : ''
  line(paint('bold', cut(`${table.title}${more}`, width)))
  const rows = [table.rows, table.none ?? [], table.total ?? []].flat()
  const parts = table.none === null ? table.rows : [...table.rows, table.none]
  const common = commonLack(parts, table.columns)
  const { columns } = table
  const cells = rows.map((row) =>
    columns.map((column) => cellOf(row.figures[column.key], column, common)),
  )
  const widths = columns.map((column, at) =>
    widthOf(
      column,
      cells.map((row) => row[at] ?? NO_CELL),
    ),
  )
  const used = widths.reduce((sum, { value, share }) => sum + 2 + value + share, 0)
  const first = Math.max(
    10,
    Math.min(
      width - used,
      Math.max(columnsOf(table.rowTitle), ...rows.map(({ label }) => columnsOf(oneLine(label)))),
    ),
  )
  const heads = columns.map(({ title }, at) => {
    const { value, share } = widths[at] ?? { value: 0, share: 0 }
    return `  ${title.padStart(value + share)}`
  })
  if (rows.length > 0)
    line(paint('dim', `${pad(table.rowTitle, first)}${heads.join('')}`.trimEnd()))
  for (const [at, row] of rows.entries()) {
    const text = `${pad(labelOf(row, first), first)}${(cells[at] ?? []).map((cell, index) => laidOut(cell, widths[index])).join('')}`
    line(row === table.total ? paint('bold', text) : text)
  }
  const state = common === null ? lacks(rows, columns) : [`Partial: ${common}`]
  for (const note of [...table.notes, ...state])
    wrap(note, width - 2).forEach((text, index) =>
      line(paint('dim', `${index === 0 ? '· ' : '  '}${text}`)),
    )
}

/** Of an address the end says more. */
function labelOf({ label }: Row, columns: number): string {
  const text = oneLine(label)
  return text.startsWith('http') ? cutHead(text, columns) : cut(text, columns)
}

interface Cell {
  readonly value: string
  readonly share: string
}

const NO_CELL: Cell = { value: '', share: '' }

function cellOf(figure: Figure | undefined, { shareOf }: Column, common: string | null): Cell {
  if (figure === undefined) return NO_CELL
  const mark = figure.state === 'partial' && figure.missing !== common ? '*' : ''
  if (figure.value === null) return { value: 'unknown', share: '' }
  const share =
    shareOf === null || figure.share === null ? '' : `${(figure.share * 100).toFixed(2)} %`
  return { value: `${number(figure.value)}${mark}`, share }
}

function widthOf({ title }: Column, cells: readonly Cell[]): { value: number; share: number } {
  const share = Math.max(0, ...cells.map((cell) => cell.share.length))
  const room = share === 0 ? 0 : share + 1
  return {
    value: Math.max(title.length - room, ...cells.map((cell) => cell.value.length)),
    share: room,
  }
}

function laidOut({ value, share }: Cell, room = { value: 0, share: 0 }): string {
  return `  ${value.padStart(room.value)}${room.share === 0 ? '' : share.padStart(room.share)}`
}

/** What all figures of a table lack alike: said once, without stars. */
function commonLack(rows: readonly Row[], columns: readonly Column[]): string | null {
  const known = rows.filter(({ figures }) =>
    columns.every(({ key }) => figures[key]?.value !== null),
  )
  const said = new Set(
    known.flatMap(({ figures }) => columns.map(({ key }) => figures[key]?.missing ?? null)),
  )
  const [only = null] = said
  return said.size === 1 ? only : null
}

/** What the starred figures lack: of the last row, the whole, where there is one. */
function lacks(rows: readonly Row[], columns: readonly Column[]): string[] {
  const said = new Set<string>()
  for (const row of [...rows].toReversed()) {
    for (const { key } of columns) {
      const missing = row.figures[key]?.missing ?? null
      if (missing !== null) said.add(`* ${missing}`)
    }
    if (said.size > 0) break
  }
  return [...said]
}

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Figure, ReportAnswer, Row, Table } from '../api/answers.ts'
import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import type { Cell, Column } from '../platform/spreadsheet/columns.ts'
import { openSpreadsheetFile } from '../platform/spreadsheet/spreadsheet-file.ts'
import type { Spreadsheet } from '../platform/spreadsheet/spreadsheet.ts'
import { stateText } from './state.ts'

/**
 * Writes a report as a workbook: what it is about, a sheet for each table, and every figure once more with its unit, its
 * state and the query that lists its items. Throws `FILE_EXISTS` unless `force`.
 */
export async function writeWorkbook(
  answer: ReportAnswer,
  period: string,
  path: string,
  force: boolean,
): Promise<void> {
  const final = resolve(path)
  if (existsSync(final) && !force)
    throw new CodedError(
      'FILE_EXISTS',
      `${path} is there already: choose another name with --output-path, or overwrite with --force`,
    )
  await localFiles.makeFolder(dirname(final))
  const book = openSpreadsheetFile(final, {
    title: `Daybook report: ${answer.report}`,
    createdAt: answer.createdAt,
  })
  try {
    await about(book, answer, period)
    for (const table of answer.tables) await tableSheet(book, table)
    await figuresSheet(book, answer.tables)
    await book.close()
  } catch (error) {
    await book.abort()
    throw error
  }
}

async function about(book: Spreadsheet, answer: ReportAnswer, period: string): Promise<void> {
  const sheet = await book.sheet('About', [
    { header: 'About this report', type: 'text', width: 44 },
    { header: 'Value', type: 'text', width: 130 },
  ])
  const facts: readonly (readonly [string, string])[] = [
    ['Report', answer.report],
    ['Of whom', answer.people.length === 0 ? 'everybody' : answer.people.join(', ')],
    ['Period', period],
    ['Query (KQL)', answer.query],
    ['Made at', answer.createdAt],
    ['Time zone', answer.timeZone],
    ['State', stateText(answer.state)],
    ['Interaction', 'One prompt or one answer'],
    ['Exchange', 'A prompt with its answers, put together from every record that tells of it'],
    ['Automatic', 'Of an exchange that an application or a schedule started, not a person'],
    [
      'Partial figures',
      'The sheet "Figures" says of each what is missing, and lists its items by a query',
    ],
    ...answer.tables.flatMap(({ title, notes }) => notes.map((note) => [title, note] as const)),
  ]
  for (const fact of facts) await sheet.add(fact)
}

const rowsOf = ({ rows, none, total }: Table): Row[] => [rows, none ?? [], total ?? []].flat()

async function tableSheet(book: Spreadsheet, table: Table): Promise<void> {
  const columns: Column[] = [{ header: table.rowTitle, type: 'text', width: 40 }]
  for (const { title, shareOf } of table.columns) {
    columns.push({ header: title, type: 'integer' })
    if (shareOf !== null) columns.push({ header: `${title}, share of ${shareOf}`, type: 'percent' })
  }
  columns.push(
    { header: 'State', type: 'text', width: 12 },
    { header: 'What is missing', type: 'text', width: 60 },
  )
  const sheet = await book.sheet(table.title, columns)
  for (const { label, figures } of rowsOf(table)) {
    const cells: Cell[] = [label]
    for (const { key, shareOf } of table.columns) {
      cells.push(figures[key]?.value ?? null)
      if (shareOf !== null) cells.push(figures[key]?.share ?? null)
    }
    await sheet.add([...cells, ...stateOf(table, figures)])
  }
}

/** The worst state of a row's figures, and all that they lack. */
function stateOf({ columns }: Table, figures: Row['figures']): [string, string | null] {
  const shown = columns.flatMap(({ key }) => figures[key] ?? [])
  const missing = [...new Set(shown.map((figure) => figure.missing).filter((one) => one !== null))]
  const worst = (['unknown', 'partial'] as const).find((state) =>
    shown.some((figure) => figure.state === state),
  )
  return [worst ?? 'complete', missing.length === 0 ? null : missing.join('; ')]
}

async function figuresSheet(book: Spreadsheet, tables: readonly Table[]): Promise<void> {
  const sheet = await book.sheet('Figures', [
    { header: 'Table', type: 'text', width: 28 },
    { header: 'Row', type: 'text', width: 36 },
    { header: 'Figure', type: 'text', width: 16 },
    { header: 'Value', type: 'integer' },
    { header: 'Unit', type: 'text', width: 12 },
    { header: 'Share', type: 'percent' },
    { header: 'State', type: 'text', width: 12 },
    { header: 'What is missing', type: 'text', width: 50 },
    { header: 'Items', type: 'integer' },
    { header: 'Query that lists the items (KQL)', type: 'text', width: 90 },
  ])
  for (const table of tables)
    for (const { label, figures } of rowsOf(table))
      for (const [key, figure] of Object.entries(figures))
        await sheet.add([table.title, label, titleOf(table, key), ...cellsOf(figure)])
}

const titleOf = ({ columns }: Table, key: string): string =>
  columns.find((column) => column.key === key)?.title ?? OTHER_FIGURES[key] ?? key

const OTHER_FIGURES: Readonly<Record<string, string>> = { fromCopilot: 'From Copilot' }

function cellsOf({ value, unit, share, state, missing, items, kql }: Figure): Cell[] {
  return [value, unit, share, state, missing, items, kql]
}

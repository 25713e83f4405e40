import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { CoverageAnswer } from '../api/answers.ts'
import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { openSpreadsheetFile } from '../platform/spreadsheet/spreadsheet-file.ts'
import type { Spreadsheet } from '../platform/spreadsheet/spreadsheet.ts'

/** Writes a coverage statement as a workbook: sums, every run of days of every person, losses, blind spots. */
export async function writeCoverageWorkbook(
  answer: CoverageAnswer,
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
  const { statement } = answer
  const book = openSpreadsheetFile(final, { title: 'Daybook coverage', createdAt: statement.asOf })
  try {
    await about(book, answer)
    await daysSheet(book, answer)
    await restSheets(book, answer)
    await book.close()
  } catch (error) {
    await book.abort()
    throw error
  }
}

const text = (header: string, width: number) => ({ header, type: 'text' as const, width })

async function about(
  book: Spreadsheet,
  { statement, logged, reasons: words }: CoverageAnswer,
): Promise<void> {
  const sheet = await book.sheet('About', [
    { header: 'About this statement', type: 'text', width: 30 },
    { header: 'Value', type: 'text', width: 130 },
  ])
  const { days, reasons, notes } = statement
  const facts: readonly (readonly [string, string])[] = [
    ['Tenant', statement.tenant],
    ['From', statement.from],
    ['To (not included)', statement.to],
    ['As of', statement.asOf],
    ['Time zone', statement.timeZone],
    ['Feeds', statement.feeds.join(', ')],
    ['Unit', 'One day of one person'],
    ['Captured', String(days.captured)],
    ['No activity, with evidence', String(days.none)],
    ['Gap', String(days.gap)],
    ['Unknown', String(days.unknown)],
    ...Object.entries(reasons).map(([reason, count]) => {
      const said = words.find((one) => one.reason === reason)
      const means = said === undefined ? '' : `: ${said.means} ${said.remedy}`
      return [reason, `${count} ${count === 1 ? 'day' : 'days'}${means}`] as const
    }),
    ...notes.map((note) => ['Note', note] as const),
    ['SHA-256 of the inputs', statement.inputsSha256],
    ['Entry of the log', String(logged.index)],
  ]
  for (const fact of facts) await sheet.add(fact)
}

async function daysSheet(book: Spreadsheet, { statement }: CoverageAnswer): Promise<void> {
  const sheet = await book.sheet('Persons and days', [
    { header: 'Person', type: 'text', width: 36 },
    { header: 'Object id', type: 'text', width: 38 },
    { header: 'From', type: 'text', width: 12 },
    { header: 'To (not included)', type: 'text', width: 16 },
    { header: 'Days', type: 'number', width: 8 },
    { header: 'State', type: 'text', width: 12 },
    { header: 'Reason', type: 'text', width: 26 },
    { header: 'Rests on', type: 'text', width: 50 },
  ])
  for (const { upn, id, runs } of statement.people)
    for (const run of runs)
      await sheet.add([upn, id, run.from, run.to, run.days, run.status, run.reason, run.evidence])
}

async function restSheets(book: Spreadsheet, { statement }: CoverageAnswer): Promise<void> {
  const losses = await book.sheet('Lost', [
    text('Feed', 24),
    text('Scope', 38),
    text('Unit', 60),
    text('From', 26),
    text('To', 26),
    text('Reason', 26),
  ])
  for (const { feed, scope, key, from, to, code } of statement.losses)
    await losses.add([feed, scope, key, from, to, code])
  const spots = await book.sheet('Blind spots', [
    text('What', 44),
    text('State', 12),
    text('Meaning', 70),
    text('Evidence', 90),
  ])
  for (const { code, state, what, evidence } of statement.blindSpots)
    await spots.add([code, state, what, evidence.join('\n')])
}

import type { Spreadsheet } from '../../../../platform/spreadsheet/spreadsheet.ts'
import type { Change, ExportAbout } from '../../writer.ts'

/** The sheets behind the data: what this export is, and what its columns mean. */
export async function addAboutSheets(
  book: Spreadsheet,
  about: ExportAbout,
  changes: readonly Change[],
): Promise<void> {
  const sheet = await book.sheet('About this export', [
    { header: 'What', type: 'text', width: 24 },
    { header: 'Value', type: 'text', width: 120 },
  ])
  const add = (what: string, value: string) => sheet.add([what, value])
  await add('Export', about.id)
  await add('Created (UTC)', about.createdAt)
  await add('Created by', about.createdBy)
  await add('Purpose', about.purpose ?? 'none was given')
  for (const tenant of about.tenants) await add('Tenant', tenant)
  await add('Query', about.query)
  await add('Unit', `a row is one ${about.unit}`)
  await add('Rows', String(about.rows))
  await add('State', about.state)
  await add('Time zone', 'UTC, in every column')
  await add('Empty cells', 'unknown: no record tells it. A flag says TRUE, FALSE or unknown')
  await add('Formulas', 'there are none in this file: every text is text, whatever it begins with')
  if (changes.length === 0) await add('Changes', 'none: every cell holds what is archived')
  for (const { how, count, code } of changes) await add('Change', `${how} (${code}, ${count})`)
  for (const limit of about.limits) await add('Limit', limit)

  const fields = await book.sheet('Fields', [
    { header: 'Field', type: 'text', width: 18 },
    { header: 'Type', type: 'text', width: 10 },
    { header: 'Meaning', type: 'text', width: 80 },
    { header: 'Told by', type: 'text', width: 44 },
    { header: 'Empty means', type: 'text', width: 50 },
  ])
  for (const { name, type, meaning, source, unknown } of about.fields)
    await fields.add([name, type, meaning, source, unknown])
}

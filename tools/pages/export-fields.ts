import { ITEM_FIELDS, RECORD_FIELDS, type Field } from '../../src/discovery/export/fields.ts'
import { FORMATS } from '../../src/discovery/export/formats.ts'
import { code, pageHead, table } from './page.ts'

/** docs/reference/export-fields.md */
export function exportFieldsPage(): string {
  return `${pageHead('Formats and fields of exports', 'src/discovery/export/{formats,fields}.ts')}
What \`daybook export\` writes. How the files of a package hang together: [The export format](../spec/export-format.md).

## Formats

${table(
  ['`--format`', '`--unit`', ''],
  FORMATS.map(({ name, units, summary }) => [code(name), units.map(code).join(', '), summary]),
)}

## Fields of an item

In the order of the columns; \`--fields\` chooses. A \`list\` may be empty.

${fieldTable(ITEM_FIELDS)}

## Fields of a record

${fieldTable(RECORD_FIELDS)}
`
}

function fieldTable(fields: readonly Field[]): string {
  return table(
    ['field', 'type', 'meaning', 'told by', 'empty means'],
    fields.map(({ name, type, meaning, source, unknown }) => [
      code(name),
      type,
      meaning,
      source,
      unknown,
    ]),
  )
}

import type { Field } from './fields.ts'
import type { ExportManifest } from './manifest.ts'

/** What the sources of the archive served, and over which time: where there may be a gap. */
export interface SourceCoverage {
  readonly tenant: string
  readonly source: string
  readonly records: number
  readonly first: string | null
  readonly last: string | null
}

/** `data-dictionary.md`: for whoever reads the data and was not there when it was exported. */
export function dataDictionary(
  manifest: Omit<ExportManifest, 'files'>,
  fields: readonly Field[],
  coverage: readonly SourceCoverage[],
): string {
  const { unit, format, counts, query, state, changes, limits, purpose } = manifest
  return `# Data dictionary

Export ${manifest.export}, made ${manifest.createdAt} by ${text(manifest.createdBy)} with ${manifest.product}.

- Purpose: ${purpose === null ? 'none was given' : text(purpose)}
- Asked for: ${text(query.explained)}
- Time of the events: from ${query.from ?? 'the beginning'} to ${query.to ?? 'the end'}, the end not included, UTC
- Holds: ${counts.item} items, made of ${counts.record} records; a row is one ${unit}; format ${format}
- ${state.text}

How the files hang together and how each is checked is said in the format's specification (docs/spec/export-format.md of Daybook). \`manifest.json\` is the same as this page, for programs.

## Limits of the data

${limits.map((limit) => `- ${text(limit)}`).join('\n')}

## What was changed or left out

${
  changes.length === 0 && Object.keys(counts.leftOut).length === 0
    ? 'Nothing.'
    : [
        ...changes.map(
          ({ code, count, file, how }) => `- ${code}, ${count} in ${file}: ${text(how)}`,
        ),
        ...Object.entries(counts.leftOut).map(
          ([reason, count]) => `- left out, ${count} records: ${LEFT_OUT[reason] ?? reason}`,
        ),
      ].join('\n')
}

## What the archive was given

A time without records may be a time without use, or a source that served nothing. First and last time are those of the events.

${table(
  ['tenant', 'source', 'records in the archive', 'first', 'last'],
  coverage.map(({ tenant, source, records, first, last }) => [
    tenant,
    source,
    String(records),
    first ?? 'unknown',
    last ?? 'unknown',
  ]),
)}

## Fields

${
  fields.length === 0
    ? 'Each row or line is a text as the source served it; its fields are described by Microsoft.'
    : table(
        ['field', 'type', 'meaning', 'told by', 'empty means'],
        fields.map(({ name, type, meaning, source, unknown }) => [
          name,
          type,
          meaning,
          source,
          unknown,
        ]),
      )
}
`
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  noAuditData: 'they carry no audit data',
  disposed: 'they were lawfully erased; only their hash is kept',
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

const row = (cells: readonly string[]): string => `| ${cells.map(text).join(' | ')} |`

/** As text of Markdown: what people typed must not become markup. */
function text(value: string): string {
  return value
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
}

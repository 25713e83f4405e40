import type { RecordFormat } from '../../interactions/record.ts'
import type { ReferenceKind, SourceShape } from '../source.ts'

/** What a CSV is, told by its columns. `neededColumn`: a last row that was cut off before it holds nothing worth keeping. */
export type CsvShape =
  | {
      readonly kind: 'records'
      readonly shape: SourceShape
      readonly format: RecordFormat
      readonly neededColumn: number
    }
  | { readonly kind: 'reference'; readonly reference: ReferenceKind }
  /** Known, and no export. */
  | { readonly kind: 'no-export'; readonly what: string }

/** Tells a CSV by the names of its columns, letter case, blanks and punctuation apart; null when nothing fits. */
export function shapeOfCsv(columns: readonly string[]): CsvShape | null {
  const names = columns.map((column) => column.toLowerCase().replace(/[^a-z0-9]/g, ''))
  const auditColumn = names.findIndex((name) => name === 'auditdata' || name === 'raweventdata')
  if (auditColumn >= 0) return records('audit-csv', auditColumn)
  const known = new Set(names)
  const all = (...wanted: readonly string[]): boolean => wanted.every((name) => known.has(name))
  const any = (...wanted: readonly string[]): boolean => wanted.some((name) => known.has(name))
  const found = formatOf(names, all, any)
  if (found !== null) return records(found, columns.length - 1)
  if (any('interactiontype', 'appclass') && any('sessionid', 'requestid', 'body', 'bodycontent')) {
    const what = 'a table that a script made of aiInteractions, which are lists and objects'
    return { kind: 'no-export', what: `${what}: save them as JSON` }
  }
  const reference = referenceOf(all, any)
  return reference === null ? null : { kind: 'reference', reference }
}

type Has = (...wanted: readonly string[]) => boolean
type CsvFormat =
  | 'audit-csv'
  | 'pax-csv'
  | 'explorer-csv'
  | 'ediscovery-csv'
  | 'telemetry-csv'
  | 'transcript-csv'

function records(format: CsvFormat, neededColumn: number): CsvShape {
  return { kind: 'records', shape: format, format, neededColumn }
}

function formatOf(names: readonly string[], all: Has, any: Has): CsvFormat | null {
  const isItemsReport =
    (all('itemclass') &&
      any('fileid', 'immutableid', 'subjecttitle', 'targetpath', 'identifier')) ||
    (all('originalpath', 'targetpath') && any('subjecttitle', 'subjectortitle', 'subject'))
  if (isItemsReport) return 'ediscovery-csv'
  if (any('conversationtranscriptid', 'chattranscript')) return 'transcript-csv'
  if (all('content') && any('conversationstarttime', 'conversationtranscript')) {
    return 'transcript-csv'
  }
  if (any('customdimensions') || (all('properties') && names[0]?.startsWith('timegenerated'))) {
    return 'telemetry-csv'
  }
  if (any('recordidentity') || all('activity', 'happened')) return 'explorer-csv'
  return isFlattenedAudit(names, any) ? 'pax-csv' : null
}

/** Fields of Copilot's event data, at the end of the name of a column: `CopilotEventData.AppHost`, `Message_isPrompt`. */
const EVENT_FIELD =
  /(apphost|threadid|messages?isprompt|accessedresources?siteurl|copiloteventdata|llmeventdata|copilotlogversion)$/

/** Scripts flatten audit records into columns of their own; sums over many records are none. */
function isFlattenedAudit(names: readonly string[], any: Has): boolean {
  if (any('eventcount')) return false
  if (any('recordid') && any('messageid')) return true
  if (!names.some((name) => EVENT_FIELD.test(name))) return false
  return any('recordid', 'operation', 'operations', 'recordtype', 'creationtime', 'creationdate')
}

function referenceOf(all: Has, any: Has): ReferenceKind | null {
  if (any('reportrefreshdate')) return 'usage-report'
  if (any('supportedhosts', 'manifestid') && any('displayname', 'appid')) return 'packages'
  // The admin centre's list of agents.
  if (all('titleid', 'agentname')) return 'packages'
  // The table of Copilot Studio's agents (Dataverse).
  if (any('botid') && any('authenticationmode')) return 'packages'
  const isPeople =
    all('userprincipalname') &&
    any('displayname', 'objectid', 'id', 'licenses', 'accountenabled', 'mail', 'assignedlicenses')
  // Lists of people that scripts made for reports may have dropped the principal name.
  const hasMail =
    all('mail', 'displayname') &&
    any('accountenabled', 'usertype', 'usagelocation', 'assignedlicenses')
  return isPeople || hasMail ? 'directory' : null
}

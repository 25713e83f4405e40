import { CodedError } from '../platform/errors.ts'
import { listOption, textOption, type Option, type OptionValues } from './command.ts'

/** Search-UnifiedAuditLog's parameters, and the KQL property that each stands for. */
const FILTERS: Readonly<Record<string, { readonly property: string; readonly option: Option }>> = {
  operations: {
    property: 'operation',
    option: { value: '<name,…>', summary: 'such as CopilotInteraction' },
  },
  'record-type': {
    property: 'recordtype',
    option: { value: '<type,…>', summary: 'by name or number', aliases: ['record-types'] },
  },
  'user-ids': {
    property: 'user',
    option: {
      value: '<user,…>',
      summary: 'address, object id or name',
      aliases: ['user-principal-names'],
    },
  },
  'object-ids': {
    property: 'file',
    option: { value: '<file,…>', summary: 'name or address of a file' },
  },
  'site-ids': { property: 'site', option: { value: '<site,…>', summary: 'address of a site' } },
  'ip-addresses': {
    property: 'ip',
    option: { value: '<address,…>', summary: 'address of the client' },
  },
}

/** Accepted because people's scripts have them; they change nothing here. */
const NO_EFFECT: Readonly<Record<string, { readonly value?: string; readonly why: string }>> = {
  'session-id': {
    value: '<text>',
    why: "it names the cmdlet's paging session; to read a conversation, search session:<id>",
  },
  'session-command': { value: '<text>', why: 'pages have no limit here; --all reads through them' },
  formatted: { why: 'values are always shown by name' },
  'high-completeness': { why: 'an answer is always complete, or says what is missing' },
  'longer-retention-enabled': { why: 'all that is archived is searched' },
}

export const TERM_OPTIONS: Readonly<Record<string, Option>> = {
  'start-date': {
    value: '<date>',
    summary: 'from this day or instant on; a date is 00:00 UTC',
    aliases: ['from'],
  },
  'end-date': {
    value: '<date>',
    summary: 'up to this day or instant, without it',
    aliases: ['to'],
  },
  ...Object.fromEntries(
    Object.entries(FILTERS).map(([name, { option }]) => [name, { ...option, multiple: true }]),
  ),
  'free-text': { value: '<text>', summary: 'words next to each other, anywhere in the item' },
  ...Object.fromEntries(
    Object.entries(NO_EFFECT).map(([name, { value }]) => [
      name,
      { summary: 'accepted, without effect', ...(value === undefined ? {} : { value }) },
    ]),
  ),
}

export interface SearchTerms {
  /** KQL, each to be read on its own; all must match. */
  readonly queries: readonly string[]
  /** What the options were taken to mean, for the person who typed them. */
  readonly notes: readonly string[]
}

/** The query of a command line: its words, and what the options add. Throws `USAGE` for a date that is none. */
export function searchTerms(positionals: readonly string[], options: OptionValues): SearchTerms {
  const notes: string[] = []
  const typed = positionals.join(' ').trim()
  const queries = typed === '' ? [] : [typed]
  for (const [name, { property }] of Object.entries(FILTERS)) {
    const values = listOption(options, name)
    if (values.length > 0) queries.push(`${property}:${values.map(quoted).join(',')}`)
  }
  const text = textOption(options, 'free-text')?.trim() ?? ''
  if (text !== '') queries.push(`text:${quoted(text)}`)
  const from = instantOption(options, 'start-date')
  const to = instantOption(options, 'end-date')
  if (from !== null && to !== null && from >= to) {
    throw new CodedError('USAGE', `--start-date (${from}) must be before --end-date (${to})`)
  }
  if (from !== null) queries.push(`occurred>=${from}`)
  if (to !== null) queries.push(`occurred<${to}`)
  if (from !== null || to !== null) {
    notes.push(
      `Times: ${from === null ? '' : `from ${from} `}${to === null ? 'on' : `to ${to}, the end not included`}`,
    )
  }
  for (const [name, { why }] of Object.entries(NO_EFFECT)) {
    if (options[name] !== undefined) notes.push(`--${name} has no effect: ${why}`)
  }
  return { queries: queries.length === 0 ? ['*'] : queries, notes }
}

// A doubled quote stands for one: whatever is in the value, it stays a value.
const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`

function instantOption(options: OptionValues, name: string): string | null {
  const text = textOption(options, name)
  if (text === undefined) return null
  const at = instantOf(text.trim())
  if (at === null) {
    throw new CodedError(
      'USAGE',
      `--${name} takes a date such as 2026-03-04, or an instant such as 2026-03-04T09:15:00Z`,
    )
  }
  return new Date(at).toISOString()
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s?([Zz]|[+-]\d{2}:\d{2})?)?$/

/** Epoch milliseconds of a date (00:00 UTC) or an instant (UTC unless it names its zone); null when it is none. */
export function instantOf(text: string): number | null {
  const match = INSTANT.exec(text)
  if (match === null) return null
  const [, date = '', time = '00:00', second = '00', fraction = '0', zone = 'Z'] = match
  const day = Date.parse(`${date}T00:00:00Z`)
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return null
  const at = Date.parse(
    `${date}T${time}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${zone.toUpperCase()}`,
  )
  return Number.isNaN(at) ? null : at
}

/**
 * What a field's values are. `list`: texts, each once. `time`: ISO 8601 UTC, milliseconds. `object`: an object or a
 * list of objects, in the format jsonl only.
 */
export type FieldType = 'text' | 'number' | 'flag' | 'time' | 'list' | 'object'

/** A field of exported items or records; the data dictionary and docs/reference/export-fields.md are made of this. */
export interface Field {
  readonly name: string
  readonly type: FieldType
  readonly meaning: string
  /** Which records tell it. */
  readonly source: string
  /** What an empty cell, or null, means. */
  readonly unknown: string
  /** The value in the index: '' for a text and -1 for a flag or number stand for unknown, a time may be null. */
  readonly sql: string
  /**
   * For minimising: `identity` names a person, `words` are texts in which people may be named, `trace` leads to a
   * person through another system.
   */
  readonly personal: 'identity' | 'words' | 'trace' | 'none'
}

type Rest = Partial<Pick<Field, 'source' | 'unknown' | 'sql' | 'personal'>>

function field(name: string, type: FieldType, meaning: string, rest: Rest = {}): Field {
  const { source = 'every record', unknown = NOT_TOLD, sql = name, personal = 'none' } = rest
  return { name, type, meaning, source, unknown, sql, personal }
}

const NOT_TOLD = 'no record of the item tells it'
const NEVER = 'never empty'
const AUDIT = 'audit records'
const TEXTS = 'records with text (Graph aiInteraction and the like)'
const FLAG = 'no record says; it is not the same as false'
const FOLDED =
  'in the form in which they are compared: lower case, no diacritics; the exact spelling is in the records and in the format jsonl'

/** Fields of an item, in the order of the columns. */
export const ITEM_FIELDS: readonly Field[] = [
  field('id', 'text', 'the item’s id in Daybook, the same after every reindex', {
    source: 'made from the keys that its records share',
    unknown: NEVER,
    sql: "replaceAll(toString(id), '-', '')",
  }),
  field('tenant', 'text', 'whose records these are', { unknown: NEVER }),
  field('kind', 'text', 'what the item is: an interaction, or an event such as agent-admin', {
    unknown: NEVER,
  }),
  field('occurredAt', 'time', 'when it happened, as the first record that tells a time says', {
    unknown: 'no record tells a time: see receivedAt',
    sql: 'if(received, NULL, occurredAt)',
  }),
  field('receivedAt', 'time', 'when Daybook received the first record of it', { unknown: NEVER }),
  field('users', 'list', 'whose interaction it is: sign-in name, else object id, else name', {
    sql: "arrayMap((u, i, n) -> if(u != '', u, if(i != '', i, n)), custodianUpns, custodianIds, custodianNames)",
    personal: 'identity',
  }),
  field('userIds', 'list', 'their Entra object ids', {
    sql: "arrayFilter(x -> x != '', custodianIds)",
    personal: 'identity',
  }),
  field('userNames', 'list', 'their display names', {
    source: TEXTS,
    sql: "arrayFilter(x -> x != '', custodianNames)",
    personal: 'identity',
  }),
  field('surface', 'text', 'the app in which Copilot was used'),
  field('setting', 'text', 'chat, file or meeting', { source: AUDIT }),
  field('session', 'text', 'the conversation: Graph sessionId, audit ThreadId', {
    personal: 'trace',
  }),
  field('requestIds', 'list', 'Graph requestId of the exchange', {
    source: TEXTS,
    personal: 'trace',
  }),
  field('conversation', 'text', 'the meeting or channel conversation that it was part of', {
    personal: 'trace',
  }),
  field('correlationIds', 'list', 'correlation ids of the records', { personal: 'trace' }),
  field('operations', 'list', 'operations of the audit records', { source: AUDIT }),
  field('recordTypes', 'list', 'record types, by name'),
  field('workloads', 'list', 'workloads of the audit records', { source: AUDIT }),
  field('ips', 'list', 'addresses of the client', { source: AUDIT, personal: 'trace' }),
  field('regions', 'list', 'regions of the client', { source: AUDIT }),
  field('locale', 'text', 'language and country of the client', { source: TEXTS }),
  field('agentId', 'text', 'the agent’s id as served'),
  field('agentName', 'text', 'the agent’s name as served'),
  field('agentKind', 'text', 'declarative, custom-engine or unknown', {
    unknown: 'no agent took part, as far as the records tell',
  }),
  field('prompts', 'number', 'how many prompts the item has', { unknown: NEVER }),
  field('answers', 'number', 'how many answers the item has', { unknown: NEVER }),
  field('prompt', 'text', 'the text of the prompts, several separated by a line feed', {
    source: TEXTS,
    unknown: 'no record carries it: audit records never do',
    sql: String.raw`replaceAll(substring(text, 1, promptBytes), '\x1e', '\n')`,
    personal: 'words',
  }),
  field('answer', 'text', 'the text of the answers, cards rendered as text', {
    source: TEXTS,
    unknown: 'no record carries it: audit records never do',
    sql: String.raw`replaceAll(substring(text, promptBytes + 2, answerBytes), '\x1e', '\n')`,
    personal: 'words',
  }),
  field('files', 'list', `names and addresses of files that it tells of, ${FOLDED}`, {
    personal: 'words',
  }),
  field('sites', 'list', `addresses of their sites, ${FOLDED}`, { personal: 'words' }),
  field('labels', 'list', 'ids of sensitivity labels', { source: AUDIT }),
  field('plugins', 'list', 'plug-ins that took part', { source: AUDIT }),
  field('models', 'list', `names of models, ${FOLDED}`, { source: AUDIT }),
  field('jailbreak', 'flag', 'an attempt to break the rules was detected', {
    source: AUDIT,
    unknown: FLAG,
  }),
  field('xpia', 'flag', 'an injected instruction was detected in a resource', {
    source: AUDIT,
    unknown: FLAG,
  }),
  field('web', 'flag', 'the web was searched', { unknown: FLAG }),
  field('tenantGrounded', 'flag', 'content of the tenant was used', { unknown: FLAG }),
  field('automatic', 'flag', 'started by a product, not typed by a person', { unknown: FLAG }),
  field('dlp', 'text', 'blocked, audited or none: what data loss prevention did', {
    source: AUDIT,
  }),
  field('credits', 'number', 'Copilot credits by the rule set of Daybook; an estimate, no bill', {
    source: 'computed',
  }),
  field('sources', 'list', 'interfaces and formats in which the records were served', {
    unknown: NEVER,
  }),
  field('recordIds', 'list', 'the records’ own ids', { personal: 'trace' }),
  field('sequences', 'list', 'the records’ numbers in the archive', {
    unknown: NEVER,
    sql: 'arrayMap(x -> toString(x), sequences)',
  }),
  field('versions', 'number', 'how many of the records are later versions of another', {
    unknown: NEVER,
  }),
  field('findings', 'list', 'codes of what the records disagree in, or lack', {
    source: 'computed',
    unknown: 'nothing was found',
  }),
  field('unmapped', 'text', 'why a record could not be understood', {
    unknown: 'every record was understood',
  }),
  field('messages', 'object', 'each prompt and answer: id, role, text, at, flags, sequences', {
    personal: 'words',
  }),
  field('resources', 'object', 'each file, page or message used: name, url, label, action, flags', {
    personal: 'words',
  }),
  field('contexts', 'object', 'where it was asked from: a file, a meeting, a page', {
    personal: 'words',
  }),
  field('agent', 'object', 'the agent with its key, origin and app identity'),
  field('modelVersions', 'object', 'models with provider and version as served', {
    source: AUDIT,
  }),
  field('creditBreakdown', 'object', 'how the credits were counted: rule set, basis, categories', {
    source: 'computed',
  }),
  field('findingDetails', 'object', 'each finding with its words and the records it is about', {
    source: 'computed',
    unknown: 'nothing was found',
    personal: 'words',
  }),
  field('provenance', 'object', 'which records a field comes from, where not all of them', {
    source: 'computed',
    unknown: 'every field comes from all records',
  }),
]

/** Fields of a record. */
export const RECORD_FIELDS: readonly Field[] = [
  field('tenant', 'text', 'whose record it is', { unknown: NEVER }),
  field('sequence', 'number', 'its number in the tenant’s archive', { unknown: NEVER }),
  field('namespace', 'text', 'who issued its id', { unknown: NEVER }),
  field('nativeId', 'text', 'its own id', { unknown: 'it has none', personal: 'trace' }),
  field('identity', 'text', 'equal for the versions of one record', {
    unknown: NEVER,
    sql: "replaceAll(toString(identity), '-', '')",
  }),
  field('occurredAt', 'time', 'when it happened', { unknown: 'it tells no time' }),
  field('receivedAt', 'time', 'when Daybook received it', { unknown: NEVER }),
  field('source', 'text', 'interface and format in which it was served', { unknown: NEVER }),
  field('kind', 'text', 'what it tells of', { unknown: NEVER }),
  field('recordType', 'text', 'its record type, by name', { unknown: 'it has none' }),
  field('operation', 'text', 'its operation', { unknown: 'it has none' }),
  field('version', 'flag', 'a later version of a record that was there before', {
    unknown: NEVER,
    sql: 'toInt8(version)',
  }),
]

import { DAY_COLUMNS, DAYS_OF_ITEMS } from './days.ts'

// The tables of the index and their columns, in the order in which rows.ts writes them.

/** Raised whenever tables, columns or the meaning of a column change: the index is then rebuilt from the archive. */
export const SCHEMA_VERSION = 5

/** An array column compared without regard to case: the query must say it exactly as the skip index does. */
export function lowered(column: string): string {
  return `arrayMap(x -> lower(x), ${column})`
}

export type Columns = readonly (readonly [name: string, type: string])[]

const LOW = 'LowCardinality(String)'
const LOW_ARRAY = 'Array(LowCardinality(String))'
const TIME = "DateTime64(3, 'UTC')"

/**
 * One row per item and writing of it. `batch` is the write that made the row: a row is current unless `rewritten`
 * names its id with a later one. '' stands for null, -1 for an unknown flag.
 */
export const ITEM_COLUMNS = [
  ['batch', 'UInt32'],
  ['tenant', LOW],
  ['id', 'UUID'],
  ['kind', LOW],
  ['occurredAt', `${TIME} CODEC(Delta, ZSTD(1))`],
  ['received', 'Bool'],
  ['receivedAt', `${TIME} CODEC(Delta, ZSTD(1))`],
  ['custodianUpns', LOW_ARRAY],
  ['custodianIds', LOW_ARRAY],
  ['custodianNames', LOW_ARRAY],
  ['users', LOW_ARRAY],
  ['surface', LOW],
  ['setting', LOW],
  ['session', 'String CODEC(ZSTD(1))'],
  ['requestIds', 'Array(String) CODEC(ZSTD(1))'],
  ['conversation', 'String CODEC(ZSTD(1))'],
  ['correlationIds', 'Array(String) CODEC(ZSTD(1))'],
  ['operations', LOW_ARRAY],
  ['recordTypes', LOW_ARRAY],
  ['recordTypeNumbers', 'Array(Int32)'],
  ['workloads', LOW_ARRAY],
  ['ips', LOW_ARRAY],
  ['regions', LOW_ARRAY],
  ['locale', LOW],
  ['agentId', LOW],
  ['agentKey', LOW],
  ['agentName', LOW],
  ['agentKind', LOW],
  ['agents', LOW_ARRAY],
  ['prompts', 'UInt32'],
  ['answers', 'UInt32'],
  ['promptBytes', 'UInt32'],
  ['answerBytes', 'UInt32'],
  ['text', 'String CODEC(ZSTD(1))'],
  ['wordHashes', 'String CODEC(LZ4)'],
  ['messageIds', 'Array(String) CODEC(ZSTD(1))'],
  // No dictionary: there are too many different ones (a third less disk, and a page of a file in half the time).
  ['files', 'Array(String) CODEC(ZSTD(1))'],
  ['sites', LOW_ARRAY],
  ['labels', LOW_ARRAY],
  ['plugins', LOW_ARRAY],
  ['models', LOW_ARRAY],
  ['jailbreak', 'Int8'],
  ['xpia', 'Int8'],
  ['web', 'Int8'],
  ['tenantGrounded', 'Int8'],
  ['automatic', 'Int8'],
  ['dlp', LOW],
  ['credits', 'Float64'],
  ['sources', LOW_ARRAY],
  ['recordIds', 'Array(String) CODEC(ZSTD(1))'],
  ['sequences', 'Array(UInt64) CODEC(Delta, ZSTD(1))'],
  ['versions', 'UInt32'],
  ['findings', LOW_ARRAY],
  ['unmapped', LOW],
] as const satisfies Columns

/** One narrow row per archived record; its text lives in the archive only. */
export const RECORD_COLUMNS = [
  ['batch', 'UInt32'],
  ['tenant', LOW],
  ['sequence', 'UInt64 CODEC(Delta, ZSTD(1))'],
  ['namespace', LOW],
  ['nativeId', 'String CODEC(ZSTD(1))'],
  ['identity', 'UUID'],
  ['occurredAt', `Nullable(${TIME}) CODEC(Delta, ZSTD(1))`],
  ['receivedAt', `${TIME} CODEC(Delta, ZSTD(1))`],
  ['source', LOW],
  ['kind', LOW],
  ['recordType', LOW],
  ['operation', LOW],
  ['version', 'Bool'],
] as const satisfies Columns

/** The keys that records share, for reconciling: what else is told of this exchange? */
export const LINK_COLUMNS = [
  ['day', 'Int32'],
  ['key', 'UInt64'],
  ['sequence', 'UInt64'],
  ['batch', 'UInt32'],
] as const satisfies Columns

/** Which item ids were written more than once or are gone, and in which batch: empty after `settle()`. */
export const REWRITTEN_COLUMNS = [
  ['id', 'UUID'],
  ['batch', 'UInt32'],
  ['deleted', 'Bool'],
] as const satisfies Columns

/** One row per committed batch: how far each tenant's archive is indexed. */
export const STATE_COLUMNS = [
  ['batch', 'UInt32'],
  ['tenant', 'String'],
  ['watermark', 'UInt64'],
  ['schema', 'UInt32'],
] as const satisfies Columns

/** Keys to look for, of one call. */
export const LOOKUP_COLUMNS = [
  ['day', 'Int32'],
  ['key', 'UInt64'],
] as const satisfies Columns

/**
 * What the words of a query are looked for in. An expression and not the index's `preprocessor`: wherever the engine
 * evaluates a condition without the index (it does under some nestings of NOT), a preprocessor is silently not applied.
 */
export const SEARCHED = 'lowerUTF8(text)'

/** Ids are looked for by their bloom filter; people and files by an inverted index of their whole values. */
const bloom = (name: string, expression: string): string =>
  `INDEX ${name} ${expression} TYPE bloom_filter(0.01) GRANULARITY 1`

const ITEM_INDEXES = [
  `INDEX words ${SEARCHED} TYPE text(tokenizer = 'splitByNonAlpha')`,
  "INDEX byUser users TYPE text(tokenizer = 'array')",
  "INDEX byFile files TYPE text(tokenizer = 'array')",
  bloom('byId', 'id'),
  bloom('bySession', 'lower(session)'),
  bloom('byRecord', lowered('recordIds')),
  bloom('byMessage', lowered('messageIds')),
  bloom('byRequest', lowered('requestIds')),
  bloom('byCorrelation', lowered('correlationIds')),
  bloom('byConversation', 'lower(conversation)'),
  bloom('bySequence', 'sequences'),
]

/**
 * fsync: an acknowledged insert survives a crash of the machine. Small granules and blocks: a list reads 50 rows from
 * anywhere, and what is unpacked around each is paid for (measured: a page of a rare word 100 ms with 8,192 rows to a
 * granule, 70 ms with 1,024; a page of a file 170 ms with 1,024, 135 ms with 512; 1 % more disk. With 256 a count, which looks at each granule, costs a
 * third more). Outdated parts go one after the
 * other: more than a hundred at once would have a hundred threads started for them, which then stay, each with three
 * files of /proc open (seen in a soak).
 */
const STORED_NARROW =
  'SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, concurrent_part_removal_threshold = 1000000'
const STORED = `${STORED_NARROW}, min_bytes_for_wide_part = 50000000, index_granularity = 512, min_compress_block_size = 16384, max_compress_block_size = 65536`
/** A look-up reads one granule of each part. */
const STORED_KEYS = `${STORED_NARROW}, index_granularity = 1024`

const SETTINGS: Readonly<Record<string, string>> = { items: STORED, days: STORED_KEYS }

function table(name: string, columns: Columns, order: string, more: readonly string[]): string {
  const lines = [definition(columns), ...more].join(', ')
  return `CREATE TABLE IF NOT EXISTS ${name} (${lines}) ENGINE = MergeTree ORDER BY ${order} ${SETTINGS[name] ?? STORED_NARROW}`
}

/** Statements that create what is not there yet, one after the other. */
export const CREATE: readonly string[] = [
  table('items', ITEM_COLUMNS, '(occurredAt, id)', ITEM_INDEXES),
  table('records', RECORD_COLUMNS, '(tenant, sequence)', []),
  table('links', LINK_COLUMNS, '(day, key)', []),
  table('rewritten', REWRITTEN_COLUMNS, 'id', []),
  table('state', STATE_COLUMNS, 'batch', []),
  table('days', DAY_COLUMNS, 'key', []),
  `CREATE MATERIALIZED VIEW IF NOT EXISTS daysOfItems TO days AS ${DAYS_OF_ITEMS}`,
  `CREATE TABLE IF NOT EXISTS lookup (${definition(LOOKUP_COLUMNS)}) ENGINE = Memory`,
]

/** Statements that remove every table. */
export const DROP: readonly string[] = [
  'daysOfItems',
  'days',
  'items',
  'records',
  'links',
  'rewritten',
  'state',
  'lookup',
].map((name) => `DROP TABLE IF EXISTS ${name} SYNC`)

export function definition(columns: Columns): string {
  return columns.map(([column, type]) => `${column} ${type}`).join(', ')
}

/** Names only, in writing order. */
export function namesOf(columns: Columns): string {
  return columns.map(([name]) => name).join(', ')
}

/** The columns as a file of rows tells them: their types without the codecs of storing. */
export function structureOf(columns: Columns): string {
  return columns.map(([name, type]) => `${name} ${type.replace(/ CODEC\(.*\)$/, '')}`).join(', ')
}

import type { Item, Link } from '../interactions/item.ts'
import type { Flag, Kind, Namespace } from '../interactions/record.ts'
import { agentNames, namesIn, placesOf, textsOf } from './item-text.ts'

// Pure encoders of index rows, JSONCompactEachRow, in the column order of schema.ts. Safe in a worker thread.

/** What the index keeps of one archived record. */
export interface RecordRow {
  readonly tenantId: string
  readonly sequence: number
  readonly namespace: Namespace
  readonly nativeId: string | null
  /** 32 hex digits, equal for the versions of one record. */
  readonly identity: string
  readonly occurredAt: string | null
  readonly receivedAt: string
  readonly source: string
  readonly kind: Kind
  readonly recordType: string
  readonly operation: string
  /** True for a later version of a record that was there before. */
  readonly version: boolean
}

/** One shared key of one record. */
export interface LinkRow extends Link {
  readonly sequence: number
}

/** An item id that was written in an earlier batch: written again now, or gone. */
export interface Superseded {
  readonly id: string
  readonly deleted: boolean
}

/** Rows of the table `items`. `batch`: the write they belong to (`IndexStore.nextBatch`). */
export function encodeItems(items: readonly Item[], batch: number): Buffer {
  return encode(items, batch, itemLine)
}

/** Rows of the table `records`. */
export function encodeRecords(records: readonly RecordRow[], batch: number): Buffer {
  return encode(records, batch, recordLine)
}

/** Rows of the table `links`. */
export function encodeLinks(links: readonly LinkRow[], batch: number): Buffer {
  return encode(links, batch, linkLine)
}

/** Rows of the table `rewritten`. */
export function encodeSuperseded(superseded: readonly Superseded[], batch: number): Buffer {
  return encode(superseded, batch, supersededLine)
}

/** What a row is expected to take at first. */
const ROW_BYTES = 1024
const NEWLINE = 0x0a

function encode<Row>(
  rows: readonly Row[],
  batch: number,
  lineOf: (row: Row, batch: number) => string,
): Buffer {
  let bytes = Buffer.allocUnsafe(rows.length * ROW_BYTES)
  let end = 0
  for (const row of rows) {
    // Row by row: joined to one string, a single character outside Latin-1 would double and slow down all of it.
    const line = lineOf(row, batch)
    const most = end + line.length * 3 + 1
    if (most > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(most, bytes.length * 2))
      bytes.copy(larger, 0, 0, end)
      bytes = larger
    }
    end += bytes.write(line, end)
    bytes[end] = NEWLINE
    end += 1
  }
  return bytes.subarray(0, end)
}

function itemLine(item: Item, batch: number): string {
  const people = namesIn(item.custodians)
  const texts = textsOf(item)
  const places = placesOf(item)
  const { agent } = item
  const line = JSON.stringify([
    batch,
    item.tenantId,
    item.id,
    item.kind,
    time(item.occurredAt),
    item.timeBasis === 'received',
    time(item.receivedAt),
    people.upns,
    people.ids,
    people.names,
    people.users,
    item.surface ?? '',
    item.setting ?? '',
    item.sessionId ?? '',
    item.requestIds,
    item.conversationId ?? '',
    item.correlationIds,
    item.operations,
    item.recordTypes,
    item.recordTypeNumbers,
    item.workloads,
    item.clientIps,
    item.regions,
    item.locale ?? '',
    agent?.id ?? '',
    agent?.key ?? '',
    agent?.name ?? '',
    agent === null ? '' : agent.kind,
    agentNames(item),
    texts.prompts,
    texts.answers,
    Buffer.byteLength(texts.prompt),
    Buffer.byteLength(texts.answer),
    texts.all,
    texts.ids,
    places.files,
    places.sites,
    item.labels,
    item.plugins,
    places.models,
    flag(item.jailbreak),
    flag(item.xpia),
    flag(item.web),
    flag(item.tenantGrounded),
    flag(item.automatic),
    item.dlp ?? '',
    item.credits === null ? -1 : item.credits.total,
    item.sources,
    item.recordIds,
    item.sequences,
    item.versions,
    places.findings,
    item.unmapped ?? '',
  ])
  return line.includes('\\ud') ? wellFormed(line) : line
}

function recordLine(record: RecordRow, batch: number): string {
  const line = JSON.stringify([
    batch,
    record.tenantId,
    record.sequence,
    record.namespace,
    record.nativeId ?? '',
    record.identity,
    record.occurredAt === null ? null : time(record.occurredAt),
    time(record.receivedAt),
    record.source,
    record.kind,
    record.recordType,
    record.operation,
    record.version,
  ])
  return line.includes('\\ud') ? wellFormed(line) : line
}

function linkLine(link: LinkRow, batch: number): string {
  return `[${link.day},${link.key},${link.sequence},${batch}]`
}

function supersededLine(superseded: Superseded, batch: number): string {
  return `["${superseded.id}",${batch},${superseded.deleted}]`
}

/** What DateTime64 can hold: 1900 to 2299. */
const FIRST = Date.UTC(1900, 0, 1)
const LAST = Date.UTC(2299, 0, 1)

/** Epoch milliseconds; a time that the engine cannot hold becomes the nearest that it can. */
function time(iso: string): number {
  const at = Date.parse(iso)
  if (at >= FIRST && at <= LAST) return at
  if (Number.isNaN(at)) return 0
  return at < FIRST ? FIRST : LAST
}

function flag(value: Flag): number {
  if (value === null) return -1
  return value ? 1 : 0
}

/** JSON.stringify writes half of a surrogate pair as an escape, which the engine refuses: it becomes U+FFFD. */
function wellFormed(line: string): string {
  const values: unknown = JSON.parse(line)
  return JSON.stringify(values, (_key, value: unknown) =>
    typeof value === 'string' ? Buffer.from(value).toString() : value,
  )
}

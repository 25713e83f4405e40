import type { Item, Link } from '../interactions/item.ts'
import type { Flag, Kind, Namespace } from '../interactions/record.ts'
import { agentNames, namesIn, placesOf, textsOf } from './item-text.ts'
import { RowWriter } from './row-binary.ts'
import { WordHasher } from './word-hashes.ts'

// Pure encoders of index rows, RowBinary, in the column order of schema.ts. Safe in a worker thread.

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
export function encodeItems(items: readonly Item[], batch: number): Uint8Array<ArrayBuffer> {
  return encoded(items, (rows, item) => writeItem(rows, item, batch))
}

/** Rows of the table `records`. */
export function encodeRecords(
  records: readonly RecordRow[],
  batch: number,
): Uint8Array<ArrayBuffer> {
  return encoded(records, (rows, record) => writeRecord(rows, record, batch))
}

/** Rows of the table `links`. */
export function encodeLinks(links: readonly LinkRow[], batch: number): Uint8Array<ArrayBuffer> {
  return encoded(links, (rows, { day, key, sequence }) =>
    writeLink(rows, day, key, sequence, batch),
  )
}

/** Rows of the table `rewritten`. */
export function encodeSuperseded(
  superseded: readonly Superseded[],
  batch: number,
): Uint8Array<ArrayBuffer> {
  return encoded(superseded, (rows, { id, deleted }) => {
    rows.uuid(id)
    rows.uint32(batch)
    rows.bool(deleted)
  })
}

/** Rows of the table `state`: how far the batches bring their tenants. */
export function encodeState(
  batches: readonly {
    readonly batch: number
    readonly tenant: string
    readonly watermark: number
  }[],
  schema: number,
): Uint8Array<ArrayBuffer> {
  return encoded(batches, (rows, { batch, tenant, watermark }) => {
    rows.uint32(batch)
    rows.string(tenant)
    rows.integer64(watermark)
    rows.uint32(schema)
  })
}

/** Rows of the table `lookup`. */
export function encodeLookup(links: readonly Link[]): Uint8Array<ArrayBuffer> {
  return encoded(links, (rows, { day, key }) => {
    rows.int32(day)
    rows.integer64(key)
  })
}

function encoded<Row>(
  values: readonly Row[],
  write: (rows: RowWriter, value: Row) => void,
): Uint8Array<ArrayBuffer> {
  const rows = new RowWriter()
  for (const value of values) write(rows, value)
  return rows.take()
}

const words = new WordHasher()

export function writeItem(rows: RowWriter, item: Item, batch: number): void {
  const people = namesIn(item.custodians)
  const texts = textsOf(item)
  const places = placesOf(item)
  const { agent } = item
  rows.uint32(batch)
  rows.string(item.tenantId)
  rows.uuid(item.id)
  rows.string(item.kind)
  rows.integer64(time(item.occurredAt))
  rows.bool(item.timeBasis === 'received')
  rows.integer64(time(item.receivedAt))
  rows.strings(people.upns)
  rows.strings(people.ids)
  rows.strings(people.names)
  rows.strings(people.users)
  rows.string(item.surface ?? '')
  rows.string(item.setting ?? '')
  rows.string(item.sessionId ?? '')
  rows.strings(item.requestIds)
  rows.string(item.conversationId ?? '')
  rows.strings(item.correlationIds)
  rows.strings(item.operations)
  rows.strings(item.recordTypes)
  rows.size(item.recordTypeNumbers.length)
  for (const number of item.recordTypeNumbers) rows.int32(number)
  rows.strings(item.workloads)
  rows.strings(item.clientIps)
  rows.strings(item.regions)
  rows.string(item.locale ?? '')
  rows.string(agent?.id ?? '')
  rows.string(agent?.key ?? '')
  rows.string(agent?.name ?? '')
  rows.string(agent === null ? '' : agent.kind)
  rows.strings(agentNames(item))
  rows.uint32(texts.prompts)
  rows.uint32(texts.answers)
  rows.uint32(Buffer.byteLength(texts.prompt))
  rows.uint32(Buffer.byteLength(texts.answer))
  rows.string(texts.all)
  rows.bytes(words.hashesOf(texts.plain))
  rows.strings(texts.ids)
  rows.strings(places.files)
  rows.strings(places.sites)
  rows.strings(item.labels)
  rows.strings(item.plugins)
  rows.strings(places.models)
  rows.int8(flag(item.jailbreak))
  rows.int8(flag(item.xpia))
  rows.int8(flag(item.web))
  rows.int8(flag(item.tenantGrounded))
  rows.int8(flag(item.automatic))
  rows.string(item.dlp ?? '')
  rows.float64(item.credits === null ? -1 : item.credits.total)
  rows.strings(item.sources)
  rows.strings(item.recordIds)
  rows.size(item.sequences.length)
  for (const sequence of item.sequences) rows.integer64(sequence)
  rows.uint32(item.versions)
  rows.strings(places.findings)
  rows.string(item.unmapped ?? '')
}

export function writeRecord(rows: RowWriter, record: RecordRow, batch: number): void {
  rows.uint32(batch)
  rows.string(record.tenantId)
  rows.integer64(record.sequence)
  rows.string(record.namespace)
  rows.string(record.nativeId ?? '')
  rows.uuid(record.identity)
  // Nullable: one byte says whether a value follows.
  rows.bool(record.occurredAt === null)
  if (record.occurredAt !== null) rows.integer64(time(record.occurredAt))
  rows.integer64(time(record.receivedAt))
  rows.string(record.source)
  rows.string(record.kind)
  rows.string(record.recordType)
  rows.string(record.operation)
  rows.bool(record.version)
}

export function writeLink(
  rows: RowWriter,
  day: number,
  key: number,
  sequence: number,
  batch: number,
): void {
  rows.int32(day)
  rows.integer64(key)
  rows.integer64(sequence)
  rows.uint32(batch)
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

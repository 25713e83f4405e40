import { CodedError } from '../platform/errors.ts'
import type { Link } from '../interactions/item.ts'
import { release } from '../platform/release.ts'
import type { Engine } from './engine.ts'
import { encodeSuperseded, type Superseded } from './rows.ts'
import {
  CREATE,
  DROP,
  ITEM_COLUMNS,
  LINK_COLUMNS,
  LOOKUP_COLUMNS,
  namesOf,
  RECORD_COLUMNS,
  REWRITTEN_COLUMNS,
  SCHEMA_VERSION,
  STATE_COLUMNS,
} from './schema.ts'

/** One step of the indexer: consecutive records of one tenant and the items they make or change. */
export interface IndexBatch {
  /** From `nextBatch()`; the same that the rows were encoded with. */
  readonly batch: number
  readonly tenant: string
  /** The sequence from which the next batch goes on. */
  readonly watermark: number
  /** `encodeItems`, `encodeRecords`, `encodeLinks`; several buffers each are taken as they are. */
  readonly items: readonly Buffer[]
  readonly records: readonly Buffer[]
  readonly links: readonly Buffer[]
  /** Ids of items that earlier batches wrote and that this one writes again (`deleted: false`) or that are no more. */
  readonly superseded: readonly Superseded[]
}

/** Which rows of `items` count: a condition, and its values, to be put behind every WHERE. */
interface Scope {
  readonly where: string
  readonly params: Readonly<Record<string, unknown>>
}

/** The tables of the index and how far they follow the archive. One writer. */
export interface IndexStore {
  readonly engine: Engine
  /** Next sequence of this tenant to index. */
  watermark(tenant: string): number
  watermarks(): ReadonlyMap<string, number>
  /** The number of the batch to write next: one more for each `write`, so that the rows of coming batches can be encoded ahead. */
  nextBatch(): number
  /**
   * Writes batches, numbered one after the other, at once: inserts cost by the part, not only by the row. Until it
   * returns, searches see nothing of them; if it fails, call `recover` before the next.
   */
  write(...batches: readonly IndexBatch[]): Promise<void>
  /** Sequences that share any of these keys, ascending, each once. */
  lookupLinks(links: readonly Link[]): Promise<number[]>
  /** Removes what an unfinished batch left. Done by `openIndex`. */
  recover(): Promise<void>
  /** Item rows that are no longer current; searches get slower with them. */
  readonly superseded: number
  /** Removes superseded rows. To be called after catching up. */
  settle(): Promise<void>
  /** The rows that a search may see now. */
  scope(): Scope
  /** Empties the index, to build it again from the archive. */
  drop(): Promise<void>
  close(): Promise<void>
}

const EVERYTHING: Scope = { where: '', params: {} }

/**
 * Opens the index, creates what is missing and removes what a crash left half-written.
 * An index of another schema version is emptied: it is derived, the indexer builds it again from the archive.
 */
export async function openIndex(engine: Engine): Promise<IndexStore> {
  for (const statement of CREATE) await engine.run(statement)
  const state = await readState(engine)
  if (state.schema !== SCHEMA_VERSION && state.batch > 0) {
    await empty(engine)
    return openIndex(engine)
  }
  const store = new ClickHouseIndex(engine, state)
  await store.recover()
  return store
}

interface State {
  batch: number
  schema: number
  superseded: number
  watermarks: Map<string, number>
}

async function readState(engine: Engine): Promise<State> {
  const watermarks = new Map<string, number>()
  let batch = 0
  let schema = SCHEMA_VERSION
  const sql =
    'SELECT tenant, argMax(watermark, batch), max(batch), argMax(schema, batch) FROM state GROUP BY tenant'
  for (const [tenant, watermark, last, version] of await engine.query(sql)) {
    if (Number(last) > batch) {
      batch = Number(last)
      schema = Number(version)
    }
    watermarks.set(String(tenant), Number(watermark))
  }
  return { batch, schema, superseded: await countOf(engine, 'rewritten', batch), watermarks }
}

async function countOf(engine: Engine, table: string, upTo: number): Promise<number> {
  const [row] = await engine.query(`SELECT count() FROM ${table} WHERE batch <= {upTo:UInt32}`, {
    upTo,
  })
  return Number(row?.[0] ?? 0)
}

async function empty(engine: Engine): Promise<void> {
  for (const statement of DROP) await engine.run(statement)
  for (const statement of CREATE) await engine.run(statement)
}

class ClickHouseIndex implements IndexStore {
  readonly engine: Engine
  #state: State
  #lookups: Promise<unknown> = Promise.resolve()
  /** True from the first write on until `settle`: what is being written must not be seen half. */
  #following = false

  constructor(engine: Engine, state: State) {
    this.engine = engine
    this.#state = state
  }

  get superseded(): number {
    return this.#state.superseded
  }

  watermark(tenant: string): number {
    return this.#state.watermarks.get(tenant) ?? 0
  }

  watermarks(): ReadonlyMap<string, number> {
    return this.#state.watermarks
  }

  nextBatch(): number {
    return this.#state.batch + 1
  }

  async write(...batches: readonly IndexBatch[]): Promise<void> {
    let last = this.#state.batch
    for (const { batch } of batches) {
      last += 1
      if (batch === last) continue
      throw new CodedError(
        'INDEX_BATCH_OUT_OF_ORDER',
        `Cannot write index batch ${batch}: ${last} is next`,
      )
    }
    // Rows of an unfinished batch are not seen (scope) and are removed by recover(), so any order is safe
    // as long as the state comes last.
    await this.#follow()
    const superseded = batches.map((each) => encodeSuperseded(each.superseded, each.batch))
    await this.#insert('rewritten', namesOf(REWRITTEN_COLUMNS), superseded)
    await this.#insert(
      'links',
      namesOf(LINK_COLUMNS),
      batches.flatMap(({ links }) => links),
    )
    await this.#insert(
      'records',
      namesOf(RECORD_COLUMNS),
      batches.flatMap(({ records }) => records),
    )
    await this.#insert(
      'items',
      namesOf(ITEM_COLUMNS),
      batches.flatMap(({ items }) => items),
    )
    const rows = batches.map(({ batch, tenant, watermark }) => [
      batch,
      tenant,
      watermark,
      SCHEMA_VERSION,
    ])
    const state = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'))
    await this.#insert('state', namesOf(STATE_COLUMNS), [state])
    await this.engine.trim()
    this.#state.batch = last
    for (const { tenant, watermark, superseded: gone } of batches) {
      this.#state.watermarks.set(tenant, watermark)
      this.#state.superseded += gone.length
    }
  }

  async #follow(): Promise<void> {
    if (this.#following) return
    this.#following = true
    // Searches that were begun without the filter, and still wait for their turn, go first.
    await this.engine.query('SELECT {one:UInt8}', { one: 1 })
  }

  async #insert(
    table: string,
    columns: readonly string[],
    buffers: readonly Buffer[],
  ): Promise<void> {
    // One insert makes one part, and parts are what merging has to pay for.
    const [only] = buffers
    if (buffers.length === 1 && only !== undefined) {
      await this.engine.insert(table, columns, only)
      return
    }
    const rows = Buffer.concat(buffers)
    release(buffers)
    await this.engine.insert(table, columns, rows)
    release([rows])
  }

  lookupLinks(links: readonly Link[]): Promise<number[]> {
    // One after the other: they share a table for their keys.
    const found = this.#lookups.then(() => this.#lookup(links))
    this.#lookups = found.catch(() => undefined)
    return found
  }

  async #lookup(links: readonly Link[]): Promise<number[]> {
    if (links.length === 0) return []
    const keys = links.map(({ day, key }) => `[${day},${key}]`).join('\n')
    await this.engine.run('TRUNCATE TABLE lookup')
    await this.engine.insert('lookup', namesOf(LOOKUP_COLUMNS), Buffer.from(keys))
    const sql =
      'SELECT DISTINCT sequence FROM links WHERE (day, key) IN (SELECT day, key FROM lookup) AND batch <= {batch:UInt32} ORDER BY sequence'
    const rows = await this.engine.query(sql, { batch: this.#state.batch })
    return rows.map(([sequence]) => Number(sequence))
  }

  async recover(): Promise<void> {
    const last = this.#state.batch
    for (const table of ['items', 'records', 'links', 'rewritten'])
      if (await this.#hasAfter(table, last))
        await this.#delete(table, 'batch > {last:UInt32}', { last })
  }

  async #hasAfter(table: string, last: number): Promise<boolean> {
    const [row] = await this.engine.query(`SELECT max(batch) FROM ${table}`)
    return Number(row?.[0] ?? 0) > last
  }

  async #delete(
    table: string,
    where: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.engine.run(`DELETE FROM ${table} WHERE ${where}`, params)
  }

  async settle(): Promise<void> {
    this.#following = false
    if (this.#state.superseded === 0) return
    // Repeating it after a crash between the two statements does no harm.
    await this.#delete('items', `NOT (${CURRENT})`, { batch: this.#state.batch })
    await this.engine.run('TRUNCATE TABLE rewritten')
    this.#state.superseded = 0
  }

  scope(): Scope {
    const { batch, superseded } = this.#state
    if (!this.#following && superseded === 0) return EVERYTHING
    const conditions = [
      ...(this.#following ? ['batch <= {batch:UInt32}'] : []),
      ...(superseded > 0 ? [`(${CURRENT})`] : []),
    ]
    return { where: conditions.join(' AND '), params: { batch } }
  }

  async drop(): Promise<void> {
    await empty(this.engine)
    this.#state = { batch: 0, schema: SCHEMA_VERSION, superseded: 0, watermarks: new Map() }
  }

  async close(): Promise<void> {
    await this.engine.close()
  }
}

/** A row counts unless its id was written again or deleted in a later, finished batch. */
const CURRENT = `id NOT IN (SELECT id FROM rewritten WHERE batch <= {batch:UInt32})
 OR (id, batch) IN (SELECT id, max(batch) FROM rewritten WHERE batch <= {batch:UInt32} GROUP BY id HAVING NOT argMax(deleted, batch))`

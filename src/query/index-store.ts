import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../platform/errors.ts'
import type { Link } from '../interactions/item.ts'
import type { Engine } from './engine.ts'
import { Lot, type IndexBatch } from './lot.ts'
import { encodeLookup, encodeState } from './rows.ts'
import {
  CREATE,
  DROP,
  ITEM_COLUMNS,
  LINK_COLUMNS,
  RECORD_COLUMNS,
  REWRITTEN_COLUMNS,
  SCHEMA_VERSION,
  STATE_COLUMNS,
} from './schema.ts'
import { areGone, beginDeleting, CURRENT, isDeleting, supersededIn } from './superseded.ts'

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
   * Takes a batch's rows for the next `write`; batches are numbered one after the other. Inserts cost by the part, not
   * only by the row, so they are gathered. Their memory is given back.
   */
  gather(batch: IndexBatch): Promise<void>
  /** Bytes of the rows that wait to be written. */
  readonly gathered: number
  /**
   * Writes what was gathered, and these batches, at once. Until it returns, searches see nothing of them; if it fails,
   * call `recover` before the next.
   */
  write(...batches: readonly IndexBatch[]): Promise<void>
  /** Sequences that share any of these keys, ascending, each once. */
  lookupLinks(links: readonly Link[]): Promise<number[]>
  /** Removes what an unfinished batch left. Done by `openIndex`. */
  recover(): Promise<void>
  /** Item rows that are no longer current; searches get slower with them. */
  readonly superseded: number
  /** Has superseded rows removed, beside whatever comes next. To be called after catching up. */
  settle(): Promise<void>
  /** Resolves once they are gone. */
  settled(): Promise<void>
  /** The rows that a search may see now. */
  scope(): Scope
  /** Empties the index, to build it again from the archive. */
  drop(): Promise<void>
  close(): Promise<void>
}

/** How often the engine is asked whether superseded rows are gone, and how long closing waits for it. */
const POLL_MS = 50
const CLOSE_WITHIN_MS = 10_000

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
  await store.goOnSettling()
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
  return { batch, schema, superseded: await supersededIn(engine, batch), watermarks }
}

async function empty(engine: Engine): Promise<void> {
  for (const statement of DROP) await engine.run(statement)
  for (const statement of CREATE) await engine.run(statement)
}

class ClickHouseIndex implements IndexStore {
  readonly engine: Engine
  #state: State
  #lot: Lot
  /** The last batch that is being written now. */
  #writing: number | null = null
  /** What is being written; still there when that has failed. */
  #failed: Lot | null = null
  #lookups: Promise<unknown> = Promise.resolve()
  #settling: Promise<void> = Promise.resolve()
  #closing = false
  /** True from the first write on until `settle`: what is being written must not be seen half. */
  #following = false

  constructor(engine: Engine, state: State) {
    this.engine = engine
    this.#state = state
    this.#lot = new Lot(engine)
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

  get gathered(): number {
    return this.#lot.bytes
  }

  async gather(batch: IndexBatch): Promise<void> {
    const lot = this.#lot
    const last = lot.batches.at(-1)?.batch ?? this.#writing ?? this.#state.batch
    if (batch.batch !== last + 1) {
      throw new CodedError(
        'INDEX_BATCH_OUT_OF_ORDER',
        `Cannot write index batch ${batch.batch}: ${last + 1} is next`,
      )
    }
    await lot.add(batch)
  }

  async write(...batches: readonly IndexBatch[]): Promise<void> {
    for (const batch of batches) await this.gather(batch)
    const lot = this.#lot
    const last = lot.batches.at(-1)?.batch
    if (last === undefined) return
    this.#lot = new Lot(this.engine)
    this.#writing = last
    this.#failed = lot
    // Rows of an unfinished batch are not seen (scope) and are removed by recover(), so any order is safe
    // as long as the state comes last.
    await this.#follow()
    await this.engine.insert('rewritten', REWRITTEN_COLUMNS, lot.rewritten)
    await this.engine.insert('links', LINK_COLUMNS, lot.links)
    await this.engine.insert('records', RECORD_COLUMNS, lot.records)
    await this.engine.insert('items', ITEM_COLUMNS, lot.items)
    const state = this.engine.rowFile('state')
    await state.append(encodeState(lot.batches, SCHEMA_VERSION))
    await this.engine.insert('state', STATE_COLUMNS, state)
    await this.engine.trim()
    this.#state.batch = last
    this.#writing = null
    this.#failed = null
    for (const { tenant, watermark, superseded } of lot.batches) {
      this.#state.watermarks.set(tenant, watermark)
      this.#state.superseded += superseded
    }
  }

  async #follow(): Promise<void> {
    if (this.#following) return
    this.#following = true
    // Searches that were begun without the filter, and still wait for their turn, go first.
    await this.engine.query('SELECT {one:UInt8}', { one: 1 })
  }

  lookupLinks(links: readonly Link[]): Promise<number[]> {
    // One after the other: they share a table for their keys.
    const found = this.#lookups.then(() => this.#lookup(links))
    this.#lookups = found.catch(() => undefined)
    return found
  }

  async #lookup(links: readonly Link[]): Promise<number[]> {
    if (links.length === 0) return []
    const rows = await this.engine.lookup(
      encodeLookup(links),
      (source) =>
        `SELECT DISTINCT sequence FROM links WHERE (day, key) IN (SELECT day, key FROM ${source}) AND batch <= {batch:UInt32} ORDER BY sequence`,
      { batch: this.#state.batch },
    )
    return rows.map(([sequence]) => Number(sequence))
  }

  async recover(): Promise<void> {
    await this.#lot.discard()
    await this.#failed?.discard()
    this.#failed = null
    this.#lot = new Lot(this.engine)
    this.#writing = null
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
    const { batch } = this.#state
    // Not waited for: a running merge may hold it up for seconds. Until it is done, `scope` leaves these rows out.
    await beginDeleting(this.engine, batch)
    this.#settling = this.#whenDeleted(batch)
    this.#settling.catch(() => undefined)
  }

  async settled(): Promise<void> {
    await this.#settling
  }

  /**
   * What an earlier process began and did not see the end of. Every search would otherwise leave the superseded rows out
   * itself, which of millions costs more than it may.
   */
  async goOnSettling(): Promise<void> {
    const { batch, superseded } = this.#state
    if (superseded === 0) return
    if (await isDeleting(this.engine)) {
      // What is being deleted may have been less than all of it.
      this.#settling = this.#whenDeleted(batch, () => areGone(this.engine, batch))
      this.#settling.catch(() => undefined)
    } else if (await areGone(this.engine, batch)) {
      await this.#forget()
    } else {
      await this.settle()
    }
  }

  async #whenDeleted(batch: number, all?: () => Promise<boolean>): Promise<void> {
    while (!this.#closing && (await isDeleting(this.engine))) await sleep(POLL_MS)
    if (all !== undefined && !this.#closing && !(await all())) return
    // Somebody writes again: the next settling does it.
    if (this.#closing || this.#following || this.#state.batch !== batch) return
    await this.#forget()
  }

  async #forget(): Promise<void> {
    await this.engine.run('TRUNCATE TABLE rewritten')
    // Whatever is written from now on waits behind this statement. (Two settlings of one batch may both come here.)
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
    await this.#lot.discard()
    this.#lot = new Lot(this.engine)
    this.#state = { batch: 0, schema: SCHEMA_VERSION, superseded: 0, watermarks: new Map() }
  }

  async close(): Promise<void> {
    const late = sleep(CLOSE_WITHIN_MS, undefined, { ref: false })
    await Promise.race([this.#settling.catch(() => undefined), late])
    this.#closing = true
    await this.#settling.catch(() => undefined)
    await this.engine.close()
  }
}

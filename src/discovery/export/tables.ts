import { writeFile } from 'node:fs/promises'
import { CodedError } from '../../platform/errors.ts'
import type { Engine, Params } from '../../query/engine.ts'
import { quoted } from '../../query/sql-text.ts'
import { visible } from '../../query/visible.ts'
import { attempt } from './growing-file.ts'
import { sliceStatement, slicesOf, type Selection } from './selection.ts'

/** The rows of an export in the index, in slices or whole: items by time, or records by tenant and sequence. */
export interface Table {
  readonly engine: Engine
  rows(): Promise<number>
  slices(): Promise<readonly TableSlice[]>
  whole(columns: string): Statement
  /** Sum of an expression over all rows. */
  sum(sql: string, own?: Params): Promise<number>
}

interface TableSlice {
  readonly rows: number
  /** `temporary`: beginning of the name of a file that it may need. */
  statement(columns: string, temporary: string): Promise<Statement>
}

interface Statement {
  readonly sql: string
  readonly params: Params
}

/** Texts that are in memory at once, per slice. */
const SLICE_BYTES = 48_000_000

export function itemTable(selection: Selection): Table {
  const { index, query } = selection
  const { engine } = index
  const matching = (): { where: string; params: Params } => visible(index, query)
  return {
    engine,
    async rows() {
      const { where, params } = matching()
      return oneNumber(engine, `SELECT count() FROM items WHERE ${where}`, params)
    },
    async slices() {
      const slices = await slicesOf(selection, 'time', SLICE_BYTES)
      return slices.map((slice) => ({
        rows: slice.rows,
        statement: (columns) => Promise.resolve(sliceStatement(selection, 'time', slice, columns)),
      }))
    },
    whole(columns) {
      const { where, params } = matching()
      const sql = `SELECT ${columns} FROM items WHERE ${where} ORDER BY occurredAt, id`
      return { sql, params }
    },
    async sum(sql, own) {
      const { where, params: matched } = matching()
      const params = { ...matched, ...own }
      return oneNumber(engine, `SELECT sum(${sql}) FROM items WHERE ${where}`, params)
    },
  }
}

/** Records in a slice: they are narrow. */
const SLICE_RECORDS = 100_000

/** Which records of a tenant: ascending. */
export interface TenantSequences {
  readonly tenant: string
  readonly sequences: Float64Array
}

/**
 * The records that the matching items are made of. Where the engine has to tell which they are, it does so by a bitmap
 * or by a slice's own sequences: a set of them all took it 240 MB for each million (docs/reference/performance.md).
 */
export function recordTable(selection: Selection, tenants: readonly TenantSequences[]): Table {
  const { index, query } = selection
  const { engine } = index
  const matching = (): { where: string; params: Params } => {
    const { where, params } = visible(index, query)
    const bound: Record<string, unknown> = {}
    const wanted = tenants.map(({ tenant }, at) => {
      bound[`tenant${at}`] = tenant
      const own = `tenant = {tenant${at}:String}`
      return `(${own} AND bitmapContains((SELECT groupBitmapState(arrayJoin(sequences)) FROM items WHERE ${where} AND ${own}), sequence))`
    })
    return {
      where: wanted.length === 0 ? '0' : wanted.join(' OR '),
      params: { ...params, ...bound },
    }
  }
  const counted = async (): Promise<number> => {
    const { where, params } = matching()
    return oneNumber(engine, `SELECT count() FROM records WHERE ${where}`, params)
  }
  return {
    engine,
    async rows() {
      const rows = await counted()
      const wanted = tenants.reduce((sum, { sequences }) => sum + sequences.length, 0)
      if (rows === wanted) return rows
      throw new CodedError(
        'INDEX_STALE',
        'The index does not know every record that its items are made of: run "daybook reindex"',
      )
    },
    async slices() {
      await this.rows()
      const { where, params } = matching()
      const all = { sql: where, params }
      return tenants.flatMap((own) => recordSlices(engine, { ...own, all }))
    },
    whole(columns) {
      const { where, params } = matching()
      const sql = `SELECT ${columns} FROM records WHERE ${where} ORDER BY tenant, sequence`
      return { sql, params }
    },
    async sum(sql, own) {
      const { where, params: matched } = matching()
      const params = { ...matched, ...own }
      return oneNumber(engine, `SELECT sum(${sql}) FROM records WHERE ${where}`, params)
    },
  }
}

/** Sequences of one tenant that follow each other, and how the engine is told of them. */
interface WantedRecords extends TenantSequences {
  /** The condition for all records of the export. */
  readonly all: Statement
}

function recordSlices(engine: Engine, { tenant, sequences, all }: WantedRecords): TableSlice[] {
  const slices: TableSlice[] = []
  for (let from = 0; from < sequences.length; from += SLICE_RECORDS) {
    const wanted = { tenant, sequences: sequences.subarray(from, from + SLICE_RECORDS), all }
    slices.push({
      rows: wanted.sequences.length,
      statement: (columns, temporary) =>
        recordStatement(engine, wanted, columns, `${temporary}-wanted`),
    })
  }
  return slices
}

async function recordStatement(
  engine: Engine,
  { tenant, sequences, all }: WantedRecords,
  columns: string,
  temporary: string,
): Promise<Statement> {
  const [first = 0, last = 0] = [sequences[0], sequences.at(-1)]
  const range =
    'tenant = {tenantOfSlice:String} AND sequence >= {first:UInt64} AND sequence <= {last:UInt64}'
  const bound = { tenantOfSlice: tenant, first, last }
  const statement = (wanted: string, params: Params): Statement => ({
    sql: `SELECT ${columns} FROM records WHERE ${range}${wanted} ORDER BY sequence`,
    params: { ...bound, ...params },
  })
  if (last - first + 1 === sequences.length) return statement('', {})
  if (engine.where === 'server') return statement(` AND (${all.sql})`, all.params)
  const bytes = new Uint8Array(sequences.buffer, sequences.byteOffset, sequences.byteLength)
  await attempt('write', temporary, () => writeFile(temporary, bytes))
  const file = `file(${quoted(temporary)}, RowBinary, 'number Float64')`
  return statement(` AND sequence IN (SELECT toUInt64(number) FROM ${file})`, {})
}

async function oneNumber(engine: Engine, sql: string, params: Params): Promise<number> {
  const [row] = await engine.query(sql, params)
  return Number(row?.[0] ?? 0)
}

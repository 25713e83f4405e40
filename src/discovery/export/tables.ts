import type { Engine, Params } from '../../query/engine.ts'
import { visible } from '../../query/visible.ts'
import { sliceStatement, slicesOf, type Selection, type Slice } from './selection.ts'

/** The rows of an export in the index, in slices or whole: items by time, or records by tenant and sequence. */
export interface Table {
  readonly engine: Engine
  rows(): Promise<number>
  slices(): Promise<readonly Slice[]>
  statement(slice: Slice, columns: string): Statement
  whole(columns: string): Statement
  /** Sum of an expression over all rows. */
  sum(sql: string, own?: Params): Promise<number>
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
    slices: () => slicesOf(selection, 'time', SLICE_BYTES),
    statement(slice, columns) {
      return sliceStatement(selection, 'time', slice, columns)
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

export function recordTable(selection: Selection): Table {
  const { index, query } = selection
  const { engine } = index
  const matching = (): { where: string; params: Params } => {
    const { where, params } = visible(index, query)
    return {
      where: `(tenant, sequence) IN (SELECT tenant, arrayJoin(sequences) FROM items WHERE ${where})`,
      params,
    }
  }
  return {
    engine,
    async rows() {
      const { where, params } = matching()
      return oneNumber(engine, `SELECT count() FROM records WHERE ${where}`, params)
    },
    async slices() {
      const { where, params } = matching()
      const rows = await engine.query(
        `SELECT argMax((tenant, sequence), row), max(row) FROM (
           SELECT tenant, sequence, row_number() OVER (ORDER BY tenant, sequence) AS row FROM records WHERE ${where})
         GROUP BY intDiv(row - 1, ${SLICE_RECORDS}) ORDER BY max(row)`,
        params,
      )
      let after: Slice['after'] = null
      let before = 0
      return rows.map(([place, end]) => {
        const [tenant, sequence]: readonly unknown[] = Array.isArray(place) ? place : []
        const upTo = [String(tenant), Number(sequence)]
        const slice: Slice = { after, upTo, rows: Number(end) - before }
        after = upTo
        before = Number(end)
        return slice
      })
    },
    statement({ after, upTo }, columns) {
      const { where, params } = matching()
      const [tenant = '', sequence = -1] = after ?? []
      const range =
        ' AND (tenant, sequence) > ({afterTenant:String}, {afterSequence:Int64}) AND (tenant, sequence) <= ({upToTenant:String}, {upToSequence:Int64})'
      const sql = `SELECT ${columns} FROM records WHERE ${where}${range} ORDER BY tenant, sequence`
      return {
        sql,
        params: {
          ...params,
          afterTenant: tenant,
          afterSequence: sequence,
          upToTenant: upTo[0],
          upToSequence: upTo[1],
        },
      }
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

async function oneNumber(engine: Engine, sql: string, params: Params): Promise<number> {
  const [row] = await engine.query(sql, params)
  return Number(row?.[0] ?? 0)
}

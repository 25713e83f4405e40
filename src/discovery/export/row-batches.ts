import { typedColumns } from './columns.ts'
import { minimiseParams } from './minimise.ts'
import type { TableTask } from './engine-tables.ts'
import type { Cell, Row } from './writer.ts'

/** The rows of a table as cells, in slices: for formats that are written cell by cell. */
export async function* rowBatches(task: TableTask): AsyncGenerator<readonly Row[]> {
  const { table, fields, minimise, signal } = task
  const columns = typedColumns(fields, minimise)
  const read = async (slice: Parameters<typeof table.statement>[0]) => {
    const { sql, params } = table.statement(slice, columns)
    const statement = `${sql} SETTINGS date_time_output_format = 'iso'`
    return table.engine.query(statement, { ...params, ...minimiseParams(minimise) })
  }
  const slices = await table.slices()
  const [first] = slices
  let next = first === undefined ? null : read(first)
  let done = 0
  for (const [at] of slices.entries()) {
    signal.throwIfAborted()
    const rows = (await next) ?? []
    const following = slices[at + 1]
    next = following === undefined ? null : read(following)
    // Told when its turn comes.
    next?.catch(() => undefined)
    yield rows.map((row) => row.map(cellOf))
    done += rows.length
    task.onRows(done)
  }
}

function cellOf(value: unknown): Cell {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(String)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
